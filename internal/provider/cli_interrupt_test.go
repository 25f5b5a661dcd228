package provider_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// differences are the ids of the shares on which state and service do not agree,
// each with why.
func (tf *cli) differences() map[string]string {
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
	for _, share := range tf.server.AllShares() {
		id := share.Namespace + "/" + share.Repository + "/" + share.AccessDomain
		if attributes, ok := stated[id]; !ok {
			found[id] = "not in the state"
		} else if attributes["description"] != share.Description {
			found[id] = fmt.Sprintf("state: %v, service: %+v", attributes, share)
		}
		delete(stated, id)
	}
	for id := range stated {
		found[id] = "in the state alone"
	}
	return found
}

// Applies that create, change and revoke are interrupted at random times, by a
// signal to Terraform alone and to the whole group: state and service agree each
// time, and the next apply completes.
func TestCLIInterrupted(t *testing.T) {
	t.Parallel()
	t.Logf("seed %d (choose another with -seed)", *seed)
	for _, group := range []bool{false, true} {
		t.Run(fmt.Sprintf("group %t", group), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(*seed, 0))
			server := startServer(t, swrtest.WithSeed(*seed))
			server.SetLatency(30 * time.Millisecond)
			server.Inject(swrtest.Fault{Probability: 0.5, Behavior: swrtest.LatencyAfter(40 * time.Millisecond)})
			tf := newCLI(t, server, "")
			tf.Env = passwordEnv(server)
			for round, config := range []string{manyShares(12, "first"), manyShares(12, "second"), ""} {
				tf.config(config)
				now := make(chan struct{})
				var received atomic.Int64
				at, wait := random.Int64N(10)+1, time.Duration(random.Int64N(int64(80*time.Millisecond)))
				server.OnRequest(func(request swrtest.RequestInfo) {
					if request.Operation != swrtest.OpLogin && request.Operation != swrtest.OpList && received.Add(1) == at {
						time.AfterFunc(wait, func() { close(now) })
					}
				})
				printed, code, took := tf.interrupt(now, group, "apply", "-auto-approve", "-parallelism=4")
				t.Logf("round %d: interrupted at request %d after %s, code %d, in %s; %d in the state", round, at, wait, code, took, len(tf.ids()))
				if code == success || took > 5*time.Second {
					t.Errorf("round %d: code %d, after %s:\n%s", round, code, took, printed)
				}
				if differences := tf.differences(); len(differences) > 0 {
					t.Errorf("round %d: %v", round, differences)
				}
				server.OnRequest(nil)
				tf.apply()
				if differences := tf.differences(); len(differences) > 0 {
					t.Errorf("round %d, after the next apply: %v", round, differences)
				}
			}
		})
	}
}

// Whatever a run waits for, it stops waiting at once: an apply before another try
// and for a response, and a plan. Packages swr and auth have tests of each wait.
func TestCLIInterruptedWait(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault  swrtest.Fault
		shares int // in state and service afterwards
	}{
		"before another try": {swrtest.Fault{Operation: swrtest.OpCreate, Behavior: swrtest.ThrottleSeconds(60)}, 0},
		"for a login":        {swrtest.Fault{Operation: swrtest.OpLogin, Behavior: swrtest.HangBefore()}, 0},
		"for a response":     {swrtest.Fault{Operation: swrtest.OpCreate, Behavior: swrtest.HangAfter(), Times: 1}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startServer(t)
			tf := newCLI(t, server, partner(`deadline = "forever"`))
			tf.Env = passwordEnv(server)
			// Terraform does not interrupt the plan of an apply without a saved plan.
			tf.plan(changes, "-out=saved")
			server.Inject(test.fault)
			now := make(chan struct{})
			var once sync.Once
			server.OnRequest(func(request swrtest.RequestInfo) {
				if request.Operation == test.fault.Operation {
					once.Do(func() { time.AfterFunc(100*time.Millisecond, func() { close(now) }) }) // amid the wait
				}
			})
			printed, code, took := tf.interrupt(now, true, "apply", "saved")
			if code == success || took > 12*time.Second {
				t.Errorf("code %d, after %s:\n%s", code, took, printed)
			}
			if len(tf.ids()) != test.shares || len(server.AllShares()) != test.shares {
				t.Errorf("in the state %v, at the service %v:\n%s", tf.ids(), server.AllShares(), printed)
			}
		})
	}
	t.Run("plan", func(t *testing.T) {
		t.Parallel()
		server := swrtest.Start(t)
		var config strings.Builder
		for n := range 40 {
			repository := fmt.Sprintf("team/app%02d", n)
			server.AddRepository("platform", repository)
			config.WriteString(share(fmt.Sprintf("n%d", n), `namespace = "platform"`, fmt.Sprintf("repository = %q", repository),
				`access_domain = "ACME"`, `deadline = "forever"`))
		}
		tf := newCLI(t, server, config.String())
		tf.apply()
		server.Inject(swrtest.Fault{Behavior: swrtest.HangBefore()})
		// At the first request, when Terraform is about to begin nine others.
		server.ResetRequests()
		now := make(chan struct{})
		var once sync.Once
		server.OnRequest(func(swrtest.RequestInfo) { once.Do(func() { close(now) }) })
		printed, code, took := tf.interrupt(now, true, "plan", "-parallelism=10")
		if code == success || took > 5*time.Second || server.Count() > 12 {
			t.Errorf("code %d, after %s and %d requests:\n%s", code, took, server.Count(), printed)
		}
	})
}
