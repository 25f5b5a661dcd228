package auth_test

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/auth"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/config"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

const proxyPassword = "pr0xy-pa$$"

// throughProxy returns the address of a server for clients that reach it through a
// proxy only.
func throughProxy(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.Host = swrtest.ProxyHost + ":" + u.Port()
	return u.String()
}

// A proxy that forwards connections, or refuses to. IAM and SWR are both reached
// through it.
func TestProxy(t *testing.T) {
	right := url.UserPassword("proxy-user", proxyPassword)
	for _, test := range []struct {
		name     string
		options  swrtest.ProxyOptions
		user     *url.Userinfo
		trusts   string // whose authority the client trusts: server, proxy or both
		status   int    // with which the proxy refuses
		verified bool   // false: the certificate is not trusted
	}{
		{"no password", swrtest.ProxyOptions{}, nil, "server", 0, true},
		{"password", swrtest.ProxyOptions{User: "proxy-user", Password: proxyPassword}, right, "server", 0, true},
		{"wrong password", swrtest.ProxyOptions{User: "proxy-user", Password: "other"}, right, "server", 407, true},
		{"no password, but one is required", swrtest.ProxyOptions{User: "u", Password: "p"}, nil, "server", 407, true},
		{"host not allowed", swrtest.ProxyOptions{Status: http.StatusForbidden}, nil, "server", 403, true},
		{"intercepts TLS", swrtest.ProxyOptions{Intercept: true}, nil, "proxy", 0, true},
		{"intercepts TLS, not trusted", swrtest.ProxyOptions{Intercept: true}, nil, "server", 0, false},
		{"over TLS", swrtest.ProxyOptions{TLS: true}, nil, "both", 0, true},
		{"over TLS, not trusted", swrtest.ProxyOptions{TLS: true}, nil, "server", 0, false},
	} {
		for _, method := range []string{"token", "password"} {
			t.Run(test.name+", "+method, func(t *testing.T) {
				server := swrtest.StartTLS(t)
				server.AddRepository(namespace, "team/app")
				user := server.AddUser(swrtest.User{Name: "user", Password: "pa$s"})
				proxy := swrtest.StartProxy(t, server, test.options)
				endpoint := throughProxy(t, server.URL)
				block := config.Settings{"endpoint": endpoint, "cacert_file": "/ca.pem", "token": server.Token()}
				if method == "password" {
					block = config.Settings{
						"endpoint": endpoint, "cacert_file": "/ca.pem", "auth_url": throughProxy(t, server.IAMURL), "region": "eu-de",
						"user_name": user.Name, "password": user.Password, "domain_name": user.DomainName,
					}
				}
				roots := map[string][]byte{
					"server": server.CAPEM(), "proxy": proxy.CAPEM(), "both": slices.Concat(server.CAPEM(), proxy.CAPEM()),
				}[test.trusts]
				cfg, _, errs := config.Resolve(block, config.Environment{ReadFile: func(string, int64) ([]byte, error) { return roots, nil }})
				if len(errs) > 0 {
					t.Fatal(errs)
				}
				address := url.URL{Scheme: "http", Host: proxy.Addr, User: test.user}
				if test.options.TLS {
					address.Scheme = "https"
				}
				rt, err := auth.NewTransport(cfg, auth.Options{Wrap: func(next http.RoundTripper) http.RoundTripper {
					base, _ := next.(*http.Transport)
					base.Proxy = http.ProxyURL(&address) // net/http reads the environment once in a process
					return base
				}})
				if err != nil {
					t.Fatal(err)
				}

				status, text, err := call(t.Context(), rt, endpoint, http.MethodGet, sharesPath(""), "")
				if test.status == 0 && test.verified {
					if err != nil || status != http.StatusOK || len(proxy.Targets()) == 0 {
						t.Errorf("%d %s %v", status, text, err)
					}
					for _, request := range server.Requests() {
						if request.Header.Get("Proxy-Authorization") != "" {
							t.Error("the server received the password of the proxy")
						}
					}
					return
				}
				if err == nil || server.Count() != 0 || !httpsafe.IsPermanent(err) {
					t.Fatalf("%d %s %v, %d requests", status, text, err, server.Count())
				}
				if strings.Contains(err.Error(), proxyPassword) || strings.Contains(err.Error(), url.QueryEscape(proxyPassword)) {
					t.Errorf("the error has the password: %v", err)
				}
				refusal, refused := errors.AsType[*httpsafe.ProxyError](err)
				_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
				if untrusted == test.verified || refused != (test.status != 0) ||
					refused && (refusal.Status != test.status || !strings.Contains(err.Error(), "the proxy "+proxy.Addr+" refused to connect to "+swrtest.ProxyHost)) {
					t.Errorf("got %v", err)
				}
				if login, ok := errors.AsType[*auth.LoginError](err); ok != (method == "password") || ok && login.Temporary() {
					t.Errorf("got %T %v", err, err)
				}
			})
		}
	}
}

// A 407 of a proxy that does not forward, but answers itself, causes no new login.
func TestProxyResponseIsNoRefusedToken(t *testing.T) {
	server, block := password(t)
	rt := transport(t, block, config.Environment{})
	server.Inject(swrtest.Fault{Operation: swrtest.OpList, Behavior: swrtest.HTMLPage(http.StatusProxyAuthRequired)})
	for range 2 {
		if status, text, err := call(t.Context(), rt, server.URL, http.MethodGet, sharesPath(""), ""); err != nil || status != http.StatusProxyAuthRequired {
			t.Errorf("%d %s %v", status, text, err)
		}
	}
	if n := server.Count(swrtest.OpLogin); n != 1 {
		t.Errorf("%d logins", n)
	}
}
