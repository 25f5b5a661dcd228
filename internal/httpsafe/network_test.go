package httpsafe

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
	"testing"
)

func TestNetworkErrors(t *testing.T) {
	dns := func(notFound bool) error {
		return &net.OpError{Op: "dial", Err: &net.DNSError{Err: "x", Name: "swr.example", IsNotFound: notFound}}
	}
	for name, test := range map[string]struct {
		err               error
		permanent, quotes bool
	}{
		"host not found":             {dns(true), true, false},
		"name server unreachable":    {dns(false), false, false},
		"untrusted certificate":      {&tls.CertificateVerificationError{Err: errors.New("expired")}, true, false},
		"not TLS":                    {tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, true, false},
		"HTTP instead of HTTPS":      {fmt.Errorf("get: %w", http.ErrSchemeMismatch), true, false},
		"proxy authentication":       {&ProxyError{Status: 407}, true, false},
		"proxy forbids":              {&ProxyError{Status: 403}, true, false},
		"proxy cannot reach it":      {&ProxyError{Status: 502}, false, false},
		"proxy is throttling":        {&ProxyError{Status: 429}, false, false},
		"connection refused":         {&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, false, false},
		"connection reset":           {&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, false, false},
		"TLS alert":                  {&net.OpError{Op: "remote error", Err: errors.New("tls: handshake failure")}, false, false},
		"end of file":                {io.EOF, false, false},
		"cut off":                    {io.ErrUnexpectedEOF, false, false},
		"timeout":                    {context.DeadlineExceeded, false, false},
		"canceled":                   {context.Canceled, false, false},
		"invalid response":           {errors.New(`malformed HTTP response "s3cret"`), false, true},
		"invalid response, wrapped":  {&url.Error{Op: "Post", Err: errors.New(`malformed HTTP header "s3cret"`)}, false, true},
		"connection refused, client": {&url.Error{Op: "Post", Err: syscall.ECONNREFUSED}, false, false},
	} {
		if got := IsPermanent(test.err); got != test.permanent {
			t.Errorf("%s: permanent %t", name, got)
		}
		if got := QuotesResponse(test.err); got != test.quotes {
			t.Errorf("%s: quotes the response %t", name, got)
		}
	}
}

func TestCheckProxyConnect(t *testing.T) {
	proxy, err := url.Parse("http://user:s3cret@proxy.example:3128")
	if err != nil {
		t.Fatal(err)
	}
	request := &http.Request{Host: "swr-api.example:443"}
	for status, want := range map[int]string{
		200: "",
		403: "the proxy proxy.example:3128 refused to connect to swr-api.example:443: 403 Forbidden",
		407: "the proxy proxy.example:3128 refused to connect to swr-api.example:443: 407 Proxy Authentication Required; " +
			"check the user name and password in HTTPS_PROXY",
	} {
		got := ""
		if err := CheckProxyConnect(t.Context(), proxy, request, &http.Response{StatusCode: status}); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%d: %q; want %q", status, got, want)
		}
	}
}
