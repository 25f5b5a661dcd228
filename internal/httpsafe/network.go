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
)

// ProxyError is the refusal of an HTTP proxy to connect to a server, so that the
// request was never sent.
type ProxyError struct {
	Proxy, Target string // host:port
	Status        int
}

// CheckProxyConnect returns a [*ProxyError] if a proxy did not accept a CONNECT
// request. It is the OnProxyConnectResponse of an [http.Transport], whose own
// error names neither the proxy nor the status code.
func CheckProxyConnect(_ context.Context, proxy *url.URL, request *http.Request, response *http.Response) error {
	if response.StatusCode == http.StatusOK {
		return nil
	}
	return &ProxyError{Proxy: Printable(proxy.Host), Target: Printable(request.Host), Status: response.StatusCode}
}

func (e *ProxyError) Error() string {
	text := fmt.Sprintf("the proxy %s refused to connect to %s: %d %s", e.Proxy, e.Target, e.Status, http.StatusText(e.Status))
	if e.Status == http.StatusProxyAuthRequired {
		text += "; check the user name and password in HTTPS_PROXY"
	}
	return text
}

// IsPermanent reports whether another attempt would meet the same network error:
// a host name that does not exist, a certificate that is not trusted, a server
// that does not speak TLS, a proxy that refuses.
func IsPermanent(err error) bool {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return dns.IsNotFound
	}
	if proxy, ok := errors.AsType[*ProxyError](err); ok {
		return !IsTemporaryStatus(proxy.Status)
	}
	return isWrongServer(err)
}

// isWrongServer reports whether the server is not the one, or not of the kind,
// that the URL names.
func isWrongServer(err error) bool {
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, record := errors.AsType[tls.RecordHeaderError](err)
	return certificate || record || errors.Is(err, http.ErrSchemeMismatch)
}

// QuotesResponse reports whether the text of a transport's error may quote what
// the server sent. The errors of net/http about an invalid response do, and the
// line that they quote may be the one with a token.
func QuotesResponse(err error) bool {
	if wrapper, ok := errors.AsType[*url.Error](err); ok {
		err = wrapper.Err // itself a net.Error, whatever it wraps
	}
	_, network := errors.AsType[net.Error](err)
	_, proxy := errors.AsType[*ProxyError](err)
	return !network && !proxy && !isWrongServer(err) &&
		!errors.Is(err, context.Canceled) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF)
}
