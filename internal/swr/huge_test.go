package swr_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// A credential that stands where a huge answer is cut is not shown by half.
func TestHugeAnswerHidesCredentials(t *testing.T) {
	const token = "SECRETtoken0123456789SECRETtoken0123456789"
	for at := 200; at < 320; at += 7 {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, strings.Repeat("a", at)+r.Header.Get("X-Auth-Token")+strings.Repeat("b", 9<<20))
		}))
		transport := &http.Transport{}
		_, err := swr.New(mustURL(t, server.URL), tokenTransport{token, transport}).List(t.Context(), repo)
		if err == nil || strings.Contains(err.Error(), token[:4]) {
			t.Errorf("%d: %v", at, err)
		}
		transport.CloseIdleConnections()
		server.Close()
	}
}
