package provider_test

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

var seed = flag.Uint64("seed", 4711, "seed of the storm and of the moments of interruptions")

// differences are the ids of the shares on which state and service do not agree,
// each with why.
func (tf *workspace) differences(server *swrtest.Server) map[string]string {
	tf.t.Helper()
	state, err := tf.State()
	if err != nil {
		tf.t.Fatal(err)
	}
	stated := map[string]map[string]any{}
	for _, resource := range state.Resources {
		for _, instance := range resource.Instances {
			id, _ := instance.Attributes["id"].(string)
			stated[id] = instance.Attributes
		}
	}
	found := map[string]string{}
	for _, share := range server.AllShares() {
		id := share.Namespace + "/" + share.Repository + "/" + share.AccessDomain
		attributes, there := stated[id]
		delete(stated, id)
		deadline, _ := attributes["deadline"].(string)
		switch {
		case !there:
			found[id] = "forgotten by the state"
		case attributes["description"] != share.Description || !strings.HasPrefix(share.Deadline, deadline):
			found[id] = fmt.Sprintf("state: %v, service: %+v", attributes, share)
		}
	}
	for id := range stated {
		found[id] = "in the state alone"
	}
	return found
}

// reported fails unless each difference is reported in what Terraform printed.
func (tf *workspace) reported(server *swrtest.Server, printed string) {
	tf.t.Helper()
	differences := tf.differences(server)
	for _, id := range slices.Sorted(maps.Keys(differences)) {
		if !strings.Contains(printed, "share "+id) {
			tf.t.Errorf("%s: %s, and nothing was reported", id, differences[id])
		} else {
			tf.t.Logf("%s: %s, as was reported", id, differences[id])
		}
	}
}

// 200 shares are applied, changed and destroyed while a fifth of all requests
// fail in random ways: all succeed, or what failed is reported, and state and
// service agree to the last share.
func TestStorm(t *testing.T) {
	t.Parallel()
	t.Logf("seed %d (choose another with -seed)", *seed)
	server := swrtest.Start(t, swrtest.WithSeed(*seed))
	fillAccount(server)
	network := swrtest.OneOf(
		swrtest.ResetBefore(), swrtest.ResetAfter(), swrtest.CloseMidResponse(), swrtest.HangBefore(), swrtest.HangAfter(), swrtest.HangMidResponse(),
		swrtest.Status(500, "SVCSTG.SWR.5000001"), swrtest.Status(500, "").AfterEffect(), swrtest.HTMLPage(502), swrtest.HTMLPage(502).AfterEffect(),
		swrtest.Status(503, ""), swrtest.Status(504, "").AfterEffect(), swrtest.HTMLPage(200), swrtest.HTMLPage(200).AfterEffect(),
		swrtest.Throttle(), swrtest.ThrottleSeconds(1), swrtest.LatencyAfter(100*time.Millisecond),
	)
	service := swrtest.OneOf(network, network, network, swrtest.Busy(), swrtest.ThrottleForbidden(swrtest.CodeThrottledForbidden))
	storm := func() (injected []*swrtest.InjectedFault) {
		for _, kind := range []swrtest.Operation{swrtest.OpCreate, swrtest.OpList, swrtest.OpGet, swrtest.OpUpdate, swrtest.OpDelete} {
			injected = append(injected, server.Inject(swrtest.Fault{Operation: kind, Probability: 0.2, Behavior: service}))
		}
		return append(injected, server.Inject(swrtest.Fault{Operation: swrtest.OpLogin, Probability: 0.2, Behavior: network}))
	}
	const settings = "provider \"swr\" {\n  request_timeout = \"3s\"\n}\n"
	tf := newWorkspace(t, server, settings)
	tf.Env = passwordInEnvironment(server)

	for _, phase := range []struct {
		config string
		want   int
	}{{many(200, "first"), 200}, {many(200, "second"), 200}, {"", 0}} {
		tf.write(settings + phase.config)
		server.ResetRequests()
		injected := storm()
		result, err := tf.Run(t.Context(), "apply", "-auto-approve")
		if err != nil {
			t.Fatal(err)
		}
		server.RemoveFaults()
		fired := 0
		for _, one := range injected {
			fired += one.Count()
		}
		t.Logf("%d requests, %d of them failed; code %d", server.Count(), fired, result.Code)
		if fired < server.Count()/10 {
			t.Error("that was no storm")
		}
		tf.reported(server, flat(result.Output))
		if result.Code != 0 {
			t.Logf("reported: %s", flat(result.Output[strings.Index(result.Output, "Error: "):]))
			if !strings.Contains(result.Output, "attempts in") {
				t.Error("no message says how often and how long it was tried")
			}
			tf.apply()
		}
		if differences := tf.differences(server); len(differences) > 0 || len(tf.ids()) != phase.want || len(server.AllShares()) != phase.want {
			t.Errorf("%d in the state, %d at the service, differences: %v", len(tf.ids()), len(server.AllShares()), differences)
		}
		tf.plan(noChange)
	}
}

