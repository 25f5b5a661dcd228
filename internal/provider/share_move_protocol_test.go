package provider_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// olderShare is a share as an older provider stores it: the file in testdata was
// taken from a run of that provider.
type olderShare struct {
	provider, resourceType string
	repository             string // of the share in the file
	wants                  map[string]string
}

var olderShares = map[string]olderShare{
	"opentelekomcloud": {"opentelekomcloud", "opentelekomcloud_swr_domain_v2", "team/app", map[string]string{
		"deadline": "forever", "creator_name": "sim-user", "created": "2026-11-22T00:42:33.610013Z", "updated": "2026-11-22T00:42:33.610013Z",
		"creator_id": "0504186e6a8010e01f3ec009a7279baa",
	}},
	"huaweicloud": {"huaweicloud", "huaweicloud_swr_repository_sharing", "team/app2", map[string]string{
		"deadline": "2031-03-31", "expires_at": "2031-04-01T00:00:00Z",
	}},
}

const olderAccount = "OTC-EU-DE-00000000002000000000"

// state reads the fixture, and changes it.
func (o olderShare) state(t *testing.T, change func(map[string]any)) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", o.resourceType+".json"))
	if err != nil {
		t.Fatal(err)
	}
	if change == nil {
		return content
	}
	var state map[string]any
	if err := json.Unmarshal(content, &state); err != nil {
		t.Fatal(err)
	}
	change(state)
	content, err = json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// seed puts what the state is of onto the service, as the service has it.
func (o olderShare) seed(server *swrtest.Server, account string) {
	deadline := o.wants["deadline"]
	if deadline != "forever" {
		deadline += "T00:00:00.000Z"
	}
	server.PutShare(swrtest.Share{
		Namespace: "platform", Repository: o.repository, AccessDomain: account, Deadline: deadline, Description: "partner",
		Created: time.Date(2026, 11, 22, 0, 42, 33, 610013000, time.UTC), // as the state has it, where it does
	})
}

func (o olderShare) request(address string, state []byte) *tfprotov6.MoveResourceStateRequest {
	return &tfprotov6.MoveResourceStateRequest{
		TargetTypeName: shareType, SourceTypeName: o.resourceType, SourceProviderAddress: address, SourceState: &tfprotov6.RawState{JSON: state},
		// As terraform-plugin-sdk writes it.
		SourcePrivate: []byte(`{"e2bfb730-ecaa-11e6-8f88-34363bc7c4c0":{"create":600000000000,"delete":600000000000},"schema_version":"0"}`),
	}
}

// move asks for a move, and gives what an error says.
func (p *protocol) move(req *tfprotov6.MoveResourceStateRequest) (*tfprotov6.MoveResourceStateResponse, string) {
	p.t.Helper()
	resp, err := p.MoveResourceState(p.t.Context(), req)
	if err != nil {
		p.t.Fatal(err)
	}
	var said []string
	for _, d := range resp.Diagnostics {
		said = append(said, d.Summary+": "+d.Detail)
	}
	return resp, strings.Join(said, "\n")
}

func TestProtocolMoveFromOlderProviders(t *testing.T) {
	t.Parallel()
	for name, older := range olderShares {
		for _, address := range []string{
			"registry.terraform.io/" + name + "/" + name, "registry.opentofu.org/" + name + "/" + name,
			"mirror.example.com:8443/acme/" + name, name + "/" + name, name,
			// OpenTofu's, of all instances of a for_each but the first.
			"registry.opentofu.org/terraform-provider-swr/swr",
		} {
			t.Run(address, func(t *testing.T) {
				t.Parallel()
				server := swrtest.Start(t)
				p := newProtocol(t, server)
				moved, said := p.move(older.request(address, older.state(t, nil)))
				if said != "" {
					t.Fatal(said)
				}
				stateType := p.schemas.ResourceSchemas[shareType].ValueType()
				want := maps.Clone(older.wants)
				maps.Copy(want, map[string]string{
					"id": "platform/" + older.repository + "/" + olderAccount, "namespace": "platform", "repository": older.repository,
					"access_domain": olderAccount, "permit": "read", "description": "partner",
				})
				if got := p.strings(stateType, moved.TargetState); !maps.Equal(got, want) {
					t.Errorf("the state is %v instead of %v", got, want)
				}
				if identity := p.strings(shareIdentityType, moved.TargetIdentity.IdentityData); identity["namespace"] != "platform" ||
					identity["repository"] != older.repository || identity["access_domain"] != olderAccount {
					t.Errorf("the identity is %v", identity)
				}
				if server.Count() != 0 {
					t.Errorf("requests: %v", server.Counts())
				}
			})
		}
	}
}

