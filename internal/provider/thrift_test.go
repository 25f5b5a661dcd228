package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

const (
	parallelism = 10 // Terraform's
	// spare: where no connection is idle, Go's client opens one and takes the
	// next that becomes idle if that is sooner.
	spare = 2
)

// seedShares puts shares into the simulator, each repository's in turn, and gives
// the states that Terraform has of them.
func seedShares(server *swrtest.Server, count, repositories int) []values {
	states := make([]values, count)
	for n := range states {
		repository, account := fmt.Sprintf("team/app%02d", n%repositories), fmt.Sprintf("OTC-EU-DE-%020d", n)
		byHand(server, repository, account, "forever")
		states[n] = values{
			"id": "platform/" + repository + "/" + account, "namespace": "platform", "repository": repository, "access_domain": account,
			"permit": "read", "deadline": "forever", "description": "by hand",
		}
	}
	return states
}

// refresh reads a share as Terraform does.
func (p *protocol) refresh(state values) {
	read, err := p.ReadResource(p.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: shareType, CurrentState: p.object(p.schemas.ResourceSchemas[shareType], state),
	})
	if err != nil {
		p.t.Error(err)
		return
	}
	for _, d := range read.Diagnostics {
		p.t.Errorf("%s: %s", d.Summary, d.Detail)
	}
	if null, err := read.NewState.IsNull(); err != nil || null {
		p.t.Errorf("%s: the state is gone (%v)", state["id"], err)
	}
}

// A refresh of a thousand shares is a handful of requests, over as many
// connections as are needed at once.
func TestThriftRefresh(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ shares, repositories, parallelism, most int }{
		{1000, 10, parallelism, 3 * 10},
		{1000, 10, 30, 3 * 10},
		{1000, 2, parallelism, 2 * 8}, // 500 a repository: 6 pages, and two looks by name
		{100, 50, parallelism, 50},
		{100, 1, 1, 1},
	} {
		t.Run(fmt.Sprintf("%+v", test), func(t *testing.T) {
			t.Parallel()
			server := swrtest.Start(t)
			states := seedShares(server, test.shares, test.repositories)
			p := newProtocol(t, server)
			atOnce(len(states), test.parallelism, func(n int) { p.refresh(states[n]) })
			if got := server.Count(); got > test.most {
				t.Errorf("%d requests instead of at most %d: %v", got, test.most, server.Counts())
			}
			if got := server.Connections(); got > spare*test.parallelism {
				t.Errorf("%d connections for %d reads at a time", got, test.parallelism)
			}
		})
	}
}

// One managed share among hundreds does not cost paging through all of them.
func TestThriftRefreshOfOneAmongMany(t *testing.T) {
	t.Parallel()
	for _, variant := range []string{"", "list-ignores-paging", "list-refuses-paging"} {
		server := swrtest.Start(t)
		if variant != "" {
			named, ok := swrtest.VariantByName(variant)
			if !ok {
				t.Fatalf("there is no variant %q", variant)
			}
			server.SetVariants(named.Apply)
		}
		states := seedShares(server, 450, 1)
		for _, n := range []int{0, 99, 100, 449} {
			p := newProtocol(t, server)
			server.ResetRequests()
			p.refresh(states[n])
			if got := server.Count(); got > 5 {
				t.Errorf("%q: %d requests for share %d of 450: %v", variant, got, n, server.Counts())
			}
		}
	}
}

// A new share is made and read back: two requests. All that Terraform makes at
// a time share their connections, and the login.
func TestThriftApply(t *testing.T) {
	t.Parallel()
	for _, parallelism := range []int{parallelism, 30} {
		t.Run(fmt.Sprint(parallelism), func(t *testing.T) {
			t.Parallel()
			apply(t, 200, parallelism)
		})
	}
}

func apply(t *testing.T, count, parallelism int) {
	t.Helper()
	server := swrtest.Start(t)
	for n := range parallelism {
		server.AddRepository("platform", fmt.Sprintf("team/app%02d", n))
	}
	user := server.AddUser(swrtest.User{Name: "someone", Password: "secret"})
	w := newWorld(t, server, map[string]any{
		"auth_url": server.IAMURL, "user_name": user.Name, "password": user.Password, "domain_name": user.DomainName, "project_name": user.Projects[0].Name,
	})
	schema := w.schemas.ResourceSchemas[shareType]
	none := w.value(schema.ValueType(), tftypes.NewValue(schema.ValueType(), nil))
	atOnce(count, parallelism, func(n int) {
		config := values{
			"namespace": "platform", "repository": fmt.Sprintf("team/app%02d", n%parallelism), "access_domain": fmt.Sprintf("ACCOUNT-%d", n), "deadline": "forever",
		}
		req := w.planRequest(config, values{})
		req.PriorState, req.PriorPrivate = none, nil
		plan, err := w.PlanResourceChange(t.Context(), req)
		if err != nil || len(plan.Diagnostics) > 0 {
			t.Errorf("%v: %+v", err, plan)
			return
		}
		applied, err := w.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
			TypeName: shareType, Config: req.Config, PriorState: none, PlannedState: plan.PlannedState, PlannedPrivate: plan.PlannedPrivate,
		})
		if err != nil || len(applied.Diagnostics) > 0 {
			t.Errorf("%v: %+v", err, applied)
		}
	})
	if got := server.Count(swrtest.OpLogin); got != 1 {
		t.Errorf("%d logins", got)
	}
	if got := server.Count() - 1; float64(got) > 2.1*float64(count) {
		t.Errorf("%d requests for %d shares: %v", got, count, server.Counts())
	}
	if got := server.Connections(); got > spare*parallelism {
		t.Errorf("%d connections for %d shares at a time", got, parallelism)
	}
	if got := len(server.AllShares()); got != count {
		t.Errorf("%d shares", got)
	}
}

// Compressed answers are asked for and understood.
func TestThriftCompression(t *testing.T) {
	t.Parallel()
	named, ok := swrtest.VariantByName("gzip")
	if !ok {
		t.Fatal("there is no such variant")
	}
	server := swrtest.Start(t, swrtest.WithVariants(named.Apply))
	states := seedShares(server, 100, 1)
	p := newProtocol(t, server)
	p.refresh(states[42])
	if got := server.Requests()[0].Header.Get("Accept-Encoding"); got != "gzip" {
		t.Errorf("Accept-Encoding is %q", got)
	}
}