// 200 creates through a service that answers 20 requests a second, and 429 to the
// rest: all succeed with the defaults, and none is sent in vain too often.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	server, _ := account(t)
	server.SetRateLimit(20)
	tf := newWorkspace(t, server, many(200, ""))
	began := time.Now()
	tf.apply()
	refusals := 0
	for _, request := range server.Requests() {
		if request.Status == 429 {
			refusals++
		}
	}
	t.Logf("%d requests in %s, %d of them refused", server.Count(), time.Since(began).Round(time.Second), refusals)
	if differences := tf.differences(server); len(differences) > 0 || len(tf.ids()) != 200 {
		t.Errorf("%d in the state, differences: %v", len(tf.ids()), differences)
	}
	if refusals > server.Count()/2 {
		t.Error("more was refused than answered: the provider does not hold back")
	}
}

// An equal share that another client made a minute earlier is not adopted, though
// the answer to the POST was lost.
func TestEqualShareOfAnotherIsNotAdopted(t *testing.T) {
	t.Parallel()
	for name, lost := range map[string]swrtest.Behavior{
		"reset": swrtest.ResetAfter(), "cut off": swrtest.CloseMidResponse(), "500": swrtest.Status(500, "").AfterEffect(), "silence": swrtest.HangAfter(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, _ := account(t)
			server.PutShare(swrtest.Share{
				Namespace: "platform", Repository: "team/app", AccessDomain: "ACME", Deadline: "2031-03-31T00:00:00.000Z",
				Created: time.Now().Add(-time.Minute),
			})
			server.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Times: 1, Behavior: lost})
			tf := newWorkspace(t, server, "provider \"swr\" {\n  request_timeout = \"2s\"\n}\n"+partner(`deadline = "2031-03-31"`))
			printed := tf.run(failed, "apply", "-auto-approve")
			wants(t, printed, "Unable to create share platform/team/app/ACME", "409 Conflict",
				`import { to = swr_repository_share.NAME id = "platform/team/app/ACME" }`)
			if len(tf.ids()) != 0 {
				t.Errorf("in the state: %v", tf.ids())
			}
			requests(t, server, map[swrtest.Operation]int{swrtest.OpCreate: 2})
		})
	}
}

// Nobody could tell whether a create made the share: its answer was lost, and so
// were the looks after it. It is in the state, tainted. What the next run finds is
// kept if the create made it; a share that was there before is another's, and is
// neither replaced nor revoked.
func TestShareInDoubt(t *testing.T) {
	t.Parallel()
	for name, world := range map[string]struct {
		lost    swrtest.Behavior
		another bool // made a share an hour before
	}{
		"made":        {swrtest.ResetAfter(), false},
		"not made":    {swrtest.ResetBefore(), false},
		"another's":   {swrtest.ResetBefore(), true},
		"another's 2": {swrtest.ResetAfter(), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inDoubt := func() (*workspace, *swrtest.Server) {
				server, _ := account(t)
				if world.another {
					server.PutShare(swrtest.Share{
						Namespace: "platform", Repository: "team/app", AccessDomain: "ACME", Deadline: "forever", Created: time.Now().Add(-time.Hour),
					})
				}
				tf := newWorkspace(t, server, partner(`deadline = "forever"`))
				tf.Env = append(tf.Env, "SWR_MAX_RETRIES=0")
				server.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Times: 1, Behavior: world.lost})
				server.Inject(swrtest.Fault{Operation: swrtest.OpGet, Behavior: swrtest.Status(503, "")})
				wants(t, tf.run(failed, "apply", "-auto-approve"), "Share platform/team/app/ACME may have been created")
				if ids := tf.ids(); len(ids) != 1 || !ids["platform/team/app/ACME"] {
					t.Errorf("in the state: %v", ids)
				}
				server.RemoveFaults()
				server.ResetRequests()
				return tf, server
			}
			for _, args := range [][]string{{"destroy", "-auto-approve"}, {"destroy", "-auto-approve", "-refresh=false"}} {
				tf, server := inDoubt()
				printed := tf.run(0, args...)
				left := len(server.AllShares())
				if len(tf.ids()) != 0 || (left == 1) != world.another {
					t.Errorf("%v: %d left, in the state: %v", args, left, tf.ids())
				}
				if world.another {
					requests(t, server, nil)
				}
				if world.another && len(args) == 3 { // else Terraform refreshes first, and drops the warning
					wants(t, printed, "Share platform/team/app/ACME is not managed by this configuration", "import {")
				}
			}

			tf, server := inDoubt()
			if world.another {
				wants(t, tf.run(failed, "apply", "-auto-approve"), "Share platform/team/app/ACME is not managed by this configuration", "409 Conflict", "import {")
				requests(t, server, map[swrtest.Operation]int{swrtest.OpCreate: 1})
				return
			}
			if len(server.AllShares()) == 1 {
				tf.run(0, "apply", "-refresh-only", "-auto-approve")
				tf.run(0, "untaint", partnerAddress)
				tf.plan(noChange)
				requests(t, server, nil)
			}
			tf.apply()
			tf.plan(noChange)
		})
	}
}

