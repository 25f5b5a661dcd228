package provider_test

import (
	"fmt"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

const (
	defaultParallelism = 10 // Terraform's
	// Where no connection is idle, Go's client opens one and takes the next that
	// becomes idle if that is sooner.
	connectionsPerCall = 2
)

// seedShares puts shares into the simulator, each repository's in turn, and
// returns the states that Terraform has of them.
func seedShares(server *swrtest.Server, count, repositories int) []values {
	states := make([]values, count)
	for n := range states {
		repository, account := fmt.Sprintf("team/app%02d", n%repositories), fmt.Sprintf("OTC-EU-DE-%020d", n)
		putShare(server, repository, account, "forever")
		states[n] = values{
			"id": "platform/" + repository + "/" + account, "namespace": "platform", "repository": repository, "access_domain": account,
			"permit": "read", "deadline": "forever", "description": "by hand",
		}
	}
	return states
}

// newShareIn returns a share with that state.
func (h *harness) newShareIn(state values) *instance {
	h.t.Helper()
	s := h.newShare()
	s.state = h.object(s.schema(), state)
	return s
}

// refreshAll reads the shares, that many at a time.
func (h *harness) refreshAll(states []values, parallelism int) {
	h.t.Helper()
	concurrently(len(states), parallelism, func(n int) {
		s := h.newShareIn(states[n])
		if d := s.refresh(); len(d.all()) > 0 || !s.exists() {
			h.t.Errorf("%s: %s", states[n]["id"], d)
		}
	})
}

// A refresh of a thousand shares is a handful of requests, over as many
// connections as are needed at once.
func TestRefreshRequests(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ shares, repositories, parallelism, most int }{
		{1000, 10, defaultParallelism, 3 * 10},
		{1000, 10, 30, 3 * 10},
		{1000, 2, defaultParallelism, 2 * 8}, // 500 a repository: 6 pages, and two reads by name
		{100, 50, defaultParallelism, 50},
		{100, 1, 1, 1},
	} {
		t.Run(fmt.Sprintf("%+v", test), func(t *testing.T) {
			t.Parallel()
			server := swrtest.Start(t)
			states := seedShares(server, test.shares, test.repositories)
			newHarness(t, server).inOneRun().refreshAll(states, test.parallelism)
			if got := server.Count(); got > test.most {
				t.Errorf("%d requests instead of at most %d: %v", got, test.most, server.Counts())
			}
			if got := server.Connections(); got > connectionsPerCall*test.parallelism {
				t.Errorf("%d connections for %d reads at a time", got, test.parallelism)
			}
		})
	}
}

// A new share is created and read back: two requests, and one list a repository.
// All that Terraform creates at a time share their connections, and the login.
func TestCreateRequests(t *testing.T) {
	t.Parallel()
	for _, parallelism := range []int{defaultParallelism, 30} {
		t.Run(fmt.Sprint(parallelism), func(t *testing.T) {
			t.Parallel()
			const count = 200
			server := startServer(t)
			for n := range parallelism {
				server.AddRepository("platform", fmt.Sprintf("team/app%02d", n))
			}
			h := newHarness(t, server, passwordBlock(server)).inOneRun()
			concurrently(count, parallelism, func(n int) {
				config := shareConfig.with("repository", fmt.Sprintf("team/app%02d", n%parallelism)).with("access_domain", fmt.Sprintf("ACCOUNT-%d", n))
				if d := h.newShare().apply(config); len(d.all()) > 0 {
					t.Error(d)
				}
			})
			if got := server.Count(swrtest.OpLogin); got != 1 {
				t.Errorf("%d logins", got)
			}
			if got := server.Count() - 1; got > 2*count+parallelism {
				t.Errorf("%d requests for %d shares: %v", got, count, server.Counts())
			}
			if got := server.Connections(); got > connectionsPerCall*parallelism {
				t.Errorf("%d connections for %d shares at a time", got, parallelism)
			}
			if got := len(server.AllShares()); got != count {
				t.Errorf("%d shares", got)
			}
		})
	}
}

// Compressed responses are accepted and decoded, and every request says who
// sends it.
func TestRequestHeaders(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t, withVariant(t, "gzip"))
	states := seedShares(server, 100, 1)
	newHarness(t, server).inOneRun().refreshAll(states[42:43], 1)
	header := server.Requests()[0].Header
	if encoding, agent := header.Get("Accept-Encoding"), header.Get("User-Agent"); encoding != "gzip" || agent != "terraform-provider-swr/test" {
		t.Errorf("Accept-Encoding is %q, User-Agent %q", encoding, agent)
	}
}

// A plan of an exclusive resource lists its repository once, in its refresh or if it
// is new. A list of several pages is one that was read twice; see [swr.Client.List].
func TestExclusiveRequests(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name                      string
		count, declared, requests int
		isNew                     bool
	}{
		{"unchanged", 50, 50, 1, false},
		{"revoking", 50, 49, 1, false},
		{"new", 50, 49, 1, true},
		{"unchanged, three pages", 250, 250, 2 * 3, false},
		{"revoking, three pages", 250, 249, 2 * 3, false},
		{"new, three pages", 250, 249, 2 * 3, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := swrtest.Start(t)
			var accounts []string
			for _, state := range seedShares(server, test.count, 1) {
				accounts = append(accounts, fmt.Sprint(state["access_domain"]))
			}
			names := values{"namespace": "platform", "repository": "team/app00"}
			e := newHarness(t, server).newExclusive()
			e.apply(names.with("access_domains", list(accounts...))).silent(t)
			e.harness = newHarness(t, server).inOneRun()
			if test.isNew {
				e.state, e.private = nil, nil
			}
			server.ResetRequests()
			e.plan(names.with("access_domains", list(accounts[:test.declared]...))).ok(t)
			if server.Count(swrtest.OpList) != test.requests || server.Count() != test.requests {
				t.Errorf("%v instead of %d requests", server.Counts(), test.requests)
			}
		})
	}
}