// Whatever the older provider has in its state that this one can't have is said,
// with the way out.
func TestProtocolMoveRefused(t *testing.T) {
	t.Parallel()
	p := newProtocol(t, swrtest.Start(t))
	otc, hw := olderShares["opentelekomcloud"], olderShares["huaweicloud"]
	set := func(name string, value any) func(map[string]any) { return func(s map[string]any) { s[name] = value } }
	without := func(name string) func(map[string]any) { return func(s map[string]any) { delete(s, name) } }
	const address = "registry.terraform.io/opentelekomcloud/opentelekomcloud"
	for name, check := range map[string]struct {
		request *tfprotov6.MoveResourceStateRequest
		word    string
	}{
		"no organization":       {otc.request(address, otc.state(t, without("organization"))), `the attribute "organization" is missing`},
		"no repository":         {otc.request(address, otc.state(t, set("repository", nil))), `the attribute "repository" is missing`},
		"no account":            {otc.request(address, otc.state(t, without("access_domain"))), `the attribute "access_domain" is missing`},
		"no permission":         {otc.request(address, otc.state(t, without("permission"))), `the attribute "permission" is missing`},
		"no deadline":           {otc.request(address, otc.state(t, without("deadline"))), `the attribute "deadline" is missing`},
		"no sharing_account":    {hw.request("huaweicloud/huaweicloud", hw.state(t, without("sharing_account"))), `the attribute "sharing_account" is missing`},
		"an empty organization": {otc.request(address, otc.state(t, set("organization", ""))), "namespace is empty"},
		"a slash too many":      {otc.request(address, otc.state(t, set("organization", "a/b"))), `namespace "a/b" contains a /`},
		"a path":                {otc.request(address, otc.state(t, set("access_domain", ".."))), "must not be"},
		"another permission":    {otc.request(address, otc.state(t, set("permission", "write"))), `permission "write" is not supported`},
		"the other's word":      {otc.request(address, otc.state(t, set("permission", "pull"))), `permission "pull" is not supported`},
		"an odd deadline":       {otc.request(address, otc.state(t, set("deadline", "tomorrow"))), `"tomorrow"`},
		"a number":              {otc.request(address, otc.state(t, set("organization", 5))), `the attribute "organization" is not a string`},
		"a list":                {otc.request(address, otc.state(t, set("deadline", []string{"forever"}))), `the attribute "deadline" is not a string`},
		"no object":             {otc.request(address, []byte(`["forever"]`)), "is not a JSON object"},
		"null":                  {otc.request(address, []byte(`null`)), "is missing"},
		"nothing":               {otc.request(address, nil), "is not a JSON object"},
		"the other provider":    {otc.request("registry.terraform.io/huaweicloud/huaweicloud", otc.state(t, nil)), "Only these resource types can be moved"},
		"too long an address":   {otc.request("a/b/c/opentelekomcloud", otc.state(t, nil)), "does not have the form"},
		"an empty segment":      {otc.request("a//opentelekomcloud", otc.state(t, nil)), "does not have the form"},
		"no address":            {otc.request("", otc.state(t, nil)), "does not have the form"},
		"another type": {olderShare{resourceType: "opentelekomcloud_swr_repository_v2"}.request(address, otc.state(t, nil)),
			"Only these resource types can be moved: swr_repository_share from another provider address, opentelekomcloud_swr_domain_v2, huaweicloud_swr_repository_sharing"},
		"a stranger's share": {olderShare{resourceType: shareType}.request("a/b/other", otc.state(t, nil)), "Only these resource types can be moved"},
	} {
		t.Run(name, func(t *testing.T) {
			_, said := p.move(check.request)
			if !strings.Contains(strings.ToLower(said), strings.ToLower(check.word)) || !strings.Contains(said, "import {") || !strings.Contains(said, "from = "+check.request.SourceTypeName) {
				t.Errorf("said: %s", said)
			}
		})
	}
	newer := otc.request(address, otc.state(t, nil))
	newer.SourceSchemaVersion = 1
	if _, said := p.move(newer); !strings.Contains(said, "schema version 1, and only version 0 is supported") {
		t.Errorf("said: %s", said)
	}
}