// Where nobody can tell who made the share that is there, nothing is forgotten,
// replaced or revoked: it is an error that says how to go on.
func TestShareInDoubtThatStaysSo(t *testing.T) {
	t.Parallel()
	for name, unclear := range map[string]func(*swrtest.Server){
		"edited since": func(s *swrtest.Server) {
			share, _ := s.Share("platform", "team/app", "ACME")
			share.Description = "edited by hand"
			s.PutShare(share)
		},
		"no clock": func(*swrtest.Server) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, _ := account(t)
			server.SetVariants(func(v *swrtest.Variants) { v.NoDate = name == "no clock" })
			tf := newWorkspace(t, server, partner(`deadline = "forever"`))
			tf.Env = append(tf.Env, "SWR_MAX_RETRIES=0")
			server.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Times: 1, Behavior: swrtest.ResetAfter()})
			server.Inject(swrtest.Fault{Operation: swrtest.OpGet, Behavior: swrtest.Status(503, "")})
			wants(t, tf.run(failed, "apply", "-auto-approve"), "Share platform/team/app/ACME may have been created")
			server.RemoveFaults()
			unclear(server)
			server.ResetRequests()
			for _, args := range [][]string{
				{"plan"}, {"apply", "-auto-approve"}, {"destroy", "-auto-approve"}, {"destroy", "-auto-approve", "-refresh=false"},
			} {
				wants(t, tf.run(failed, args...), "Unable to determine who created share platform/team/app/ACME", "the state was not changed", "terraform state rm", "import {")
				if ids := tf.ids(); !ids["platform/team/app/ACME"] {
					t.Errorf("%v: in the state: %v", args, ids)
				}
			}
			requests(t, server, nil)

			// The way out that the message names.
			tf.run(0, "state", "rm", partnerAddress)
			tf.write(partner(`deadline = "forever"`) + "import {\n  to = " + partnerAddress + "\n  id = \"platform/team/app/ACME\"\n}\n")
			tf.apply()
			tf.plan(noChange)
		})
	}
}

// A share that did not show when its create was given up, and then does, is in
// the state.
func TestShareThatIsMadeLater(t *testing.T) {
	t.Parallel()
	server, _ := account(t)
	tf := newWorkspace(t, server, partner(`deadline = "forever"`))
	tf.Env = append(tf.Env, "SWR_MAX_RETRIES=0")
	server.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Times: 1, Behavior: swrtest.Status(504, "")})
	wants(t, tf.run(failed, "apply", "-auto-approve"), "Share platform/team/app/ACME may have been created", "may still appear")
	byHand(server, "team/app", "ACME", "forever")
	share, _ := server.Share("platform", "team/app", "ACME")
	share.Description = ""
	server.PutShare(share)
	tf.run(0, "apply", "-refresh-only", "-auto-approve")
	tf.run(0, "untaint", partnerAddress)
	tf.plan(noChange)
	tf.destroy()
	if left := server.AllShares(); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}
