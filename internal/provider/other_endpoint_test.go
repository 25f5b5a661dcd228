package provider_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// recordedEndpoint returns the endpoint in the private state.
func (i *instance) recordedEndpoint() (endpoint string) {
	i.t.Helper()
	var private map[string][]byte
	i.must(json.Unmarshal(i.private, &private))
	i.must(json.Unmarshal(private["last_seen"], &endpoint))
	return endpoint
}

// recordEndpoint sets the endpoint in the private state, as an older release did.
func (i *instance) recordEndpoint(endpoint string) {
	i.t.Helper()
	value, err := json.Marshal(endpoint)
	i.must(err)
	i.private, err = json.Marshal(map[string][]byte{"last_seen": value})
	i.must(err)
}

// Another service may have a share of the same names. It is neither read into the
// state nor changed.
func TestOtherShareAtOtherEndpoint(t *testing.T) {
	t.Parallel()
	for name, host := range map[string]bool{"endpoint": false, "host alone": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, server := appliedShare(t)
			recorded := server.URL
			if host {
				recorded, _, _ = strings.Cut(strings.TrimPrefix(server.URL, "http://"), "/")
				s.recordEndpoint(recorded)
			}
			here, other := s.harness, startServer(t)
			other.PutShare(swrtest.Share{Namespace: "platform", Repository: "team/app", AccessDomain: "ACME", CreatorID: "other"})
			before := other.AllShares()[0]
			changed := shareConfig.with("description", "changed")
			saved := s.plan(changed)

			s.harness = newHarness(t, other)
			words := []string{recorded, other.URL, "The state was not changed.", "set the endpoint back", "removed {", "import {"}
			s.plan(shareConfig).assertError(t, append(words, "Unable to read share platform/team/app/ACME")...)
			s.applyWithoutRefresh(changed).assertError(t, append(words, "Unable to update share platform/team/app/ACME")...)
			s.applyPlan(saved).assertError(t, words...)
			s.destroy().assertError(t, append(words, "Unable to delete share platform/team/app/ACME")...)
			assertRequests(t, other, nil)
			if after := other.AllShares(); len(after) != 1 || after[0].Updated != before.Updated || after[0].Description != before.Description {
				t.Errorf("the other share was changed: %+v", after)
			}
			s.harness = here
			s.assertUnchanged(shareConfig)
			if got := s.recordedEndpoint(); got != server.URL {
				t.Errorf("%s is recorded instead of %s", got, server.URL)
			}
		})
	}
}

// The same service under another name returns the same share.
func TestSameShareAtOtherEndpoint(t *testing.T) {
	t.Parallel()
	for name, use := range map[string]func(*instance) diagnostics{
		"refresh": (*instance).refresh,
		"update": func(s *instance) diagnostics {
			return s.applyWithoutRefresh(shareConfig.with("description", "changed"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, server := appliedShare(t)
			alias := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
			s.harness = newHarness(t, server, values{"token": server.Token(), "endpoint": alias})
			use(s).silent(t)
			if got := s.recordedEndpoint(); got != alias {
				t.Errorf("%s is recorded instead of %s", got, alias)
			}
			s.destroy().silent(t)
			s.assertExists(false)
			assertShares(t, server)
		})
	}
	s, server := appliedShare(t)
	s.harness = newHarness(t, server, values{"token": server.Token(), "endpoint": strings.Replace(server.URL, "127.0.0.1", "localhost", 1)})
	s.destroy().silent(t)
	assertShares(t, server)
}

// Terraform passes no private state to the deletion of a tainted share that is
// replaced, if the plan did not read it. The time of creation tells which share it is.
func TestTaintedShareThatWasNotRead(t *testing.T) {
	t.Parallel()
	s, server := appliedShare(t)
	here, other := s.harness, startServer(t)
	s.harness, s.private = newHarness(t, other), nil
	for _, there := range []string{"", "another share"} {
		if there != "" {
			other.PutShare(swrtest.Share{Namespace: "platform", Repository: "team/app", AccessDomain: "ACME", CreatorID: "other"})
		}
		s.private = nil
		s.destroy().assertError(t, "Unable to delete share platform/team/app/ACME", other.URL, "(unknown)", "The state was not changed.")
	}
	assertRequests(t, other, nil)
	s.refresh().assertError(t, "(unknown)")

	s.harness = here
	s.assertUnchanged(shareConfig)
	if got := s.recordedEndpoint(); got != server.URL {
		t.Errorf("%s is recorded instead of %s", got, server.URL)
	}
	s.private = nil
	s.destroy().silent(t)
	assertShares(t, server)
}

// The plan that replaces a tainted share passes on what was read before: where the
// share was seen, and that its create is pending.
func TestTaintedShareThatWasRead(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	server.SetVariants(func(v *swrtest.Variants) {
		v.ListDelay.Create, v.GetDelay.Create = swrtest.Delay{For: time.Minute}, swrtest.Delay{For: time.Minute}
	})
	s := newHarness(t, server).newShare()
	s.apply(shareConfig.with("timeouts", values{"create": "5s"})).assertWarning(t, "does not show yet")
	s.inOneRun()
	s.refresh()
	replacement := &instance{harness: s.harness, typeName: shareType}
	planned, err := s.PlanResourceChange(t.Context(), replacement.planRequest(shareConfig))
	s.must(err)
	if !bytes.Equal(planned.PlannedPrivate, s.private) || !bytes.Contains(s.private, []byte("in_doubt")) {
		t.Errorf("private state: %s; planned for the replacement: %s", s.private, planned.PlannedPrivate)
	}
}
