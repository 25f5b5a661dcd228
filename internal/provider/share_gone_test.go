package provider_test

import (
	"net/http"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// applied gives a workspace in which a share was applied, and the simulator
// that holds it.
func applied(t *testing.T) (*workspace, *swrtest.Server) {
	t.Helper()
	server := swrtest.Start(t)
	server.AddRepository("platform", "team/app")
	tf := newWorkspace(t, server, partner(`deadline = "forever"`))
	tf.apply()
	server.ResetRequests()
	return tf, server
}

// untouched runs plan, refresh and destroy, which must all fail with these
// words, change nothing in the state, and send nothing that writes.
func (tf *workspace) untouched(server *swrtest.Server, words ...string) {
	tf.t.Helper()
	before := tf.stateFile()
	for _, args := range [][]string{
		{"plan"},
		{"apply", "-refresh-only", "-auto-approve"},
		{"destroy", "-auto-approve"},
	} {
		wants(tf.t, tf.run(failed, args...), words...)
	}
	requests(tf.t, server, nil)
	if after := tf.stateFile(); after != before {
		tf.t.Errorf("the state was changed:\n%s", after)
	}
}

// destroyFails destroys without a refresh, which must fail with these words and
// keep the share in the state.
func (tf *workspace) destroyFails(words ...string) {
	tf.t.Helper()
	wants(tf.t, tf.run(failed, "destroy", "-auto-approve", "-refresh=false"), words...)
	if len(tf.ids()) != 1 {
		tf.t.Errorf("the state lost the share")
	}
}

func TestNoRouteIsNotGone(t *testing.T) {
	t.Parallel()
	for name, form := range map[string]swrtest.NoRouteResponse{
		"gateway": swrtest.NoRouteGateway, "SWR": swrtest.NoRouteSWR, "plain": swrtest.NoRoutePlain,
		"HTML": swrtest.NoRouteHTML, "empty": swrtest.NoRouteEmpty,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tf, server := applied(t)
			server.SetVariants(func(v *swrtest.Variants) { v.Routes, v.NoSuchRoute = swrtest.NoRoutes(), form })
			words := []string{"404 Not Found", "The server does not implement this API path", server.URL, "from the environment variable SWR_ENDPOINT", "The state was not changed"}
			tf.untouched(server, words...)
			tf.destroyFails(words...)
			if len(server.AllShares()) != 1 {
				t.Error("the share is gone from the service")
			}
		})
	}
}

// The same configuration and state against a service that has nothing of it.
func TestAnotherEndpointIsNotGone(t *testing.T) {
	t.Parallel()
	for name, world := range map[string]struct {
		fill  func(*swrtest.Server)
		words []string
	}{
		"an empty service": {
			func(*swrtest.Server) {},
			[]string{`The organization "platform" does not exist for this account`, "removed {", "OS_TOKEN"},
		},
		"the organization alone": {
			func(s *swrtest.Server) { s.AddNamespace("platform") },
			[]string{"which was last seen at 127.0.0.1", "removed {"},
		},
		"the repository too": {
			func(s *swrtest.Server) { s.AddRepository("platform", "team/app") },
			[]string{"which was last seen at 127.0.0.1", "removed {"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tf, here := applied(t)
			elsewhere := swrtest.Start(t)
			world.fill(elsewhere)
			tf.use(elsewhere)
			tf.untouched(elsewhere, append(world.words, elsewhere.URL[len("http://"):][:15])...)
			tf.destroyFails(world.words...)
			if len(here.AllShares()) != 1 {
				t.Error("the share is gone from the service that held it")
			}
			tf.use(here)
			tf.plan(noChange)
		})
	}
}

func TestMissingNamespaceIsNotGone(t *testing.T) {
	t.Parallel()
	tf, server := applied(t)
	server.RemoveNamespace("platform")
	tf.untouched(server, `The organization "platform" does not exist`, "404 Not Found", "SVCSTG.SWR.4040058", "removed {")
	tf.destroyFails(`The organization "platform" does not exist`)
}

// A repository that was deleted takes its shares with it: gone, with a warning.
func TestMissingRepositoryIsGone(t *testing.T) {
	t.Parallel()
	tf, server := applied(t)
	server.RemoveRepository("platform", "team/app")
	wants(t, tf.plan(changes), "Share platform/team/app/ACME was deleted with its repository", "1 to add")
	wants(t, tf.run(0, "destroy", "-auto-approve", "-refresh=false"), "was deleted with its repository")
	if len(tf.ids()) != 0 {
		t.Error("the state keeps the share")
	}
}

