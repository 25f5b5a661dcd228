package swrtest_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/url"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// Through a proxy that intercepts TLS, the catalog has URLs of the host that the
// client asked for.
func TestProxyThatIntercepts(t *testing.T) {
	s := swrtest.StartTLS(t, swrtest.WithBasePath(""))
	proxy := swrtest.StartProxy(t, s, swrtest.ProxyOptions{Intercept: true})
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(proxy.CAPEM()) {
		t.Fatal("no certificate in CAPEM")
	}
	transport := &http.Transport{
		Proxy:           http.ProxyURL(&url.URL{Scheme: "http", Host: proxy.Addr}),
		TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
	}
	defer transport.CloseIdleConnections()
	r := newRequest(t, s, http.MethodGet, "/v3/auth/catalog", "")
	r.URL.Host, r.Host = swrtest.ProxyHost, swrtest.ProxyHost
	resp, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	got, err := readReply(r, resp)
	if err != nil {
		t.Fatal(err)
	}
	assertResponse(t, got, http.StatusOK, `"url":"https://example.com/v3"`)
}
