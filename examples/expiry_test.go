package examples_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// day returns the date that is some days from now, in UTC.
func day(days int) string { return time.Now().UTC().AddDate(0, 0, days).Format(time.DateOnly) }

// accessEnd returns the time at which access with that deadline ends.
func accessEnd(days int) string { return day(days+1) + "T00:00:00Z" }

func TestExpiry(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	put := func(account, day string) { putShare(server, "team/app", account, day+"T00:00:00.000Z", "") }
	tf := newWorkspace(t, server)
	tf.copyExample("expiry")
	// Deadlines are two days from the limits, in case that midnight passes.
	tf.write("terraform.tfvars", fmt.Sprintf("auditors = {\n  NEVER = \"forever\"\n  FAR = %q\n  NEAR = %q\n  SOON = %q\n}\n",
		day(32), day(6), day(1)))

	output := tf.apply()
	assertContains(t, output, "Access ends within 30 days: NEAR on "+accessEnd(6)+", SOON on "+accessEnd(1)+".")
	assertNotContains(t, output, "FAR on", "NEVER on", "Access has ended")
	assertNotContains(t, tf.plan(0, "-var=warn_days=0"), "Warning")

	// A share that was created outside of Terraform, and a deadline that was changed.
	put("OTHER", day(-1))
	put("FAR", day(-400))
	output = tf.plan(2, "-var=warn_days=0")
	assertContains(t, output, "Access has ended: FAR on "+accessEnd(-400)+", OTHER on "+accessEnd(-1)+".", "~ deadline")
	assertNotContains(t, output, "Access ends within")
	put("FAR", day(32))
	assertContains(t, tf.apply(), "Access has ended: OTHER on "+accessEnd(-1)+".", `"OTHER" = "`+accessEnd(-1)+`"`)

	// In an incomplete list, expired shares may be missing.
	for i := range 120 {
		put(fmt.Sprintf("MORE-%03d", i), day(100))
	}
	server.SetVariants(func(v *swrtest.Variants) { v.Paging = swrtest.PagingIgnored })
	assertContains(t, tf.plan(2), "SWR did not return all shares. Other shares may have expired.")
}
