package provider_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// What a user sees of a share from its creation to its revocation.
func TestCLIShareLifecycle(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	tf := newCLI(t, server, partner(`deadline = "2031-03-31"`))
	assertContains(t, tf.plan(changes), `+ id = "platform/team/app/ACME"`, `+ expires_at = "2031-04-01T00:00:00Z"`, "1 to add")
	tf.apply()
	if ids := tf.ids(); len(ids) != 1 || ids[partnerID] {
		t.Errorf("in the state: %v", ids)
	}
	tf.config(partner(`deadline = "2031-03-31T16:00:00Z"`, `timeouts = { read = "2m" }`))
	tf.apply()
	tf.plan(noChange)
	assertRequests(t, server, map[swrtest.Operation]int{swrtest.OpCreate: 1})

	tf.config(partner(`deadline = "forever"`, `description = "Contract 4711"`))
	assertContains(t, tf.plan(changes, "-out=saved"), `~ deadline = "2031-03-31" -> "forever"`, `"Contract 4711"`, "0 to add, 1 to change")
	tf.run(success, "apply", "saved")
	assertRequests(t, server, map[swrtest.Operation]int{swrtest.OpCreate: 1, swrtest.OpUpdate: 1})

	held, _ := server.Share("platform", "team/app", "ACME")
	held.Description = "by hand"
	server.PutShare(held)
	assertContains(t, tf.plan(changes), `~ description = "by hand" -> "Contract 4711"`)
	server.DeleteShare("platform", "team/app", "ACME")
	assertContains(t, tf.plan(changes), "1 to add, 0 to change, 0 to destroy")

	tf.config(share("partner", `namespace = "platform"`, `repository = "team/app"`, `access_domain = "acme"`, `deadline = "forever"`))
	tf.apply()
	tf.config(share("partner", `namespace = "platform"`, `repository = "team/app"`, `access_domain = "OTHER"`, `deadline = "forever"`))
	assertContains(t, tf.apply(), "1 added, 0 changed, 1 destroyed")
	assertShares(t, server, "OTHER")
	tf.destroy()
	assertShares(t, server)
}

// All private repositories of an organization are shared, also one that is created
// later, and swr_shares has what the same apply created.
func TestCLIShareAllRepositories(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	seedRepositories(server, map[string]int{"platform/app": 0, "platform/team/app": 0, "other/app": 1})
	server.SetPublic("platform", "public")
	tf := newCLI(t, server, `
data "swr_repositories" "private" {
  namespace = "platform"
  is_public = false
}

resource "swr_repository_share" "partner" {
  for_each      = toset(data.swr_repositories.private.repositories[*].name)
  namespace     = "platform"
  repository    = each.key
  access_domain = "ACME"
  deadline      = "2031-03-31"
}

data "swr_shares" "all" {
  access_domain = "acme"
  depends_on    = [swr_repository_share.partner]
}

output "shares" {
  value = [for share in data.swr_shares.all.shares : "${share.namespace}/${share.repository} until ${share.expires_at}"]
}
`)
	assertContains(t, tf.apply(), "2 added", `"platform/app until 2031-04-01T00:00:00Z", "platform/team/app until 2031-04-01T00:00:00Z", ]`)
	assertRequests(t, server, map[swrtest.Operation]int{
		swrtest.OpCreate: 2, swrtest.OpRepositories: 1, swrtest.OpSharedRepositories: 1,
	})
	server.ResetRequests()
	server.AddRepository("platform", "later")
	assertContains(t, tf.plan(changes), `swr_repository_share.partner["later"] will be created`, "1 to add, 0 to change, 0 to destroy")
	// The shares in the state are refreshed, and the new repository is listed.
	assertRequests(t, server, map[swrtest.Operation]int{swrtest.OpRepositories: 1, swrtest.OpSharedRepositories: 0, swrtest.OpList: 3})
}

