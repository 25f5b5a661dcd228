package provider_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// interruptAtCreate starts an apply and interrupts it when the create arrives at the
// service, which accepts it.
func (tf *cli) interruptAtCreate() string {
	tf.t.Helper()
	now := make(chan struct{})
	var once sync.Once
	tf.server.OnRequest(func(request swrtest.RequestInfo) {
		if request.Operation == swrtest.OpCreate {
			once.Do(func() { close(now) })
		}
	})
	defer tf.server.OnRequest(nil)
	printed, _, _ := tf.interrupt(now, true, "apply", "-auto-approve")
	return unwrap(printed)
}

// An apply is interrupted after a create that the service accepted and shows
// minutes later, in lists, by name, or both. The share is in the state, not
// tainted, and no command forgets it: removed from the configuration it is revoked.
func TestCLIInterruptedCreateThatShowsLate(t *testing.T) {
	t.Parallel()
	late := swrtest.Delays{Create: swrtest.Delay{For: 3 * time.Minute}}
	for name, delay := range map[string]func(*swrtest.Variants){
		"list":         func(v *swrtest.Variants) { v.ListDelay, v.Routes.Get = late, swrtest.SpellingNone },
		"list and GET": func(v *swrtest.Variants) { v.ListDelay, v.GetDelay = late, late },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startServer(t, swrtest.WithVariants(delay))
			tf := newCLI(t, server, partner(`deadline = "forever"`, `timeouts = { delete = "2s" }`))
			assertContains(t, tf.interruptAtCreate(), "was created, but does not show yet")
			assertShares(t, server, "ACME")

			// It stays, whatever command follows.
			notYet := "Share platform/team/app/ACME does not show yet"
			assertContains(t, tf.plan(noChange), notYet)
			assertContains(t, tf.apply(), notYet)
			tf.config(" ")
			assertContains(t, tf.run(failed, "apply", "-auto-approve"), "Unable to delete share platform/team/app/ACME", "may still appear")
			if tainted, ok := tf.ids()["platform/team/app/ACME"]; !ok || tainted {
				t.Fatalf("in the state: %t, tainted: %t", ok, tainted)
			}
			assertShares(t, server, "ACME")

			server.SetClock(func() time.Time { return time.Now().Add(4 * time.Minute) })
			tf.apply()
			assertShares(t, server)
			tf.plan(noChange)
		})
	}
}

// The service never shows the share: after ten minutes it is planned for creation.
func TestCLIInterruptedCreateThatNeverShows(t *testing.T) {
	t.Parallel()
	never := swrtest.Delays{Create: swrtest.Delay{For: time.Hour}}
	server := startServer(t, swrtest.WithVariants(func(v *swrtest.Variants) { v.ListDelay, v.GetDelay = never, never }))
	tf := newCLI(t, server, partner(`deadline = "forever"`))
	tf.interruptAtCreate()
	tf.plan(noChange)
	server.DeleteShare("platform", "team/app", "ACME")
	endPendingCreates(server)
	assertContains(t, tf.plan(changes), "swr_repository_share.partner will be created")
}

// A create takes effect, its response is lost in a gateway whose clock is off. The
// share is managed, and destroy revokes it.
func TestCLILostResponseOfGateway(t *testing.T) {
	t.Parallel()
	for name, off := range map[string]time.Duration{"ahead": 30 * time.Second, "behind": -30 * time.Second, "an hour behind": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startServer(t)
			date := http.Header{"Date": {time.Now().Add(off).UTC().Format(http.TimeFormat)}}
			server.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Times: 1, Behavior: swrtest.Respond(504, date, "").AfterEffect()})
			tf := newCLI(t, server, partner(`deadline = "forever"`))
			tf.apply()
			tf.plan(noChange)
			tf.destroy()
			assertShares(t, server)
		})
	}
}

// The service never responds to a create that takes effect, and then can't be read.
// The share is tainted, and every command that follows knows that it is ours.
func TestCLICreateWithUnknownOutcome(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	server.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Behavior: swrtest.ResetAfter()})
	server.Inject(swrtest.Fault{Operation: swrtest.OpGet, Behavior: swrtest.Status(403, "SVCSTG.SWR.4030000")})
	tf := newCLI(t, server, partner(`deadline = "forever"`))
	tf.Env = append(tf.Env, "SWR_MAX_RETRIES=0")
	assertContains(t, tf.run(failed, "apply", "-auto-approve"), "Share platform/team/app/ACME may have been created")
	server.RemoveFaults()
	tf.config(" ")
	tf.apply()
	assertShares(t, server)
}

// A data source that depends on shares of the same apply lists them, on a service
// whose lists lag.
func TestCLIListAfterLateCreate(t *testing.T) {
	t.Parallel()
	for _, delay := range []time.Duration{300 * time.Millisecond, 3 * time.Second} {
		t.Run(delay.String(), func(t *testing.T) {
			t.Parallel()
			server := startServer(t, swrtest.WithVariants(func(v *swrtest.Variants) { v.ListDelay.Create.For = delay }))
			tf := newCLI(t, server, partner(`deadline = "forever"`)+`
data "swr_repository_shares" "all" {
  namespace  = "platform"
  repository = "team/app"
  depends_on = [swr_repository_share.partner]
}
output "accounts" { value = join(",", data.swr_repository_shares.all.shares[*].access_domain) }
output "complete" { value = data.swr_repository_shares.all.complete }
`)
			assertContains(t, tf.apply(), `accounts = "ACME"`, "complete = true")
		})
	}
}

// A pending create that came to nothing says nothing about a share that is created
// an hour later, whether the resource is tainted or not.
func TestCLICreateAfterUnknownOutcome(t *testing.T) {
	t.Parallel()
	for _, untaint := range []bool{false, true} {
		t.Run(fmt.Sprintf("untaint %t", untaint), func(t *testing.T) {
			t.Parallel()
			server := startServer(t)
			server.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Behavior: swrtest.ResetBefore()})
			tf := newCLI(t, server, partner(`deadline = "forever"`))
			tf.Env = append(tf.Env, "SWR_MAX_RETRIES=0")
			tf.run(failed, "apply", "-auto-approve")
			if untaint {
				tf.run(success, "untaint", "swr_repository_share.partner")
			}
			server.RemoveFaults()
			server.SetClock(func() time.Time { return time.Now().Add(time.Hour) })
			tf.apply()
			assertShares(t, server, "ACME")
			tf.plan(noChange)
			tf.destroy()
			assertShares(t, server)
		})
	}
}
