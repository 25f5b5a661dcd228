package provider_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// olderShare is a share as an older provider stores it: the file in testdata was
// taken from a run of that provider.
type olderShare struct {
	provider, resourceType string
	repository             string // of the share in the file
	want                   values
}

var olderShares = map[string]olderShare{
	"opentelekomcloud": {"opentelekomcloud", "opentelekomcloud_swr_domain_v2", "team/app", values{
		"deadline": "forever", "creator_name": "sim-user", "created": "2026-11-22T00:42:33.610013Z", "updated": "2026-11-22T00:42:33.610013Z",
		"creator_id": "0504186e6a8010e01f3ec009a7279baa",
	}},
	"huaweicloud": {"huaweicloud", "huaweicloud_swr_repository_sharing", "team/app2", values{
		"deadline": "2031-03-31", "expires_at": "2031-04-01T00:00:00Z",
	}},
}

const olderAccount = "OTC-EU-DE-00000000002000000000"

// state returns the fixture, changed.
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
	deadline := fmt.Sprint(o.want["deadline"])
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

// move asks for a move.
func (h *harness) move(req *tfprotov6.MoveResourceStateRequest) (*tfprotov6.MoveResourceStateResponse, diagnostics) {
	h.t.Helper()
	resp, err := h.MoveResourceState(h.t.Context(), req)
	h.must(err)
	var d diagnostics
	d.add(resp.Diagnostics)
	return resp, d
}

// moved returns the share that a move makes.
func (h *harness) moved(req *tfprotov6.MoveResourceStateRequest) *instance {
	h.t.Helper()
	resp, d := h.move(req)
	d.silent(h.t)
	s := h.newShare()
	s.setState(resp.TargetState, resp.TargetPrivate, resp.TargetIdentity)
	return s
}

func TestMoveFromOlderProviders(t *testing.T) {
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
				h := newHarness(t, swrtest.Start(t))
				s := h.moved(older.request(address, older.state(t, nil)))
				id := "platform/" + older.repository + "/" + olderAccount
				want := values{"id": id, "namespace": "platform", "repository": older.repository, "access_domain": olderAccount,
					"permit": "read", "description": "partner"}
				for _, name := range []string{"deadline", "expires_at", "creator_id", "creator_name", "created", "updated"} {
					want[name] = older.want[name]
				}
				s.assertState(want)
				s.assertIdentity(id)
				assertNoRequests(t, h.server)
			})
		}
	}
}

// Without a refresh, a change meets a state that lacks what the older provider did
// not keep; with one, what it had wrong is drift.
func TestMoveAndChange(t *testing.T) {
	t.Parallel()
	for name, older := range olderShares {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := swrtest.Start(t)
			older.seed(server, strings.ToLower(olderAccount))
			h := newHarness(t, server)
			config := values{"namespace": "platform", "repository": older.repository, "access_domain": strings.ToLower(olderAccount),
				"deadline": older.want["deadline"], "description": "partner"}
			s := h.moved(older.request(name, older.state(t, nil)))
			s.assertUnchanged(config)

			s = h.moved(older.request(name, older.state(t, nil)))
			s.applyWithoutRefresh(config.with("description", "new")).silent(t)
			s.assertUnchanged(config.with("description", "new"))
			assertRequests(t, server, map[swrtest.Operation]int{swrtest.OpUpdate: 1})

			s = h.moved(older.request(name, older.state(t, nil)))
			p := s.plan(config)
			if p.action != updateAction || s.attributes()["description"] != "new" {
				t.Errorf("the plan is to %s: %v", p.action, s.attributes())
			}
		})
	}
}

// What the older provider's state has and this one can't have is an error that
// says what to do.
func TestMoveRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t, swrtest.Start(t))
	otc, hw := olderShares["opentelekomcloud"], olderShares["huaweicloud"]
	set := func(name string, value any) func(map[string]any) { return func(s map[string]any) { s[name] = value } }
	without := func(name string) func(map[string]any) { return func(s map[string]any) { delete(s, name) } }
	const address = "registry.terraform.io/opentelekomcloud/opentelekomcloud"
	for name, test := range map[string]struct {
		request *tfprotov6.MoveResourceStateRequest
		word    string
	}{
		"no organization":       {otc.request(address, otc.state(t, without("organization"))), `attribute "organization" is missing`},
		"no repository":         {otc.request(address, otc.state(t, set("repository", nil))), `attribute "repository" is missing`},
		"no account":            {otc.request(address, otc.state(t, without("access_domain"))), `attribute "access_domain" is missing`},
		"no permission":         {otc.request(address, otc.state(t, without("permission"))), `attribute "permission" is missing`},
		"no deadline":           {otc.request(address, otc.state(t, without("deadline"))), `attribute "deadline" is missing`},
		"no sharing_account":    {hw.request("huaweicloud/huaweicloud", hw.state(t, without("sharing_account"))), `attribute "sharing_account" is missing`},
		"an empty organization": {otc.request(address, otc.state(t, set("organization", ""))), "amespace is empty"},
		"a slash too many":      {otc.request(address, otc.state(t, set("organization", "a/b"))), `amespace "a/b" contains a /`},
		"a path":                {otc.request(address, otc.state(t, set("access_domain", ".."))), "must not be"},
		"another permission":    {otc.request(address, otc.state(t, set("permission", "write"))), `ermission "write" is not supported`},
		"the other's word":      {otc.request(address, otc.state(t, set("permission", "pull"))), `ermission "pull" is not supported`},
		"an odd deadline":       {otc.request(address, otc.state(t, set("deadline", "tomorrow"))), `"tomorrow"`},
		"a number":              {otc.request(address, otc.state(t, set("organization", 5))), `attribute "organization" is not a string`},
		"a list":                {otc.request(address, otc.state(t, set("deadline", []string{"forever"}))), `attribute "deadline" is not a string`},
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
			_, d := h.forTest(t).move(test.request)
			d.assertError(t, test.word, "import {", "from = "+test.request.SourceTypeName)
		})
	}
	newer := otc.request(address, otc.state(t, nil))
	newer.SourceSchemaVersion = 1
	_, d := h.move(newer)
	d.assertError(t, "schema version 1, and only version 0 is supported")
}