// The kinds of outcome of the fault matrix (TestFaultMatrix), as users see them.
func TestCLIFaults(t *testing.T) {
	t.Parallel()
	forbidden := swrtest.Status(http.StatusForbidden, "SVCSTG.SWR.4030000")
	for name, test := range map[string]struct {
		fault    swrtest.Fault
		args     []string // of a run on a share that exists; nil: it is created
		code     int
		words    []string
		stated   bool
		tainted  bool
		atServer int
	}{
		"not made": {fault: swrtest.Fault{Operation: swrtest.OpCreate, Behavior: forbidden}, code: failed,
			words: []string{"Unable to create share platform/team/app/ACME", "403 Forbidden", "token from the environment variable OS_TOKEN"}},
		"made, not read back": {fault: swrtest.Fault{Operation: swrtest.OpGet, Behavior: forbidden}, stated: true, atServer: 1,
			words: []string{"was created, but could not be read back"}},
		"perhaps made": {fault: swrtest.Fault{Operation: swrtest.OpCreate, Behavior: swrtest.HangAfter()}, code: failed, stated: true, tainted: true, atServer: 1,
			words: []string{"platform/team/app/ACME", "within 1s", "terraform untaint"}},
		"not revoked": {fault: swrtest.Fault{Operation: swrtest.OpDelete, Behavior: forbidden}, args: []string{"destroy", "-auto-approve"}, code: failed,
			stated: true, atServer: 1, words: []string{"Unable to delete share platform/team/app/ACME"}},
		"forgotten with a warning": {fault: swrtest.Fault{Operation: swrtest.OpList, Behavior: swrtest.Status(404, "SVCSTG.SWR.4040010")},
			args: []string{"apply", "-refresh-only", "-auto-approve"}, words: []string{"was deleted with its repository"}, atServer: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startServer(t)
			tf := newCLI(t, server, partner(`deadline = "forever"`))
			tf.Env = append(tf.Env, "SWR_MAX_RETRIES=1", "SWR_REQUEST_TIMEOUT=1s")
			if name == "perhaps made" {
				server.Inject(swrtest.Fault{Operation: swrtest.OpGet, Behavior: swrtest.Status(503, "")})
			}
			if test.args != nil {
				tf.apply()
			}
			server.Inject(test.fault)
			if test.args == nil {
				test.args = []string{"apply", "-auto-approve"}
			}
			printed := tf.run(test.code, test.args...)
			assertContains(t, printed, test.words...)
			tainted, stated := tf.ids()[partnerID]
			if stated != test.stated || tainted != test.tainted || len(server.AllShares()) != test.atServer {
				t.Errorf("in the state: %t, tainted: %t, at the service: %v", stated, tainted, server.AllShares())
			}
			server.RemoveFaults()
			if test.tainted { // what the message proposes
				tf.run(success, "apply", "-refresh-only", "-auto-approve")
				tf.run(success, "untaint", partnerAddress)
				tf.plan(noChange)
			} else if test.stated {
				tf.plan(noChange)
			}
		})
	}
}

