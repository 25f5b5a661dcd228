package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// repositories is the configuration of shares of that many repositories.
func repositories(count int) string {
	return fmt.Sprintf(`
resource "swr_repository_share" "partner" {
  count         = %d
  namespace     = "platform"
  repository    = format("team/app%%02d", count.index)
  access_domain = "ACME"
  deadline      = "forever"
}
`, count)
}

// startGateway starts a simulator with repositories, whose gateway says why it
// refuses a credential.
func startGateway(t *testing.T, count int) *swrtest.Server {
	t.Helper()
	server := startServer(t, withVariant(t, "auth-gateway"))
	for i := range count {
		server.AddRepository("platform", fmt.Sprintf("team/app%02d", i))
	}
	return server
}

// wrongSignature sends a request with a signature of the key that is wrong.
func wrongSignature(t *testing.T, server *swrtest.Server, access string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/v2/manage/shared-repositories", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "SDK-HMAC-SHA256 Access="+access+", SignedHeaders=host, Signature=0")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
}

// Each reason for which a credential is refused is told apart. None changes the
// state, and a wrong secret key is sent once, so that it does not lock the key.
func TestCLIRefusedCredentials(t *testing.T) {
	t.Parallel()
	const count = 20
	server := startGateway(t, count)
	tf := newCLI(t, server, repositories(count))
	keys := func(secret string) []string {
		return []string{"SWR_ENDPOINT=" + server.URL, "HW_ACCESS_KEY=PERMANENT", "HW_SECRET_KEY=" + secret}
	}
	right := keys(testSecretKey)
	tf.Env = keys("wrong")
	assertContains(t, tf.run(failed, "apply", "-auto-approve"), "Unable to create share platform/team/app19/ACME", "verify aksk signature fail")
	if requests, ids := server.Count(), tf.ids(); requests > 2 || len(ids) != 0 {
		// The plan and the apply are processes of their own.
		t.Errorf("%d requests to create with the wrong key; in the state: %v", requests, ids)
	}
	tf.Env = right
	tf.apply()
	state := tf.stateFile()
	refused := func(env []string, requests int, parts ...string) {
		t.Helper()
		server.ResetRequests()
		tf.Env = env
		output := tf.plan(failed)
		assertContains(t, output, append(parts, "Unable to read share platform/team/app00/ACME", "Unable to read share platform/team/app19/ACME")...)
		if n := server.Count(); n != requests {
			t.Errorf("%d requests instead of %d: %v", n, requests, server.Counts())
		}
		if tf.stateFile() != state {
			t.Error("the state was changed")
		}
	}

	refused(keys("wrong"), 1, "401 Unauthorized", "verify aksk signature fail", "this one was not sent",
		"no further request of this run is signed", "Credential: access key from")
	server.ResetRequests()
	tf.Env = right
	tf.plan(noChange)

	for range 6 {
		wrongSignature(t, server, "PERMANENT")
	}
	refused(right, 1, "The access key is locked for five minutes", "Wait five minutes")

	server.SetClock(func() time.Time { return time.Now().Add(20 * time.Minute) })
	refused(right, 1, "The clock of this computer is 20m behind that of the service")
	server.SetClock(time.Now)

	server.RemoveKey("PERMANENT")
	refused(right, 1, "ak not exist", "The access key or token has ended or was deleted", "The state was not changed")
	refused([]string{"SWR_ENDPOINT=" + server.URL, "OS_TOKEN=of-another-cloud"}, count, "The service can't decrypt the token")
	server.ExpireTokens()
	refused([]string{"SWR_ENDPOINT=" + server.URL, "OS_TOKEN=" + server.Token()}, count,
		"token expires, expires_at", "The access key or token has ended or was deleted")

	server.Inject(swrtest.Fault{Namespace: "platform", Behavior: swrtest.Status(http.StatusUnauthorized, swrtest.CodeOtherAccount)})
	refused(passwordEnv(server), count+1, // the requests and one login
		`The organization "platform", or its repository, belongs to another account`, "The state was not changed")
	if server.Count(swrtest.OpLogin) != 1 {
		t.Errorf("%d logins", server.Count(swrtest.OpLogin))
	}
	assertNotContains(t, tf.plan(failed), "Credential:")
}

