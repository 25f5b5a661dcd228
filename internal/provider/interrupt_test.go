package provider_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// stopped runs a command in a process group of its own, and interrupts it with
// Ctrl-C when the channel is closed: Terraform alone, or as a terminal does the
// whole group, and so the provider too. It gives how long Terraform then took.
func (tf *workspace) stopped(now <-chan struct{}, group bool, args ...string) (printed string, code int, took time.Duration) {
	tf.t.Helper()
	cmd := tf.Command(tf.t.Context(), args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		tf.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	var err error
	select {
	case err = <-ended:
	case <-now:
		target := cmd.Process.Pid
		if group {
			target = -target
		}
		began := time.Now()
		if err := syscall.Kill(target, syscall.SIGINT); err != nil && !errors.Is(err, syscall.ESRCH) {
			tf.t.Error(err)
		}
		err = <-ended
		took = time.Since(began)
	}
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		tf.t.Fatal(err)
	}
	return flat(output.String()), cmd.ProcessState.ExitCode(), took
}

// Applies that create, change and revoke are interrupted at random moments, 20
// times over: state and service agree each time, and the next apply completes.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	t.Logf("seed %d (choose another with -seed)", *seed)
	chance := rand.New(rand.NewPCG(*seed, 0))
	server := swrtest.Start(t, swrtest.WithSeed(*seed))
	fillAccount(server)
	server.SetLatency(30 * time.Millisecond)
	server.Inject(swrtest.Fault{Probability: 0.5, Behavior: swrtest.LatencyAfter(40 * time.Millisecond)})
	tf := newWorkspace(t, server, "")
	tf.Env = passwordInEnvironment(server)

	configs := []string{many(12, "first"), many(12, "second"), ""}
	interrupted := 0
	for round := range 20 {
		tf.write(configs[round%len(configs)])
		now := make(chan struct{})
		var came atomic.Int64
		at, wait := chance.Int64N(20)+1, time.Duration(chance.Int64N(int64(80*time.Millisecond)))
		server.OnRequest(func(request swrtest.RequestInfo) {
			if request.Operation == swrtest.OpLogin || request.Operation == swrtest.OpList {
				return
			}
			if came.Add(1) == at {
				time.AfterFunc(wait, func() { close(now) })
			}
		})
		printed, code, took := tf.stopped(now, round%2 == 1, "apply", "-auto-approve", "-parallelism=4")
		if code != 0 {
			interrupted++
		}
		t.Logf("round %d: interrupted at request %d after %s, code %d, in %s; %d in the state", round, at, wait, code, took, len(tf.ids()))
		if took > 5*time.Second {
			t.Errorf("round %d: Terraform took %s to stop:\n%s", round, took, printed)
		}
		for id, difference := range tf.differences(server) {
			t.Errorf("round %d: %s: %s", round, id, difference)
		}
		server.OnRequest(nil)
		tf.apply()
		for id, difference := range tf.differences(server) {
			t.Errorf("round %d: %s: %s after the next apply", round, id, difference)
		}
		tf.plan(noChange)
	}
	if interrupted < 10 {
		t.Errorf("only %d runs were interrupted", interrupted)
	}
}

// Whatever a run waits for, it stops waiting at once.
func TestInterruptedWait(t *testing.T) {
	t.Parallel()
	const hidden = 5 * time.Second
	late := swrtest.Delays{Create: swrtest.Delay{For: hidden}}
	for name, world := range map[string]struct {
		make  func(*swrtest.Server)
		holds int // shares in state and service afterwards
	}{
		"a share that does not show": {func(s *swrtest.Server) {
			s.SetVariants(func(v *swrtest.Variants) { v.GetDelay, v.ListDelay = late, late })
		}, 1},
		"a service that throttles": {func(s *swrtest.Server) {
			s.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Behavior: swrtest.ThrottleSeconds(60)})
		}, 0},
		"a service that fails": {func(s *swrtest.Server) {
			s.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Behavior: swrtest.Status(503, "")})
		}, 0},
		"a login that is not answered": {func(s *swrtest.Server) {
			s.Inject(swrtest.Fault{Operation: swrtest.OpLogin, Behavior: swrtest.HangBefore()})
		}, 0},
		"a share whose answer does not come": {func(s *swrtest.Server) {
			s.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Behavior: swrtest.HangAfter(), Times: 1})
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, _ := account(t)
			world.make(server)
			tf := newWorkspace(t, server, partner(`deadline = "forever"`))
			tf.Env = passwordInEnvironment(server, "SWR_MAX_RETRIES=50")
			now := make(chan struct{})
			var came atomic.Int64
			server.OnRequest(func(swrtest.RequestInfo) {
				if came.Add(1) == 1 {
					time.AfterFunc(time.Second, func() { close(now) })
				}
			})
			printed, code, took := tf.stopped(now, true, "apply", "-auto-approve")
			if code == 0 || took > 12*time.Second {
				t.Errorf("code %d, after %s:\n%s", code, took, printed)
			}
			t.Logf("stopped in %s; %v", took, tf.ids())
			if len(tf.ids()) != world.holds || len(server.AllShares()) != world.holds {
				t.Errorf("in the state %v, at the service %v:\n%s", tf.ids(), server.AllShares(), printed)
			}
			server.RemoveFaults()
			for _, share := range server.AllShares() {
				time.Sleep(time.Until(share.Created.Add(hidden))) // until it shows
			}
			tf.apply()
			tf.plan(noChange)
		})
	}
}

// A plan that waits for a silent service stops at once, and asks no more of it.
func TestInterruptedPlan(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	var config strings.Builder
	for n := range 40 {
		repository := fmt.Sprintf("team/app%02d", n)
		server.AddRepository("platform", repository)
		config.WriteString(share(fmt.Sprintf("n%d", n), `namespace = "platform"`, fmt.Sprintf("repository = %q", repository),
			`access_domain = "ACME"`, `deadline = "forever"`))
	}
	tf := newWorkspace(t, server, config.String())
	tf.apply()
	server.Inject(swrtest.Fault{Behavior: swrtest.HangBefore()})
	for range 5 {
		// At the first request, when Terraform is about to begin nine others.
		server.ResetRequests()
		now := make(chan struct{})
		var once sync.Once
		server.OnRequest(func(swrtest.RequestInfo) { once.Do(func() { close(now) }) })
		printed, code, took := tf.stopped(now, true, "plan")
		t.Logf("stopped in %s, after %d requests", took, server.Count())
		if code == 0 || took > 5*time.Second || server.Count() > 12 {
			t.Errorf("code %d, after %s and %d requests:\n%s", code, took, server.Count(), printed)
		}
	}
}