func TestCLIImport(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	putShare(server, "team/app", "ACME", "2031-03-31T16:00:00.000Z")
	config := partner(`deadline = "2031-03-31"`, `description = "by hand"`)
	t.Run("by id", func(t *testing.T) {
		t.Parallel()
		tf := newCLI(t, server, config)
		tf.run(success, "import", partnerAddress, "platform/team/app/aCmE")
		if ids := tf.ids(); len(ids) != 1 || ids["platform/team/app/aCmE"] {
			t.Errorf("in the state: %v", ids)
		}
		tf.plan(noChange)
		assertContains(t, tf.run(failed, "import", "swr_repository_shares_exclusive.only", "platform/team/app"), "mport")
	})
	t.Run("by identity", func(t *testing.T) {
		t.Parallel()
		tf := newCLI(t, server, config+`
import {
  to = swr_repository_share.partner
  identity = {
    namespace     = "platform"
    repository    = "team/app"
    access_domain = "ACME"
  }
}`)
		result, err := tf.Run(t.Context(), "validate")
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(result.Output, `An argument named "identity" is not expected here`) {
			t.Skip("this CLI has no identities: Terraform has them from 1.12 on")
		}
		assertContains(t, tf.apply(), "1 imported, 0 added, 0 changed")
		state, err := tf.State()
		if err != nil {
			t.Fatal(err)
		}
		if identity := state.Resources[0].Instances[0].Identity; fmt.Sprint(identity) != "map[access_domain:ACME namespace:platform repository:team/app]" {
			t.Errorf("the identity is %v", identity)
		}
		tf.plan(noChange)
	})
	t.Run("with generated configuration", func(t *testing.T) {
		t.Parallel()
		tf := newCLI(t, server, "import {\n  to = swr_repository_share.one\n  id = \"platform/team/app/ACME\"\n}\n")
		tf.generateConfig("main.tf", "plan", "-generate-config-out=generated.tf")
		assertContains(t, unwrap(tf.file("generated.tf")), `deadline = "2031-03-31"`, `access_domain = "ACME"`)
		assertContains(t, tf.apply(), "1 imported, 0 added, 0 changed, 0 destroyed")
		tf.plan(noChange)
	})
}

// Names from the service are text in the generated configuration, whatever they
// look like, and nothing has to be changed for a clean plan.
func TestCLIQuery(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	for _, account := range []string{"ACME", "Ünï ${corp}", `a "b" %{c} \d`} {
		putShare(server, "team/app", account, "2031-03-31T16:00:00.000Z")
	}
	seedRepositories(server, map[string]int{"staging/app": 4})
	tf := newCLI(t, server, `provider "swr" {}`)
	tf.skipUnless("-generate-config-out", "query")
	list := func(arguments string) {
		tf.write("all.tfquery.hcl", "list \"swr_repository_share\" \"all\" {\n  provider = swr\n"+arguments+"}\n")
	}
	for arguments, count := range map[string]int{"": 7, "config {}\n": 7, "limit = 2\n": 2, "config { namespace = \"staging\" }\n": 4} {
		list(arguments)
		if got := strings.Count(tf.run(success, "query"), "access_domain="); got != count {
			t.Errorf("%q: %d shares", arguments, got)
		}
	}
	list("config { repository = \"app\" }\n")
	assertContains(t, tf.run(failed, "query"), `"namespace" must be specified when "repository" is specified`)
	list("config {\n namespace = \"platform\"\n repository = \"team/app\"\n}\n")
	assertContains(t, tf.run(success, "query", "-generate-config-out=shares.tf"), "platform/team/app/ACME", "platform/team/app/Ünï ${corp}")
	assertContains(t, tf.apply(), "3 imported, 0 added, 0 changed, 0 destroyed")
	tf.plan(noChange)
	assertRequests(t, server, nil)
}

// The endpoint comes from another resource, which is about to change.
func TestCLIUnknownProviderConfiguration(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	config := func(version string) string {
		return fmt.Sprintf("resource \"terraform_data\" \"cloud\" {\n  input = %q\n  triggers_replace = %q\n}\n"+
			"provider \"swr\" {\n  endpoint = terraform_data.cloud.output\n}\n", server.URL, version)
	}
	tf := newCLI(t, server, config("1")+partner(`deadline = "forever"`))
	assertContains(t, tf.plan(changes), "2 to add") // new shares are planned
	tf.apply()
	server.ResetRequests()

	server.DeleteShare("platform", "team/app", "ACME")
	tf.config(config("2") + partner(`deadline = "forever"`))
	assertContains(t, tf.plan(changes), "Existing shares were not checked", `"endpoint"`, "1 to add, 0 to change, 1 to destroy")
	assertNoRequests(t, server)
	tf.apply()
	assertContains(t, tf.plan(changes), "1 to add") // now it was asked, and is gone

	tf.config(config("3") + exclusive("only"))
	assertContains(t, tf.plan(failed), "Provider configuration not yet known")
}