// A key that is deleted during an apply: what was created before is in the state.
func TestCLIKeyDeletedDuringApply(t *testing.T) {
	t.Parallel()
	server := startGateway(t, 3)
	tf := newCLI(t, server, repositories(3))
	tf.Env = []string{"SWR_ENDPOINT=" + server.URL, "HW_ACCESS_KEY=TEMPORARY", "HW_SECRET_KEY=" + testSecretKey, "HW_SECURITY_TOKEN=" + testSecurityToken}
	creates := 0
	server.OnRequest(func(request swrtest.RequestInfo) {
		if request.Operation == swrtest.OpCreate {
			if creates++; creates == 2 {
				server.RemoveKey("TEMPORARY")
			}
		}
	})
	output := tf.run(failed, "apply", "-auto-approve", "-parallelism=1")
	assertContains(t, output, "ak not exist", "The access key or token has ended or was deleted", "what was created before is in the state")
	if shares, ids := server.AllShares(), tf.ids(); len(shares) != 1 || len(ids) != 1 {
		t.Errorf("shares %v, in the state %v", shares, ids)
	}
	if creates != 2 {
		t.Errorf("%d requests to create", creates)
	}
	for _, tainted := range tf.ids() {
		if tainted {
			t.Error("the share in the state is tainted")
		}
	}
	assertNoSecrets(t, map[string]string{"the output": output}, testSecretKey, testSecurityToken)
}

// An import ID in the form of an older provider, or with a blank, is refused before
// anything is sent.
func TestCLIImportIDInAnotherForm(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	tf := newCLI(t, server, partner(`deadline = "forever"`))
	for _, id := range []string{"platform,team/app,ACME", " platform/team/app/ACME", "platform/team/app/ACME "} {
		assertContains(t, tf.run(failed, "import", partnerAddress, id), "Invalid import ID", fmt.Sprintf("%q is not in the form", id), `use "platform/team/app/ACME"`)
	}
	assertNoRequests(t, server)
}

// create_before_destroy can't work for a share, wherever it comes from: the error says
// so first, and the share is kept. Without it the replacement works.
func TestCLICreateBeforeDestroy(t *testing.T) {
	t.Parallel()
	const createFirst = "lifecycle {\n create_before_destroy = true\n }"
	server := startServer(t)
	for name, config := range map[string]string{
		"its own": partner(`deadline = "forever"`, createFirst),
		"of a resource that refers to it": partner(`deadline = "forever"`) +
			exclusiveOf("only", `"team/app"`, "access_domains = ["+partnerAddress+".access_domain]", createFirst),
	} {
		tf := newCLI(t, server, config)
		tf.apply()
		output := tf.run(failed, "apply", "-auto-approve", "-replace="+partnerAddress)
		assertContains(t, output, "Unable to create share platform/team/app/ACME", "409 Conflict", "create_before_destroy can't work for a share")
		_, refusal, _ := strings.Cut(output, "409 Conflict")
		if strings.Index(refusal, "create_before_destroy") > strings.Index(refusal, "import {") {
			t.Errorf("%s: the import block comes first: %s", name, refusal)
		}
		assertShares(t, server, "ACME")
		if tainted, found := tf.ids()[partnerID]; !found || tainted {
			t.Errorf("%s: in the state: %v", name, tf.ids())
		}
		tf.config(strings.ReplaceAll(config, createFirst, ""))
		tf.apply("-replace=" + partnerAddress)
		assertShares(t, server, "ACME")
		tf.plan(noChange)
		tf.destroy()
	}
}