// A share that nobody has seen at this endpoint is not gone from it.
func TestProtocolMovedShareIsNotGone(t *testing.T) {
	t.Parallel()
	for name, older := range olderShares {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := swrtest.Start(t)
			server.AddRepository("platform", older.repository)
			p := newProtocol(t, server)
			moved, said := p.move(older.request(name, older.state(t, nil)))
			if said != "" {
				t.Fatal(said)
			}
			read := func() *tfprotov6.ReadResourceResponse {
				resp, err := p.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
					TypeName: shareType, CurrentState: moved.TargetState, Private: moved.TargetPrivate, CurrentIdentity: moved.TargetIdentity,
				})
				if err != nil {
					t.Fatal(err)
				}
				return resp
			}
			missing := read()
			if len(missing.Diagnostics) != 1 || !strings.Contains(missing.Diagnostics[0].Detail, "last seen at an endpoint of the provider "+name) {
				t.Errorf("%+v", missing.Diagnostics)
			}
			older.seed(server, strings.ToLower(olderAccount))
			there := read()
			p.clean(there.Diagnostics)
			if state := p.strings(p.schemas.ResourceSchemas[shareType].ValueType(), there.NewState); state["access_domain"] != olderAccount ||
				state["deadline"] != older.wants["deadline"] || state["creator_id"] == "" {
				t.Errorf("the state is %v", state)
			}
		})
	}
}

// From itself, at whatever address, a share moves unchanged.
func TestProtocolMoveFromItself(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	byHand(server, "team/app", "Acme", "2031-03-31T16:00:00.000Z")
	p := newProtocol(t, server)
	schema := p.schemas.ResourceSchemas[shareType]
	state := []byte(`{"namespace":"platform","repository":"team/app","access_domain":"aCMe","permit":"read","deadline":"2031-03-31T16:00:00Z",
		"description":"by hand","creator_id":null,"creator_name":null,"created":null,"updated":null,"status":true,
		"expires_at":"2031-04-01T00:00:00Z","id":"platform/team/app/aCMe","timeouts":{"create":"2m","read":null,"update":null,"delete":null}}`)
	itself := func(address string) *tfprotov6.MoveResourceStateRequest {
		return &tfprotov6.MoveResourceStateRequest{
			TargetTypeName: shareType, SourceTypeName: shareType, SourceProviderAddress: address, SourceState: &tfprotov6.RawState{JSON: state},
			// "elsewhere.example", and {}.
			SourcePrivate:  []byte(`{"last_seen":"ImVsc2V3aGVyZS5leGFtcGxlIg==","in_doubt":"e30="}`),
			SourceIdentity: &tfprotov6.RawState{JSON: []byte(`{"namespace":"platform","repository":"team/app","access_domain":"aCMe"}`)},
		}
	}
	want, err := (&tfprotov6.RawState{JSON: state}).Unmarshal(schema.ValueType())
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{
		"registry.terraform.io/terraform-provider-swr/swr", "registry.opentofu.org/terraform-provider-swr/swr", "localhost/acme/swr",
		"terraform-provider-swr/swr", "swr",
	} {
		moved, said := p.move(itself(address))
		if said != "" {
			t.Fatal(said)
		}
		got, err := moved.TargetState.Unmarshal(schema.ValueType())
		if err != nil {
			t.Fatal(err)
		}
		if !got.Equal(want) {
			t.Errorf("%s: the state is %s", address, got)
		}
		if identity := p.strings(shareIdentityType, moved.TargetIdentity.IdentityData); identity["access_domain"] != "aCMe" {
			t.Errorf("%s: the identity is %v", address, identity)
		}
		for _, note := range []string{"last_seen", "in_doubt"} {
			if !strings.Contains(string(moved.TargetPrivate), note) {
				t.Errorf("%s: the note %s is lost: %s", address, note, moved.TargetPrivate)
			}
		}
	}

	// A Terraform without identities sends none; the next refresh gives one.
	plain := itself("swr")
	plain.SourceIdentity = nil
	plain.SourcePrivate = nil
	moved, said := p.move(plain)
	if said != "" {
		t.Fatal(said)
	}
	read, err := p.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: shareType, CurrentState: moved.TargetState, Private: moved.TargetPrivate, CurrentIdentity: moved.TargetIdentity,
	})
	if err != nil {
		t.Fatal(err)
	}
	p.clean(read.Diagnostics)
	if identity := p.strings(shareIdentityType, read.NewIdentity.IdentityData); identity["access_domain"] != "aCMe" {
		t.Errorf("the identity is %v", identity)
	}

	for name, change := range map[string]func(*tfprotov6.MoveResourceStateRequest){
		"schema version 1": func(r *tfprotov6.MoveResourceStateRequest) { r.SourceSchemaVersion = 1 },
		"colour":           func(r *tfprotov6.MoveResourceStateRequest) { r.SourceState.JSON = []byte(`{"colour":"red"}`) },
		"identity":         func(r *tfprotov6.MoveResourceStateRequest) { r.SourceIdentity.JSON = []byte(`{"identity":7}`) },
	} {
		odd := itself("swr")
		change(odd)
		if _, said := p.move(odd); !strings.Contains(said, "Unable to move") || !strings.Contains(said, name) {
			t.Errorf("%s: said %q", name, said)
		}
	}
}