// A share that was never seen at this endpoint is not gone from it.
func TestMovedShareIsNotGone(t *testing.T) {
	t.Parallel()
	for name, older := range olderShares {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := swrtest.Start(t)
			server.AddRepository("platform", older.repository)
			s := newHarness(t, server).moved(older.request(name, older.state(t, nil)))
			s.refresh().assertError(t, "does not have the share", "last seen at an endpoint of the provider "+name, "Check the endpoint and the region of the provider")
			older.seed(server, strings.ToLower(olderAccount))
			s.refresh().silent(t)
			s.assertState(values{"access_domain": olderAccount, "deadline": older.want["deadline"]})
			if s.attributes()["creator_id"] == nil {
				t.Errorf("the state is %v", s.attributes())
			}
			assertRequests(t, server, nil)
		})
	}
}

// From itself, at whatever address, a share moves unchanged.
func TestMoveFromItself(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	putShare(server, "team/app", "Acme", "2031-03-31T16:00:00.000Z")
	h := newHarness(t, server)
	schema := h.schemas.ResourceSchemas[shareType]
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
		t.Log(address)
		s := h.moved(itself(address))
		if got, err := s.state.Unmarshal(schema.ValueType()); err != nil || !got.Equal(want) {
			t.Errorf("%s: the state is %s, %v", address, got, err)
		}
		s.assertIdentity("platform/team/app/aCMe")
		assertContains(t, string(s.private), "last_seen", "in_doubt")
	}

	// A Terraform without identities sends none; the next refresh adds one.
	plain := itself("swr")
	plain.SourceIdentity = nil
	plain.SourcePrivate = nil
	s := h.moved(plain)
	s.refresh().silent(t)
	s.assertIdentity("platform/team/app/aCMe")

	for name, change := range map[string]func(*tfprotov6.MoveResourceStateRequest){
		"schema version 1": func(r *tfprotov6.MoveResourceStateRequest) { r.SourceSchemaVersion = 1 },
		"colour":           func(r *tfprotov6.MoveResourceStateRequest) { r.SourceState.JSON = []byte(`{"colour":"red"}`) },
		"identity":         func(r *tfprotov6.MoveResourceStateRequest) { r.SourceIdentity.JSON = []byte(`{"identity":7}`) },
	} {
		odd := itself("swr")
		change(odd)
		_, d := h.move(odd)
		d.assertError(t, "Unable to move", name)
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
	h := unconfigured(f, nil)
	stateType := h.schemas.ResourceSchemas[shareType].ValueType()
	f.Fuzz(func(t *testing.T, address, resourceType string, state []byte) {
		resp, err := h.MoveResourceState(t.Context(), &tfprotov6.MoveResourceStateRequest{
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

// An exclusive resource moves from itself, too.
func TestMoveExclusiveFromItself(t *testing.T) {
	t.Parallel()
	h := newHarness(t, swrtest.Start(t))
	state := []byte(`{"namespace":"platform","repository":"team/app","access_domains":["ACME","Beta"],"timeouts":null}`)
	request := func(sourceType string, state []byte) *tfprotov6.MoveResourceStateRequest {
		return &tfprotov6.MoveResourceStateRequest{TargetTypeName: exclusiveType, SourceTypeName: sourceType,
			SourceProviderAddress: "registry.opentofu.org/terraform-provider-swr/swr", SourceState: &tfprotov6.RawState{JSON: state}}
	}
	kind := h.schemas.ResourceSchemas[exclusiveType].ValueType()
	want, err := (&tfprotov6.RawState{JSON: state}).Unmarshal(kind)
	if err != nil {
		t.Fatal(err)
	}
	resp, d := h.move(request(exclusiveType, state))
	d.silent(t)
	if got, err := resp.TargetState.Unmarshal(kind); err != nil || !got.Equal(want) {
		t.Errorf("the state is %s, %v", got, err)
	}
	_, d = h.move(request(exclusiveType, []byte(`{"accounts":[]}`)))
	d.assertError(t, "declare a new swr_repository_shares_exclusive")
	assertNotContains(t, d.String(), "%!")
	_, d = h.move(request(shareType, state))
	d.assertError(t, "does not include support")
}