func TestRefusedReadIsNotGone(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]struct {
		effect swrtest.Behavior
		words  []string
	}{
		"401":            {swrtest.Status(http.StatusUnauthorized, "SVCSTG.SWR.4010000"), []string{"401 Unauthorized", "SVCSTG.SWR.4010000", "token from the environment variable OS_TOKEN"}},
		"403":            {swrtest.Status(http.StatusForbidden, "SVCSTG.SWR.4030000"), []string{"403 Forbidden", "OS_TOKEN"}},
		"a redirect":     {swrtest.Redirect(http.StatusFound, "https://login.example/page?session=s3cret"), []string{"302 Found", "https://login.example/page", "Redirects are not followed"}},
		"another share":  {swrtest.OtherShare(), []string{"instead of"}},
		"a list of null": {swrtest.NullList(), []string{"null"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tf, server := applied(t)
			server.Inject(swrtest.Fault{Behavior: refusal.effect})
			tf.untouched(server, refusal.words...)
			server.RemoveFaults()
			tf.plan(noChange)
		})
	}
}

// A revoke that fails is an error, and the share stays in the state.
func TestFailedRevokeKeepsTheShare(t *testing.T) {
	t.Parallel()
	for name, effect := range map[string]swrtest.Behavior{
		"403": swrtest.Status(http.StatusForbidden, "SVCSTG.SWR.4030000"),
		"400": swrtest.Status(http.StatusBadRequest, "SVCSTG.SWR.4000014"),
		"409": swrtest.Status(http.StatusConflict, "SVCSTG.SWR.4090001"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tf, server := applied(t)
			server.Inject(swrtest.Fault{Operation: swrtest.OpDelete, Behavior: effect})
			wants(t, tf.run(failed, "destroy", "-auto-approve"), "Unable to delete share platform/team/app/ACME", name)
			if len(tf.ids()) != 1 || len(server.AllShares()) != 1 {
				t.Errorf("state %v, service %v", tf.ids(), server.AllShares())
			}
			server.RemoveFaults()
			tf.destroy()
		})
	}
}

// A share that another client revoked in the meantime is a success.
func TestRevokeOfWhatIsGone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "missing-delete-404", "missing-delete-400"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tf, server := applied(t)
			if variant, ok := swrtest.VariantByName(name); ok {
				server.SetVariants(variant.Apply)
			}
			server.DeleteShare("platform", "team/app", "ACME")
			tf.run(0, "destroy", "-auto-approve", "-refresh=false")
			if len(tf.ids()) != 0 {
				t.Error("the state keeps the share")
			}
		})
	}
}

// A share that exists is not adopted automatically.
func TestConflictGivesTheImportBlock(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	server.PutShare(swrtest.Share{Namespace: "platform", Repository: "team/app", AccessDomain: "ACME", Permit: "read", Deadline: "forever"})
	tf := newWorkspace(t, server, partner(`deadline = "forever"`))
	wants(t, tf.run(failed, "apply", "-auto-approve"),
		"Unable to create share platform/team/app/ACME", "409 Conflict", "SVCSTG.SWR.4090089",
		`import { to = swr_repository_share.NAME id = "platform/team/app/ACME" }`)
	if len(tf.ids()) != 0 {
		t.Error("the share was taken over")
	}
	requests(t, server, map[swrtest.Operation]int{swrtest.OpCreate: 1})

	// What the message says is what helps.
	tf.write(partner(`deadline = "forever"`) + "import {\n  to = swr_repository_share.partner\n  id = \"platform/team/app/ACME\"\n}\n")
	tf.apply()
	tf.plan(noChange)
	requests(t, server, map[swrtest.Operation]int{swrtest.OpCreate: 1})
}

func TestUnknownAccountAndRepositoryAreNamed(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	server.AddRepository("platform", "team/app")
	server.AddAccounts("OTHER")
	tf := newWorkspace(t, server, partner(`deadline = "forever"`))
	wants(t, tf.run(failed, "apply", "-auto-approve"), `The account "ACME" does not exist`, "SVCSTG.SWR.4001041")
	server.RemoveRepository("platform", "team/app")
	wants(t, tf.run(failed, "apply", "-auto-approve"), `The repository "platform/team/app" does not exist. Push an image to it first`)
	server.RemoveNamespace("platform")
	wants(t, tf.run(failed, "apply", "-auto-approve"), `The organization "platform" does not exist`)
	if len(tf.ids()) != 0 {
		t.Errorf("in the state: %v", tf.ids())
	}
}
