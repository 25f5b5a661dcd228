package provider_test

import (
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

const testProxyPassword = "proxy-s3cret"

// SWR and IAM are reached through the proxy of the environment. What the proxy does
// is told apart from what SWR does, and its password is shown nowhere.
func TestCLIProxy(t *testing.T) {
	t.Parallel()
	required := swrtest.ProxyOptions{User: "proxy-user", Password: testProxyPassword}
	for name, test := range map[string]struct {
		options swrtest.ProxyOptions
		proxy   string // the value of HTTPS_PROXY, before the address
		noProxy string
		errors  []string // none: it works
	}{
		"password":                 {required, "http://proxy-user:" + testProxyPassword + "@", "", nil},
		"no scheme":                {required, "proxy-user:" + testProxyPassword + "@", "", nil},
		"NO_PROXY of another host": {required, "http://proxy-user:" + testProxyPassword + "@", "other.example,.swr.example", nil},
		"NO_PROXY": {required, "http://proxy-user:" + testProxyPassword + "@", swrtest.ProxyHost,
			[]string{"Unable to create share platform/team/app/ACME"}},
		"407": {required, "http://wrong:" + testProxyPassword + "@", "",
			[]string{"refused to connect to example.com", "407 Proxy Authentication Required", "check the user name and password in HTTPS_PROXY"}},
		"403": {swrtest.ProxyOptions{Status: http.StatusForbidden}, "http://proxy-user:" + testProxyPassword + "@", "",
			[]string{"refused to connect to example.com", "403 Forbidden"}},
		"untrusted certificate": {swrtest.ProxyOptions{Intercept: true}, "http://proxy-user:" + testProxyPassword + "@", "",
			[]string{"failed to verify certificate", "or by that of a proxy, set cacert_file"}},
		"invalid URL": {required, "http://proxy-user:" + testProxyPassword + "%zz@", "",
			[]string{"Invalid proxy", "The value of the environment variable HTTPS_PROXY is not the URL of a proxy"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := swrtest.StartTLS(t)
			addCredentials(server)
			proxy := swrtest.StartProxy(t, server, test.options)
			tf := newCLI(t, server, partner(`deadline = "forever"`))
			tf.write("ca.pem", string(server.CAPEM()))
			outside := func(address string) string {
				u, err := url.Parse(address)
				if err != nil {
					t.Fatal(err)
				}
				u.Host = swrtest.ProxyHost + ":" + u.Port()
				return u.String()
			}
			tf.Env = append(passwordEnv(server), "SWR_ENDPOINT="+outside(server.URL), "OS_AUTH_URL="+outside(server.IAMURL), "SWR_MAX_RETRIES=0",
				"SWR_REQUEST_TIMEOUT=5s", "OS_CACERT="+filepath.Join(tf.Dir, "ca.pem"), "HTTPS_PROXY="+test.proxy+proxy.Addr, "NO_PROXY="+test.noProxy)
			tf.trace()
			code := success
			if test.errors != nil {
				code = failed
			}
			output := tf.run(code, "apply", "-auto-approve")
			assertContains(t, output, test.errors...)
			assertNotContains(t, output, "Check that the credential is valid", "lacks permission")
			// Terraform logs the environment of neither itself nor the provider.
			assertNoSecrets(t, map[string]string{"the output": output, "the log": tf.file("trace.log")}, testProxyPassword)
			if test.errors != nil {
				if len(tf.ids()) != 0 || server.Count() != 0 {
					t.Errorf("in the state: %v; %d requests", tf.ids(), server.Count())
				}
			} else if targets := strings.Join(proxy.Targets(), " "); !strings.Contains(targets, swrtest.ProxyHost) || server.Count(swrtest.OpLogin) != 2 { // the plan and the apply
				t.Errorf("through the proxy: %s; %v", targets, server.Counts())
			}
			if name == "NO_PROXY" && len(proxy.Targets()) != 0 {
				t.Errorf("through the proxy: %v", proxy.Targets())
			}
		})
	}
}
