package provider

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

func repository(i int) swr.Repository {
	return swr.Repository{Namespace: "platform", Name: fmt.Sprintf("app-%02d", i)}
}

// plan plans an unchanged resource, and returns the text of its warnings.
func (u *unreadExclusives) plan(t *testing.T, repo swr.Repository) string {
	t.Helper()
	var diags diag.Diagnostics
	u.recordUnchanged(repo)
	u.warn(t.Context(), repo, &diags)
	var text strings.Builder
	for _, d := range diags {
		text.WriteString(d.Summary() + ": " + d.Detail())
	}
	return text.String()
}

// One warning names up to ten resources that arrive one after the other, and the
// number of the others. Only one call waits for them.
func TestUnreadWarningNamesAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var u unreadExclusives
		u.recordRead(repository(0))
		if text := u.plan(t, repository(0)); text != "" {
			t.Errorf("a warning of a resource that was read: %s", text)
		}
		var first string
		var running sync.WaitGroup
		running.Go(func() { first = u.plan(t, repository(13)) })
		synctest.Wait()
		for i := 12; i > 0; i-- {
			for range 2 { // Terraform may plan a resource twice
				if text := u.plan(t, repository(i)); text != "" {
					t.Errorf("another warning: %s", text)
				}
			}
			time.Sleep(quietPeriod / 2)
		}
		running.Wait()
		const want = "Accounts of 13 repositories were not read: The plan was made without a refresh of swr_repository_shares_exclusive for " +
			"platform/app-01, platform/app-02, platform/app-03, platform/app-04, platform/app-05, platform/app-06, " +
			"platform/app-07, platform/app-08, platform/app-09, platform/app-10 and 3 more."
		if !strings.HasPrefix(first, want) {
			t.Errorf("the warning is %q", first)
		}
	})
}

// A run that plans one resource after the other is not delayed for long, and names each.
func TestUnreadWarningDoesNotBlock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var u unreadExclusives
		start := time.Now()
		for i := range 99 {
			if text := u.plan(t, repository(i)); !strings.Contains(text, repository(i).String()) {
				t.Fatalf("%s is not named: %q", repository(i), text)
			}
		}
		if waited := time.Since(start); waited > maxQuietWait {
			t.Errorf("the run was delayed by %s", waited)
		}
	})
}

// Terraform discards the warning with the plan of a resource that it reads
// afterwards. The next plan of that resource has it again, for the others.
func TestUnreadWarningOfDiscardedPlan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var u unreadExclusives
		var running sync.WaitGroup
		running.Go(func() { u.plan(t, repository(1)) })
		synctest.Wait()
		u.plan(t, repository(2))
		running.Wait()
		u.recordRead(repository(1))
		text := u.plan(t, repository(1))
		if !strings.Contains(text, "Accounts of 1 repository were not read") || !strings.Contains(text, repository(2).String()) {
			t.Errorf("the warning is %q", text)
		}
	})
}