// FuzzMove shows that no state that somebody has makes the provider panic.
func FuzzMove(f *testing.F) {
	for _, older := range olderShares {
		content, err := os.ReadFile(filepath.Join("testdata", older.resourceType+".json"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(older.provider, older.resourceType, content)
	}
	f.Add("a/b/swr", shareType, []byte(`{"id":"a/b/c"}`))
	f.Add("", "", []byte(`null`))
	served, err := factories["swr"]()
	if err != nil {
		f.Fatal(err)
	}
	schemas, err := served.GetProviderSchema(f.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		f.Fatal(err)
	}
	stateType := schemas.ResourceSchemas[shareType].ValueType()
	f.Fuzz(func(t *testing.T, address, resourceType string, state []byte) {
		resp, err := served.MoveResourceState(t.Context(), &tfprotov6.MoveResourceStateRequest{
			TargetTypeName: shareType, SourceTypeName: resourceType, SourceProviderAddress: address, SourceState: &tfprotov6.RawState{JSON: state},
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(resp.Diagnostics) > 0 {
			return
		}
		moved, err := resp.TargetState.Unmarshal(stateType)
		if err != nil || moved.IsNull() {
			t.Errorf("neither state nor diagnostics: %v", err)
		}
	})
}

// FuzzImport shows that no id and no identity makes the provider panic.
func FuzzImport(f *testing.F) {
	for _, id := range []string{"platform/team/app/ACME", "", "/", "//", "a/b/", "a/../b", "a/b/c\x00", "\xff/\xfe/\xfd"} {
		f.Add(id, "platform", "team/app", "ACME")
		f.Add("", id, id, id)
	}
	served, err := factories["swr"]()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, id, namespace, repository, account string) {
		req := &tfprotov6.ImportResourceStateRequest{TypeName: shareType, ID: id}
		if id == "" {
			identity, err := tfprotov6.NewDynamicValue(shareIdentityType, tftypes.NewValue(shareIdentityType, map[string]tftypes.Value{
				"namespace":     tftypes.NewValue(tftypes.String, namespace),
				"repository":    tftypes.NewValue(tftypes.String, repository),
				"access_domain": tftypes.NewValue(tftypes.String, account),
			}))
			if err != nil {
				t.Fatal(err)
			}
			req.Identity = &tfprotov6.ResourceIdentityData{IdentityData: &identity}
		}
		resp, err := served.ImportResourceState(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		if (len(resp.Diagnostics) == 0) != (len(resp.ImportedResources) == 1) {
			t.Errorf("%d resources, diagnostics %+v", len(resp.ImportedResources), resp.Diagnostics)
		}
	})
}

// A guard moves from itself too, and still revokes only what a plan has shown.
func TestProtocolMoveGuardFromItself(t *testing.T) {
	t.Parallel()
	p := newProtocol(t, swrtest.Start(t))
	const guardType = "swr_repository_shares_exclusive"
	state := []byte(`{"namespace":"platform","repository":"team/app","access_domains":["ACME","Beta"],"timeouts":null}`)
	request := func(sourceType string, state []byte) *tfprotov6.MoveResourceStateRequest {
		return &tfprotov6.MoveResourceStateRequest{TargetTypeName: guardType, SourceTypeName: sourceType,
			SourceProviderAddress: "registry.opentofu.org/terraform-provider-swr/swr", SourceState: &tfprotov6.RawState{JSON: state}}
	}
	kind := p.schemas.ResourceSchemas[guardType].ValueType()
	want, err := (&tfprotov6.RawState{JSON: state}).Unmarshal(kind)
	if err != nil {
		t.Fatal(err)
	}
	moved, said := p.move(request(guardType, state))
	if said != "" {
		t.Fatal(said)
	}
	if got, err := moved.TargetState.Unmarshal(kind); err != nil || !got.Equal(want) {
		t.Errorf("the state is %s, %v", got, err)
	}
	if _, said := p.move(request(guardType, []byte(`{"accounts":[]}`))); !strings.Contains(said, "declare a new swr_repository_shares_exclusive") || strings.Contains(said, "%!") {
		t.Errorf("said %q", said)
	}
	if _, said := p.move(request(shareType, state)); !strings.Contains(said, "does not include support") {
		t.Errorf("said %q", said)
	}
}