// terraform validate needs no credentials, and refuses what can't be.
func TestCLIValidate(t *testing.T) {
	t.Parallel()
	tf := newCLI(t, startServer(t), partner(`deadline = "forever"`))
	tf.Env = nil
	tf.run(success, "validate")
	assertContains(t, tf.run(failed, "plan"), "OS_TOKEN")
	tf.config(partner(`deadline = "2031-02-30"`, `timeouts = { create = "0s" }`))
	assertContains(t, tf.run(failed, "validate"), `deadline = "2031-02-30"`, "there is no such day", `timeouts.create = "0s": must be greater than 0`)
	tf.config(partner(`deadline = "2020-01-01"`))
	tf.Env = []string{"SWR_ENDPOINT=http://127.0.0.1:1", "OS_TOKEN=unused"}
	assertContains(t, tf.plan(changes), `Warning: Share platform/team/app/ACME expired at the end of 2020-01-01`)
}

// A connection that fails before the request was written leaves nothing in the
// state, and the message names the proxy that refused. (Go reads the proxy from the
// environment once a process, so that only the CLI can show it.)
func TestCLIProxyRefuses(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"407 Proxy Authentication Required", "403 Forbidden"} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			code, err := strconv.Atoi(status[:3])
			if err != nil {
				t.Fatal(err)
			}
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }))
			t.Cleanup(proxy.Close)
			host := strings.TrimPrefix(proxy.URL, "http://")
			tf := newCLI(t, startServer(t), partner(`deadline = "forever"`))
			tf.Env = append(tf.Env, "SWR_ENDPOINT=https://swr-api.example", "HTTPS_PROXY=http://user:pr0xy-5ecret@"+host, "SWR_MAX_RETRIES=0")
			printed := tf.run(failed, "apply", "-auto-approve")
			assertContains(t, printed, "the proxy "+host+" refused to connect to swr-api.example:443: "+status)
			assertNoSecrets(t, map[string]string{"the output": printed}, "pr0xy-5ecret")
			if ids := tf.ids(); len(ids) != 0 {
				t.Errorf("in the state: %v", ids)
			}
		})
	}
}

// The same state at the endpoint of another service, which has a share of the
// same names.
func TestCLIOtherEndpoint(t *testing.T) {
	t.Parallel()
	tf, server := newCLIWithExclusive(t)
	other := startServer(t)
	other.PutShare(swrtest.Share{Namespace: "platform", Repository: "team/app", AccessDomain: "ACME", CreatorID: "other"})
	putShare(other, "team/app", "EVIL", "forever")
	tf.config(partner(`deadline = "2099-12-31"`) + exclusive("only", partnerAddress+".access_domain"))
	tf.plan(changes, "-out=saved")

	tf.Env = []string{"SWR_ENDPOINT=" + other.URL, "OS_TOKEN=" + other.Token()}
	for _, command := range [][]string{
		{"plan"}, {"apply", "-auto-approve"}, {"apply", "saved"}, {"apply", "-auto-approve", "-refresh=false"},
	} {
		assertContains(t, tf.run(failed, command...), server.URL, other.URL, "The state was not changed.", "removed {", "import {")
	}
	// The exclusive resource is created there, which revokes nothing.
	only := "-target=swr_repository_shares_exclusive.only"
	tf.config(exclusive("only", `"ACME"`))
	assertContains(t, tf.plan(changes, only), "Accounts of platform/team/app were last read at another endpoint",
		"1 to add, 0 to change, 0 to destroy", "Undeclared share platform/team/app/EVIL")
	tf.apply(only)
	assertContains(t, tf.plan(changes, only), `- "EVIL"`)

	for _, refresh := range []string{"-refresh=true", "-refresh=false"} {
		assertContains(t, tf.run(failed, "destroy", "-auto-approve", refresh), server.URL, other.URL, "The state was not changed.")
	}
	if _, kept := tf.ids()[partnerID]; !kept {
		t.Errorf("the state does not have %s", partnerID)
	}
	assertRequests(t, other, nil)
	assertShares(t, other, "ACME", "EVIL")
	assertShares(t, server, "ACME")
}
