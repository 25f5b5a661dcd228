package examples_test

import (
	"os"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// The plans that the guide shows are what Terraform prints. To renew them, run
// the test with UPDATE=1.
func TestGuideShowsRealPlans(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	server.AddRepository("platform", "team/app")
	byHand := func(account string) {
		server.PutShare(swrtest.Share{Namespace: "platform", Repository: "team/app", AccessDomain: account})
	}
	byHand("OTC-EU-DE-00000000001000000666")
	cli := initialized(t, read(t, "resources/swr_repository_shares_exclusive/resource.tf")).cli
	cli.Env = []string{"SWR_ENDPOINT=" + server.URL, "OS_TOKEN=" + server.Token()}
	tf := copied{cli, t}

	created := tf.exact("apply", "-auto-approve")
	wantExcerpt(t, "testdata/guard-created.txt", part(t, created, "Warning: Undeclared share", "add it to access_domains."))
	wantExcerpt(t, "testdata/guard-plan.txt", part(t, tf.exact("plan", "-out=saved"), "Terraform will perform the following actions:", "\n    }"))
	byHand("OTC-EU-DE-00000000001000000777")
	applied := tf.exact("apply", "saved")
	wantExcerpt(t, "testdata/guard-appeared.txt", part(t, applied, "Warning: Undeclared share", "to revoke it."))
	wantShared(t, server, "team/app", acme, "OTC-EU-DE-00000000001000000777")
}

// exact runs a command that must succeed, and gives what it printed as it is.
func (tf copied) exact(args ...string) string {
	tf.t.Helper()
	result, err := tf.Run(tf.t.Context(), args...)
	if err != nil || result.Code != 0 {
		tf.t.Fatalf("terraform %s: %v\n%s", strings.Join(args, " "), err, result.Output)
	}
	return strings.ReplaceAll(result.Output, "OpenTofu will", "Terraform will")
}

// part gives the text from one mark to another.
func part(t *testing.T, text, from, to string) string {
	t.Helper()
	_, after, found := strings.Cut(text, from)
	before, _, ended := strings.Cut(after, to)
	if !found || !ended {
		t.Fatalf("%q and %q do not stand in\n%s", from, to, text)
	}
	return from + before + to + "\n"
}

func wantExcerpt(t *testing.T, file, want string) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := read(t, file); got != want {
		t.Errorf("%s holds\n%s\ninstead of\n%s", file, got, want)
	}
}
