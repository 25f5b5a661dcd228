package provider_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// shortLifetime is that of all tokens, temporary access keys and ID tokens of
// TestCLICredentialsOfTwoSeconds.
const shortLifetime = 2 * time.Second

// 200 shares are applied while everything that can expire lives for two seconds. All
// requests go through a proxy that plays the hosts of the clouds.
func TestCLICredentialsOfTwoSeconds(t *testing.T) {
	t.Parallel()
	const (
		shares = 200
		otc    = "eu-de.otc.t-systems.com"
		huawei = "eu-west-101.myhuaweicloud.eu"
	)
	login := []string{"OS_REGION_NAME=eu-de", "OS_USERNAME=jane", "OS_USER_DOMAIN_NAME=OWNER-ACCOUNT", "OS_PASSWORD=" + testPassword}
	for name, test := range map[string]struct {
		env    []string
		cloud  string              // the domain of the hosts
		agency bool                // the organization belongs to the agency's account
		iam    []swrtest.Operation // requests for a credential
	}{
		"id token": {
			env:   []string{"OS_REGION_NAME=eu-de", "SWR_OIDC_IDP_ID=ci", "SWR_OIDC_ID_TOKEN_FILE=id-token"},
			cloud: otc, iam: []swrtest.Operation{swrtest.OpIDToken},
		},
		"agency over a login": {
			env:   append(slices.Clone(login), "OS_AGENCY_NAME=ops", "OS_AGENCY_DOMAIN_NAME=CUSTOMER"),
			cloud: otc, agency: true, iam: []swrtest.Operation{swrtest.OpLogin, swrtest.OpAssumeRole},
		},
		"agency over a key pair": {
			env: []string{"HW_REGION_NAME=eu-west-101", "HW_ACCESS_KEY=PERMANENT", "HW_SECRET_KEY=" + testSecretKey,
				"HW_ASSUME_ROLE_AGENCY_NAME=ops", "HW_ASSUME_ROLE_DOMAIN_NAME=CUSTOMER"},
			cloud: huawei, agency: true, iam: []swrtest.Operation{swrtest.OpSecurityTokens},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := swrtest.StartTLS(t, swrtest.WithBasePath(""), swrtest.WithTokenLifetime(shortLifetime),
				swrtest.WithKeyLifetime(shortLifetime), swrtest.WithClock(new(cappedClock).now))
			addCredentials(server)
			addIdentities(server)
			if test.agency {
				server.AssignNamespace("platform", "CUSTOMER")
			}
			proxy := swrtest.StartProxy(t, server, swrtest.ProxyOptions{Intercept: true})
			tf := newCLI(t, server, manyShares(shares, ""))
			tf.write("ca.pem", string(proxy.CAPEM()))
			tf.Env = append(test.env, "HTTPS_PROXY=http://"+proxy.Addr, "OS_CACERT="+filepath.Join(tf.Dir, "ca.pem"))
			// TestCLISignIn searches the logs of the framework, too.
			tf.trace()
			tf.Env = append(tf.Env, "TF_LOG=", "TF_LOG_PROVIDER=TRACE", "TF_LOG_SDK=ERROR")
			tf.rotateIDToken()

			// 200 requests to create and as many to verify, ten at a time, take at least five
			// seconds.
			server.SetLatency(125 * time.Millisecond)
			began := time.Now()
			printed := tf.apply()
			server.SetLatency(0)
			if n := len(server.Shares("platform", "team/app")); n != shares {
				t.Errorf("%d shares instead of %d", n, shares)
			}
			printed += tf.plan(noChange)

			// Three processes sign in, one of which renews the credential at least twice. Each
			// renewal is before the end: of a temporary access key, the beginning is only known
			// to the second.
			least, most := 3+2, 3+int(time.Since(began)/(shortLifetime/2))
			for _, operation := range test.iam {
				if n := server.Count(operation); n < least || n > most {
					t.Errorf("%d requests of %s, want %d to %d: %v", n, operation, least, most, server.Counts())
				}
			}
			refused := 0
			for _, request := range server.Requests() {
				if request.Status >= 400 {
					refused++
				}
			}
			// On a busy machine, a credential may end before a request with it arrives. If it
			// were renewed only then, several requests would be refused each time.
			if refused > server.Count(test.iam...) {
				t.Errorf("%d requests were refused: %v", refused, server.Counts())
			}
			hosts := []string{"iam." + test.cloud + ":443", "swr-api." + test.cloud + ":443"}
			targets := proxy.Targets()
			slices.Sort(targets)
			if targets = slices.Compact(targets); !slices.Equal(targets, hosts) {
				t.Errorf("requests went to %v, want %v", targets, hosts)
			}
			idTokens := slices.Compact(idTokensIn(server))
			if method := swrtest.OpIDToken; slices.Contains(test.iam, method) && len(idTokens) < 3 {
				t.Errorf("%d requests of %s sent %d ID tokens", server.Count(method), method, len(idTokens))
			}
			tf.assertTraceable()
			texts := map[string]string{"the output": printed, "the log": tf.file("trace.log"), "the state": tf.stateFile()}
			assertNoSecrets(t, texts, append(allSecrets(server), idTokens...)...)
		})
	}
}

// cappedClock is the time, except that it advances by at most 50 ms between two
// readings: nothing expires because the machine is busy with something else.
type cappedClock struct {
	mu            sync.Mutex
	read, current time.Time
}

func (c *cappedClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if c.read.IsZero() {
		c.current = now
	} else {
		c.current = c.current.Add(min(now.Sub(c.read), 50*time.Millisecond))
	}
	c.read = now
	return c.current
}

// rotateIDToken writes the file id-token, and again before its ID token ends.
func (tf *cli) rotateIDToken() {
	write := func() {
		token := swrtest.SignIDToken(identityProviderSecret, map[string]any{
			"aud": "swr-test", "sub": idTokenSubject, "exp": float64(time.Now().Add(shortLifetime).UnixMilli()) / 1000,
		})
		// Renamed, so that nobody reads a part of it.
		err := tf.Write("id-token.new", token)
		if err == nil {
			err = os.Rename(filepath.Join(tf.Dir, "id-token.new"), filepath.Join(tf.Dir, "id-token"))
		}
		if err != nil {
			tf.t.Error(err)
		}
	}
	write()
	done := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		ticker := time.NewTicker(shortLifetime / 4)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				write()
			case <-done:
				return
			}
		}
	})
	tf.t.Cleanup(func() { close(done); running.Wait() })
}

// idTokensIn returns the ID tokens in the requests that a simulator received.
func idTokensIn(server *swrtest.Server) (tokens []string) {
	for _, request := range server.Requests() {
		var body struct {
			Auth struct {
				IDToken struct{ ID string } `json:"id_token"`
			} `json:"auth"`
		}
		if request.Operation == swrtest.OpIDToken && json.Unmarshal(request.Body, &body) == nil {
			tokens = append(tokens, body.Auth.IDToken.ID)
		}
	}
	return tokens
}
