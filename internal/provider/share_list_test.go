package provider_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/querycheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// The protocol has the whole of it, for all versions of Terraform; here is what
// a user of 1.14 or later meets.
func TestQuery(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	seeded(server, map[string]int{"platform/app": 2, "platform/team/app": 3, "staging/app": 4})
	query := func(config string, checks ...querycheck.QueryResultCheck) resource.TestStep {
		return resource.TestStep{Query: true, QueryResultChecks: checks,
			Config: providerBlock(server) + "list \"swr_repository_share\" \"all\" {\n  provider = swr\n" + config + "}\n"}
	}
	const all = "swr_repository_share.all"
	resource.UnitTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_14_0)},
		ProtoV6ProviderFactories: factories,
		Steps: []resource.TestStep{
			query("", querycheck.ExpectLength(all, 9)),
			query("config {}\n", querycheck.ExpectLength(all, 9)),
			query("limit = 7\n", querycheck.ExpectLength(all, 7)),
			query("config { namespace = \"platform\" }\n", querycheck.ExpectLength(all, 5)),
			query("config {\n namespace = \"platform\"\n repository = \"team/app\"\n}\n", querycheck.ExpectLength(all, 3),
				querycheck.ExpectIdentity(all, map[string]knownvalue.Check{
					"namespace": knownvalue.StringExact("platform"), "repository": knownvalue.StringExact("team/app"), "access_domain": knownvalue.StringExact("ACME-0002"),
				})),
			{Query: true, ExpectError: regexp.MustCompile(loose(`"namespace" must be specified when "repository" is specified`)),
				Config: providerBlock(server) + "list \"swr_repository_share\" \"all\" {\n  provider = swr\n  config { repository = \"app\" }\n}\n"},
		},
	})
}

// skipWithoutQuery skips a test that needs terraform query.
func (tf *workspace) skipWithoutQuery() {
	tf.t.Helper()
	result, err := tf.Run(tf.t.Context(), "query", "-help")
	if err != nil {
		tf.t.Fatal(err)
	}
	if !strings.Contains(result.Output, "-generate-config-out") {
		tf.t.Skip("this CLI has no query: Terraform has it from 1.14 on")
	}
}

// Names from the service stand in the generated configuration as text, whatever
// they look like, and nothing has to be changed for a clean plan.
func TestQueryGeneratesConfiguration(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	for _, account := range []string{"ACME", "Ünï ${corp}", `a "b" %{c} \d`} {
		byHand(server, "team/app", account, "2031-03-31T16:00:00.000Z")
	}
	tf := newWorkspace(t, server, `provider "swr" {}`)
	tf.skipWithoutQuery()
	if err := tf.Write("all.tfquery.hcl", "list \"swr_repository_share\" \"all\" {\n  provider = swr\n}\n"); err != nil {
		t.Fatal(err)
	}
	wants(t, tf.run(0, "query", "-generate-config-out=shares.tf"), "platform/team/app/ACME", "platform/team/app/Ünï ${corp}")
	wants(t, tf.plan(changes), "Plan: 3 to import, 0 to add, 0 to change, 0 to destroy")
	wants(t, tf.apply(), "3 imported, 0 added, 0 changed, 0 destroyed")
	tf.plan(noChange)
	requests(t, server, nil)
}

// raw runs a command that is to succeed, and gives what it printed.
func (tf *workspace) raw(args ...string) string {
	tf.t.Helper()
	result, err := tf.Run(tf.t.Context(), args...)
	if err != nil || result.Code != 0 {
		tf.t.Fatalf("terraform %s: %v, code %d\n%s", strings.Join(args, " "), err, result.Code, result.Output)
	}
	return result.Output
}

// 360 shares, all of them by the real CLI, and seven of them.
func TestQueryOfManyShares(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	seeded(server, threeRepositories)
	tf := newWorkspace(t, server, `provider "swr" {}`)
	tf.skipWithoutQuery()
	for name, check := range map[string]struct {
		limit, shares int
		counts        map[swrtest.Operation]int
	}{
		"all":   {1000, 360, map[swrtest.Operation]int{swrtest.OpSharedRepositories: 1, swrtest.OpList: 6}},
		"seven": {7, 7, map[swrtest.Operation]int{swrtest.OpSharedRepositories: 1, swrtest.OpList: 1}},
	} {
		server.ResetRequests()
		if err := tf.Write("all.tfquery.hcl", fmt.Sprintf("list \"swr_repository_share\" \"all\" {\n  provider = swr\n  limit = %d\n}\n", check.limit)); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(tf.run(0, "query"), "access_domain=ACME-"); got != check.shares {
			t.Errorf("%s: %d shares shown", name, got)
		}
		requests(t, server, check.counts)
	}
}
