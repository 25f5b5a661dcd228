package provider_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/tfcli"
)

// olderInstance is a resource instance in an older provider's state.
type olderInstance struct {
	key   string // of for_each, "" for a single one
	state json.RawMessage
}

// newMove gives a workspace whose state was written by an older provider.
// Terraform wants that provider at hand as long as the state needs it, but asks
// it for nothing: this provider's own binary stands in for it.
func newMove(t *testing.T, server *swrtest.Server, older olderShare, config string, instances ...olderInstance) *workspace {
	t.Helper()
	tf := newWorkspace(t, server, config)
	address := older.provider + "/" + older.provider
	standIn := t.TempDir()
	if err := os.Symlink(binary, filepath.Join(standIn, "terraform-provider-"+older.provider)); err != nil {
		t.Fatal(err)
	}
	if err := tf.Write("cli.tfrc", fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n    %q = %q\n  }\n}\n",
		tfcli.Address, filepath.Dir(binary), address, standIn)); err != nil {
		t.Fatal(err)
	}
	var stored []map[string]any
	for _, instance := range instances {
		one := map[string]any{"schema_version": 0, "attributes": instance.state}
		if instance.key != "" {
			one["index_key"] = instance.key
		}
		stored = append(stored, one)
	}
	state, err := json.Marshal(map[string]any{
		"version": 4, "serial": 1, "lineage": "older",
		"resources": []any{map[string]any{
			"mode": "managed", "type": older.resourceType, "name": "partner",
			"provider": fmt.Sprintf("provider[%q]", tfcli.Registry()+"/"+address), "instances": stored,
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := tf.Write("terraform.tfstate", string(state)); err != nil {
		t.Fatal(err)
	}
	return tf
}

// moved is the block that the guides show.
func (o olderShare) moved() string {
	return fmt.Sprintf("moved {\n  from = %s.partner\n  to   = swr_repository_share.partner\n}\n", o.resourceType)
}

// A share that an older provider made moves with nothing to change, though its
// state differs in form from both the service and the configuration.
func TestMoveFromOlderProviders(t *testing.T) {
	t.Parallel()
	for name, older := range olderShares {
		for form, config := range map[string]struct{ account, deadline string }{
			"as written":      {olderAccount, older.wants["deadline"]},
			"in another form": {strings.ToLower(olderAccount), strings.Replace(older.wants["deadline"], "2031-03-31", "2031-03-31T16:00:00Z", 1)},
		} {
			t.Run(name+" "+form, func(t *testing.T) {
				t.Parallel()
				server := swrtest.Start(t)
				older.seed(server, strings.ToLower(olderAccount))
				tf := newMove(t, server, older, older.moved()+share("partner",
					`namespace = "platform"`, fmt.Sprintf("repository = %q", older.repository),
					fmt.Sprintf("access_domain = %q", config.account), fmt.Sprintf("deadline = %q", config.deadline), `description = "partner"`,
				), olderInstance{state: older.state(t, nil)})
				wants(t, tf.plan(changes), older.resourceType+".partner has moved to swr_repository_share.partner", "Plan: 0 to add, 0 to change, 0 to destroy")
				wants(t, tf.apply(), "Resources: 0 added, 0 changed, 0 destroyed")
				tf.plan(noChange)
				requests(t, server, nil)
				if ids := tf.ids(); len(ids) != 1 || ids["platform/"+older.repository+"/"+olderAccount] {
					t.Errorf("in the state: %v", ids)
				}
			})
		}
	}
}

// One moved block does for a whole for_each.
func TestMoveForEach(t *testing.T) {
	t.Parallel()
	older := olderShares["opentelekomcloud"]
	server := swrtest.Start(t)
	var instances []olderInstance
	for _, account := range []string{"ACME", "BETA", "GAMMA"} {
		older.seed(server, account)
		instances = append(instances, olderInstance{account, older.state(t, func(s map[string]any) { s["access_domain"], s["id"] = account, account })})
	}
	tf := newMove(t, server, older, older.moved()+share("partner",
		`for_each = toset(["ACME", "BETA", "GAMMA"])`, `namespace = "platform"`, `repository = "team/app"`,
		`access_domain = each.key`, `deadline = "forever"`, `description = "partner"`), instances...)
	wants(t, tf.apply(), "Resources: 0 added, 0 changed, 0 destroyed")
	tf.plan(noChange)
	if ids := tf.ids(); len(ids) != 3 {
		t.Errorf("in the state: %v", ids)
	}
	requests(t, server, nil)
}

// What the older provider had wrong is drift, and is planned back.
func TestMoveShowsDrift(t *testing.T) {
	t.Parallel()
	older := olderShares["opentelekomcloud"]
	server := swrtest.Start(t)
	server.PutShare(swrtest.Share{Namespace: "platform", Repository: "team/app", AccessDomain: olderAccount, Deadline: "2030-01-31T00:00:00.000Z", Description: "partner"})
	config := older.moved() + share("partner", `namespace = "platform"`, `repository = "team/app"`,
		fmt.Sprintf("access_domain = %q", olderAccount), `deadline = "forever"`, `description = "partner"`)
	tf := newMove(t, server, older, config, olderInstance{state: older.state(t, nil)})
	wants(t, tf.plan(changes), `"2030-01-31" -> "forever"`, "Plan: 0 to add, 1 to change, 0 to destroy")
	tf.apply()
	tf.plan(noChange)
	requests(t, server, map[swrtest.Operation]int{swrtest.OpUpdate: 1})
}

// A change in the same apply, without a refresh, meets a state that lacks what
// the older provider did not keep.
func TestMoveAndChangeWithoutRefresh(t *testing.T) {
	t.Parallel()
	for name, older := range olderShares {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := swrtest.Start(t) // which writes times with fewer digits than the older state has
			older.seed(server, olderAccount)
			tf := newMove(t, server, older, older.moved()+share("partner", `namespace = "platform"`, fmt.Sprintf("repository = %q", older.repository),
				fmt.Sprintf("access_domain = %q", olderAccount), fmt.Sprintf("deadline = %q", older.wants["deadline"]), `description = "new"`),
				olderInstance{state: older.state(t, nil)})
			wants(t, tf.run(0, "apply", "-auto-approve", "-refresh=false"), "0 added, 1 changed, 0 destroyed")
			tf.plan(noChange)
			requests(t, server, map[swrtest.Operation]int{swrtest.OpUpdate: 1})
		})
	}
}

// The wrong region is an error; the state stays the older provider's.
func TestMoveToTheWrongRegion(t *testing.T) {
	t.Parallel()
	older := olderShares["opentelekomcloud"]
	server := swrtest.Start(t)
	server.AddRepository("platform", "team/app")
	tf := newMove(t, server, older, older.moved()+share("partner", `namespace = "platform"`, `repository = "team/app"`,
		fmt.Sprintf("access_domain = %q", olderAccount), `deadline = "forever"`, `description = "partner"`), olderInstance{state: older.state(t, nil)})
	before := tf.stateFile()
	wants(t, tf.plan(failed), "does not have the share", "last seen at an endpoint of the provider opentelekomcloud", "Check the endpoint and the region of the provider")
	if tf.stateFile() != before {
		t.Error("the state was changed")
	}
	// What was revoked before the move is forgotten by name.
	tf.run(0, "state", "rm", older.resourceType+".partner")
	wants(t, tf.plan(changes), "Plan: 1 to add")
	requests(t, server, nil)
}

func TestMoveRefused(t *testing.T) {
	t.Parallel()
	older := olderShares["huaweicloud"]
	server := swrtest.Start(t)
	older.seed(server, olderAccount)
	tf := newMove(t, server, older, older.moved()+share("partner", `namespace = "platform"`, `repository = "team/app2"`,
		fmt.Sprintf("access_domain = %q", olderAccount), `deadline = "2031-03-31"`, `description = "partner"`),
		olderInstance{state: older.state(t, func(s map[string]any) { s["permission"] = "push" })})
	before := tf.stateFile()
	wants(t, tf.plan(failed), "Unable to move huaweicloud_swr_repository_sharing", `Permission "push" is not supported`,
		"from = huaweicloud_swr_repository_sharing.NAME", "to = swr_repository_share.NAME")
	if tf.stateFile() != before || server.Count() != 0 {
		t.Errorf("something was done: %v", server.Counts())
	}
}
