package examples_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// day gives the day so many days from now, in UTC.
func day(days int) string { return time.Now().UTC().AddDate(0, 0, days).Format(time.DateOnly) }

// ends gives the instant at which access until that day ends.
func ends(days int) string { return day(days+1) + "T00:00:00Z" }

// auditors is the expiry example's variable, from accounts and deadlines.
func auditors(accountsAndDeadlines ...string) string {
	var lines strings.Builder
	for i := 0; i < len(accountsAndDeadlines); i += 2 {
		fmt.Fprintf(&lines, "  %s = %q\n", accountsAndDeadlines[i], accountsAndDeadlines[i+1])
	}
	return "auditors = {\n" + lines.String() + "}\n"
}

func TestExpiryIsInSight(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	server.AddRepository("platform", "team/app")
	tf := copyExample(t, "expiry", server)

	// Far from their ends: no warning. The numbers leave a day for midnight.
	tf.write("terraform.tfvars", auditors("NEVER", "forever", "FAR", day(32)))
	tf.run(0, "apply", "-auto-approve")
	wantNone(t, tf.plan(0), "Warning", "Access ends")

	// Near: a warning that names the account and the instant.
	wantParts(t, tf.plan(0, "-var=warn_days=40"), "Access ends within 40 days: FAR on "+ends(32)+".")
	tf.write("terraform.tfvars", auditors("NEVER", "forever", "FAR", day(32), "NEAR", day(5), "TODAY", day(0)))
	said := tf.run(0, "apply", "-auto-approve")
	wantParts(t, said, "Access ends within 30 days: NEAR on "+ends(5)+", TODAY on "+ends(0)+".")
	wantNone(t, said, "FAR on", "Access has ended")
	tf.plan(0)
}

func TestExpiredSharesAreListed(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	server.AddRepository("platform", "team/app")
	tf := copyExample(t, "expiry", server)
	tf.write("terraform.tfvars", auditors("NEVER", "forever", "FAR", day(100)))
	tf.run(0, "apply", "-auto-approve")

	// Somebody else's, and one that ended while nobody looked.
	byHand := func(account, until string) {
		server.PutShare(swrtest.Share{Namespace: "platform", Repository: "team/app", AccessDomain: account, Deadline: until + "T00:00:00.000Z"})
	}
	byHand("OTHER", day(-1))
	byHand("FAR", day(-400))
	said := tf.plan(2)
	wantParts(t, said, "Access has ended: FAR on "+ends(-400)+", OTHER on "+ends(-1)+".", `~ deadline`, "expired")
	wantNone(t, said, "Access ends within")

	byHand("FAR", day(100))
	wantParts(t, tf.run(0, "apply", "-auto-approve"), "Access has ended: OTHER on "+ends(-1)+".")
	wantParts(t, tf.run(0, "output", "-json", "expired"), `{"OTHER":"`+ends(-1)+`"}`)
	server.DeleteShare("platform", "team/app", "OTHER")
	tf.run(0, "apply", "-auto-approve")
	wantNone(t, tf.plan(0), "Warning")

	// What is not shown can't be known.
	for i := range 120 {
		byHand(fmt.Sprintf("MORE-%03d", i), day(100))
	}
	server.SetVariants(func(v *swrtest.Variants) { v.Paging = swrtest.PagingIgnored })
	wantParts(t, tf.plan(0), "SWR did not show all shares: more may have expired.")
}
