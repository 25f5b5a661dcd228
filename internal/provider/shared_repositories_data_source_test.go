package provider_test

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

func sharedRepositories(lines string) string {
	return fmt.Sprintf("data \"swr_shared_repositories\" \"found\" {\n%s\n}\n", lines)
}

// names expects these repositories, in order.
func names(want ...string) statecheck.StateCheck {
	checks := make([]knownvalue.Check, len(want))
	for i, name := range want {
		checks[i] = knownvalue.ObjectPartial(map[string]knownvalue.Check{"name": knownvalue.StringExact(name)})
	}
	return statecheck.ExpectKnownValue("data.swr_shared_repositories.found", tfjsonpath.New("repositories"), knownvalue.ListExact(checks))
}

func TestSharedRepositoriesDataSource(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	seeded(server, map[string]int{"platform/app": 1, "platform/team/app": 2, "other/team/app": 1, "platform/unshared": 0})
	made := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	server.AddReceivedRepositories(
		swrtest.ReceivedRepository{DomainName: "Them", Namespace: "z", Repository: "team/app", Description: "theirs", Created: made},
		swrtest.ReceivedRepository{DomainName: "Them", Namespace: "y", Repository: "old", Expired: true},
		swrtest.ReceivedRepository{DomainName: "Others", Namespace: "z", Repository: "app"},
	)
	step := func(lines string, checks ...statecheck.StateCheck) resource.TestStep {
		return resource.TestStep{Config: providerBlock(server) + sharedRepositories(lines), ConfigStateChecks: append(checks,
			statecheck.ExpectKnownValue("data.swr_shared_repositories.found", tfjsonpath.New("complete"), knownvalue.Bool(true)))}
	}
	first := func(attributes map[string]knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("data.swr_shared_repositories.found", tfjsonpath.New("repositories").AtSliceIndex(0), knownvalue.ObjectExact(attributes))
	}
	text := knownvalue.StringExact
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories,
		Steps: []resource.TestStep{
			step(`center = "self"`, names("team/app", "app", "team/app")),
			step("center = \"self\"\nnamespace = \"platform\"", names("app", "team/app")),
			step("center = \"self\"\nname = \"app\"", names("app")),
			step("center = \"self\"\nnamespace = \"other\"", first(map[string]knownvalue.Check{
				"namespace": text("other"), "name": text("team/app"), "domain_name": text(server.Owner()), "status": knownvalue.Null(),
				"category": text("other"), "description": text(""), "size": knownvalue.Int64Exact(22613216), "is_public": knownvalue.Bool(false),
				"num_images": knownvalue.Int64Exact(1), "num_download": knownvalue.Int64Exact(0), "created_at": knownvalue.NotNull(), "updated_at": knownvalue.NotNull(),
				"path": text("swr.example.com/other/team/app:latest"), "internal_path": text("10.125.0.198:20202/other/team/app:latest"),
				"tags": knownvalue.ListExact([]knownvalue.Check{text("latest")}),
			})),
			step("center = \"self\"\nnamespace = \"nobody\"", names()),
			step(`center = "thirdparty"`, names("old", "app", "team/app")),
			step("center = \"thirdparty\"\nstatus = false", names("old")),
			step("center = \"thirdparty\"\nstatus = true\ndomain_name = \"Them\"", names("team/app"), first(map[string]knownvalue.Check{
				"namespace": text("z"), "name": text("team/app"), "domain_name": text("Them"), "status": knownvalue.Bool(true),
				"category": text("other"), "description": text("theirs"), "size": knownvalue.Int64Exact(22613216), "is_public": knownvalue.Bool(false),
				"num_images": knownvalue.Int64Exact(1), "num_download": knownvalue.Int64Exact(0),
				"created_at": text("2027-01-02T03:04:05Z"), "updated_at": text("2027-01-02T03:04:05Z"),
				"path": text("swr.example.com/z/team/app:latest"), "internal_path": text("10.125.0.198:20202/z/team/app:latest"),
				"tags": knownvalue.ListExact([]knownvalue.Check{text("latest")}),
			})),
		},
	})
}

func TestSharedRepositoriesDataSourceOfMany(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	for i := range 250 {
		server.AddReceivedRepositories(swrtest.ReceivedRepository{DomainName: "Them", Namespace: "theirs", Repository: fmt.Sprintf("app-%03d", 249-i)})
	}
	tf := newWorkspace(t, server, sharedRepositories(`center = "thirdparty"`)+`
output "count" { value = length(data.swr_shared_repositories.found.repositories) }
output "sorted" { value = data.swr_shared_repositories.found.repositories[*].name == sort(data.swr_shared_repositories.found.repositories[*].name) }
`)
	wants(t, tf.apply(), "count = 250", "sorted = true")
	requests(t, server, map[swrtest.Operation]int{swrtest.OpSharedRepositories: 3})
}

func TestSharedRepositoriesDataSourceChecks(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	var steps []resource.TestStep
	for lines, message := range map[string]string{
		"":                                       `The argument "center" is required`,
		`center = "me"`:                          `center = "me": must be "self"`,
		"center = \"self\"\nstatus = true":       "status is supported only with center",
		"center = \"self\"\nname = \"team$app\"": `name = "team$app"`,
		"center = \"self\"\nnamespace = \"Platform\"":    `namespace = "Platform"`,
		"center = \"thirdparty\"\ndomain_name = \"a/b\"": `domain_name = "a/b"`,
	} {
		steps = append(steps, resource.TestStep{Config: providerBlock(server) + sharedRepositories(lines), PlanOnly: true, ExpectError: regexp.MustCompile(loose(message))})
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: factories, Steps: steps})
	if server.Count() != 0 {
		t.Errorf("requests: %v", server.Counts())
	}
}

func TestSharedRepositoriesDataSourceIncomplete(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	server.Inject(swrtest.Fault{Operation: swrtest.OpSharedRepositories, Behavior: swrtest.Respond(200, nil,
		`[{"namespace":"platform","name":"app","total_range":2}]`)})
	tf := newWorkspace(t, server, sharedRepositories(`center = "self"`)+"output \"complete\" { value = data.swr_shared_repositories.found.complete }\n")
	wants(t, tf.apply(), "Incomplete list of shared repositories", "ignores paging", "There may be more repositories", "complete = false")

	server.RemoveFaults()
	server.SetVariants(func(v *swrtest.Variants) { v.Routes.NoSharedRepositories = true })
	wants(t, tf.plan(failed), "Unable to list shared repositories of all organizations", "this service does not support listing shared repositories")
}
