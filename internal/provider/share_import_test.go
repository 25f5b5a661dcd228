package provider_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

func byHand(server *swrtest.Server, repository, account, deadline string) {
	server.PutShare(swrtest.Share{
		Namespace: "platform", Repository: repository, AccessDomain: account, Permit: "read", Deadline: deadline, Description: "by hand",
	})
}

func TestShareImport(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	byHand(server, "team/sub/app", "ACME", "2031-03-31T16:00:00.000Z")
	config := providerBlock(server) + share("partner", `namespace = "platform"`, `repository = "team/sub/app"`, `access_domain = "ACME"`,
		`deadline = "2031-03-31"`, `description = "by hand"`)
	importing := func(id string) resource.TestStep {
		return resource.TestStep{Config: config, ResourceName: partnerAddress, ImportState: true, ImportStateId: id, ImportStateVerify: true,
			ImportStateVerifyIdentifierAttribute: "id"}
	}
	failing := func(id, message string) resource.TestStep {
		step := importing(id)
		step.ImportStateVerify, step.ExpectError = false, regexp.MustCompile(loose(message))
		return step
	}
	imported := importing("platform/team/sub/app/ACME")
	imported.ImportStatePersist, imported.ImportStateVerify = true, false // there is nothing yet to compare with
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories,
		Steps: []resource.TestStep{
			imported,
			{Config: config, PlanOnly: true},
			{Config: config, ConfigStateChecks: []statecheck.StateCheck{expect("deadline", knownvalue.StringExact("2031-03-31"))}},
			importing("platform/team$sub$app/ACME"),
			failing("platform/team/sub/app/NOBODY", "Unable to import share platform/team/sub/app/NOBODY"),
			failing("platform/team/other/ACME", "Unable to import share platform/team/other/ACME"),
			failing("elsewhere/team/app/ACME", `The organization "elsewhere" does not exist`),
			failing("ACME", `"ACME" has too few parts`),
			failing("platform/ACME", `"platform/ACME" has too few parts`),
			failing("platform//app/ACME", "empty level"),
			failing("/app/ACME", "namespace is empty"),
			failing("platform/app/", "access_domain is empty"),
			failing("platform/app/..", "must not be"),
			failing("../../app", "must not be"),
		},
	})
	requests(t, server, map[swrtest.Operation]int{swrtest.OpDelete: 1}) // the test's own clean-up
}

// The account's case in the id is the user's business: it is kept, and any case
// in the configuration is the same.
func TestShareImportKeepsTheSpelling(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"accounts-upper", "stored-upper-case-sensitive"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			variant, _ := swrtest.VariantByName(name)
			server := swrtest.Start(t, swrtest.WithVariants(variant.Apply))
			byHand(server, "team/app", "ACME", "forever")
			tf := newWorkspace(t, server, partner(`deadline = "forever"`, `description = "by hand"`))
			tf.run(0, "import", partnerAddress, "platform/team/app/aCmE")
			if ids := tf.ids(); len(ids) != 1 || ids["platform/team/app/aCmE"] {
				t.Errorf("in the state: %v", ids)
			}
			tf.plan(noChange)
			tf.destroy()
			if left := server.AllShares(); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// Generated configuration plans clean, whatever the share.
func TestShareGeneratedConfiguration(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	byHand(server, "team/app", "ACME", "2031-03-31T16:00:00.000Z")
	server.PutShare(swrtest.Share{Namespace: "platform", Repository: "team/app", AccessDomain: "Ünï corp", Permit: "read", Deadline: "forever"})
	tf := newWorkspace(t, server, `
import {
  to = swr_repository_share.one
  id = "platform/team/app/ACME"
}
import {
  to = swr_repository_share.two
  id = "platform/team/app/Ünï corp"
}`)
	tf.run(0, "plan", "-generate-config-out=generated.tf")
	generated, err := os.ReadFile(filepath.Join(tf.Dir, "generated.tf"))
	if err != nil {
		t.Fatal(err)
	}
	wants(t, flat(string(generated)), `deadline = "2031-03-31"`, `deadline = "forever"`, `access_domain = "Ünï corp"`)
	wants(t, tf.apply(), "2 imported, 0 added, 0 changed, 0 destroyed")
	tf.plan(noChange)
	requests(t, server, nil)
}

// Import by identity needs Terraform 1.12; identity_test.go has it at the
// protocol.
func TestShareImportByIdentity(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	byHand(server, "team/app", "ACME", "forever")
	config := providerBlock(server) + partner(`deadline = "forever"`, `description = "by hand"`)
	resource.UnitTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		ProtoV6ProviderFactories: factories,
		Steps: []resource.TestStep{
			{
				Config: config + `
import {
  to = swr_repository_share.partner
  identity = {
    namespace     = "platform"
    repository    = "team/app"
    access_domain = "ACME"
  }
}`,
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectIdentity(partnerAddress, map[string]knownvalue.Check{
						"namespace": knownvalue.StringExact("platform"), "repository": knownvalue.StringExact("team/app"), "access_domain": knownvalue.StringExact("ACME"),
					}),
				},
			},
			{Config: config, ResourceName: partnerAddress, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

// A state that an older Terraform left has no identity. A refresh gives it one.
func TestShareGetsIdentity(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	server.AddRepository("platform", "team/app")
	tf := newWorkspace(t, server, partner(`deadline = "forever"`))
	tf.apply()
	var state map[string]any
	if err := json.Unmarshal([]byte(tf.stateFile()), &state); err != nil {
		t.Fatal(err)
	}
	instance, found := instanceOf(state)
	if !found {
		t.Skip("this CLI stores no identities: Terraform does from 1.12 on")
	}
	delete(instance, "identity")
	delete(instance, "identity_schema_version")
	older, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	if err := tf.Write("terraform.tfstate", string(older)); err != nil {
		t.Fatal(err)
	}
	server.ResetRequests()
	tf.plan(noChange)
	wants(t, tf.run(0, "apply", "-refresh-only", "-auto-approve"), "0 added, 0 changed, 0 destroyed")
	refreshed, err := tf.State()
	if err != nil {
		t.Fatal(err)
	}
	if identity := refreshed.Resources[0].Instances[0].Identity; identity["access_domain"] != "ACME" || identity["repository"] != "team/app" {
		t.Errorf("the identity is %v", identity)
	}
	requests(t, server, nil)
}

// instanceOf gives the only instance in a state file, if it has an identity.
func instanceOf(state map[string]any) (instance map[string]any, found bool) {
	for _, level := range []string{"resources", "instances"} {
		list, _ := state[level].([]any)
		if len(list) != 1 {
			return nil, false
		}
		state, _ = list[0].(map[string]any)
	}
	return state, state["identity"] != nil
}
