package swr_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// fault is one of the simulator's effects, and whether one of it is overcome.
type fault struct {
	effect swrtest.Behavior
	passes bool
}

// faults are all effects of the simulator.
func faults() []fault {
	return []fault{
		{swrtest.Status(400, "SVCSTG.SWR.4000014"), false},
		{swrtest.Status(401, "SVCSTG.SWR.4010000"), false},
		{swrtest.Status(403, "SVCSTG.SWR.4030001"), false},
		{swrtest.Status(404, ""), false},
		{swrtest.Status(404, "APIGW.0101"), false},
		{swrtest.Status(404, "SVCSTG.SWR.4040058"), false},
		{swrtest.Status(409, "SVCSTG.SWR.4090089"), false},
		{swrtest.Status(418, ""), false},
		{swrtest.Status(500, "SVCSTG.SWR.5000001"), true},
		{swrtest.Status(500, "").AfterEffect(), true},
		{swrtest.Status(502, ""), true},
		{swrtest.Status(503, ""), true},
		{swrtest.Status(503, "").AfterEffect(), true},
		{swrtest.Status(504, ""), true},
		{swrtest.Busy(), true},
		{swrtest.Throttle(), true},
		{swrtest.ThrottleSeconds(7), true},
		{swrtest.ThrottleDate(9 * time.Second), true},
		{swrtest.ThrottleForbidden(swrtest.CodeThrottledForbidden), true},
		{swrtest.ThrottleForbidden(swrtest.CodeThrottledForbidden2), true},
		{swrtest.HTMLPage(200), true},
		{swrtest.HTMLPage(200).AfterEffect(), true},
		{swrtest.HTMLPage(404), false},
		{swrtest.HTMLPage(503), true},
		{swrtest.HTMLPage(503).AfterEffect(), true},
		{swrtest.Redirect(302, "https://login.example/"), false},
		{swrtest.ResetBefore(), true},
		{swrtest.ResetAfter(), true},
		{swrtest.CloseMidResponse(), true},
		{swrtest.LatencyBefore(10 * time.Millisecond), true},
		{swrtest.LatencyAfter(10 * time.Millisecond), true},
		{swrtest.HangBefore(), true},
		{swrtest.HangAfter(), true},
		{swrtest.NullList(), false},
		{swrtest.NullList().AfterEffect(), false},
		{swrtest.WrongTypes(), false},
		{swrtest.WrongShape(), false},
		{swrtest.OtherShare(), false},
		{swrtest.OtherShare().AfterEffect(), false},
		{swrtest.SuccessWithError("SVCSTG.SWR.4040091"), false},
		{swrtest.SuccessWithError("SVCSTG.SWR.4040091").AfterEffect(), false},
		{swrtest.HugeBody(9 << 20), false},
		{swrtest.HugeBody(9 << 20).AfterEffect(), false},
	}
}

// operation is a call of the client, at one of whose requests the fault happens.
// It gives in words what it claims, checks that against what the service holds,
// and tells whether it succeeded.
type operation struct {
	name string
	kind swrtest.Operation
	call func(t *testing.T, ctx context.Context, b *bench) (claim string, ok bool)
}

var operations = []operation{
	{"create, at POST", swrtest.OpCreate, faultyCreate},
	{"create, at GET", swrtest.OpGet, faultyCreate},
	{"read, at list", swrtest.OpList, faultyFind},
	{"read, at GET", swrtest.OpGet, faultyFindByName},
	{"change, at PATCH", swrtest.OpUpdate, faultyChange},
	{"change, at GET", swrtest.OpGet, faultyChange},
	{"revoke, at DELETE", swrtest.OpDelete, faultyRevoke},
	{"revoke, at list", swrtest.OpList, faultyRevoke},
}

// Whatever goes wrong with whichever request, once or for ever: what a call
// claims is true of the service. With -v the outcomes are printed as a table in
// Markdown.
func TestFaultMatrix(t *testing.T) {
	var table strings.Builder
	fmt.Fprint(&table, "| fault |")
	for _, op := range operations {
		fmt.Fprintf(&table, " %s |", op.name)
	}
	fmt.Fprint(&table, "\n|---|"+strings.Repeat("---|", len(operations))+"\n")
	for _, f := range faults() {
		fmt.Fprintf(&table, "| %s |", f.effect)
		for _, op := range operations {
			once, ok := faulty(t, f, op, 1)
			if f.passes && !ok {
				t.Errorf("%s once, %s: %s; want it overcome", f.effect, op.name, once)
			}
			forEver, _ := faulty(t, f, op, 0)
			if once != forEver {
				once = "once: " + once + "; for ever: " + forEver
			}
			fmt.Fprintf(&table, " %s |", once)
		}
		table.WriteString("\n")
	}
	if testing.Verbose() {
		fmt.Println(table.String())
	}
}

// faulty plays a fault, so many times, at an operation.
func faulty(t *testing.T, f fault, op operation, times int) (claim string, ok bool) {
	t.Helper()
	t.Run(fmt.Sprintf("%s, %d times, %s", f.effect, times, op.name), func(t *testing.T) {
		b := start(t, nil, patience(f.effect))
		b.put(3)
		if strings.HasPrefix(op.name, "read") {
			b.put(100)
		}
		if !strings.HasPrefix(op.name, "create") {
			b.putAcme("old")
		}
		b.sim.Inject(swrtest.Fault{Operation: op.kind, Times: times, Behavior: f.effect})
		claim, ok = op.call(t, b.clock.within(t, b.ctx, 5*time.Minute), b)
	})
	return claim, ok
}

// failure gives an error in a word or two.
func failure(err error) string {
	if gone, ok := errors.AsType[*swr.Gone](err); ok {
		return fmt.Sprintf("gone (repository: %t)", gone.Repository)
	}
	failed, ok := errors.AsType[*swr.Error](err)
	switch {
	case !ok:
		return err.Error()
	case failed.Status != 0:
		return fmt.Sprintf("error “%s” (%d)", failed.Kind, failed.Status)
	default:
		return fmt.Sprintf("error “%s”", failed.Kind)
	}
}

func faultyCreate(t *testing.T, ctx context.Context, b *bench) (string, bool) {
	t.Helper()
	created, err := b.Create(ctx, acme, terms(t, "new"))
	there := b.holds(acme)
	if err == nil && created.Outcome != swr.Created {
		t.Errorf("presence %d without an error", created.Outcome)
	}
	switch created.Outcome {
	case swr.Created:
		b.expectHeld(t, acme, "new")
		expectShare(t, created.Share, "new")
		if err != nil {
			return "made, " + failure(err), false
		}
		return "made", true
	case swr.CreatedUnverified:
		if !there {
			t.Errorf("claimed, and not there: %v", err)
		}
		return "made, unconfirmed: " + failure(err), false
	case swr.Unknown:
		return fmt.Sprintf("in doubt (there: %t): %s", there, failure(err)), false
	default:
		if there {
			t.Errorf("there, and forgotten: %v", err)
		}
		return "not made: " + failure(err), false
	}
}

func faultyFind(t *testing.T, ctx context.Context, b *bench) (string, bool) {
	t.Helper()
	return find(t, ctx, b, account(7))
}

// faultyFindByName reads a share that stands beyond the first page.
func faultyFindByName(t *testing.T, ctx context.Context, b *bench) (string, bool) {
	t.Helper()
	return find(t, ctx, b, acme.AccessDomain)
}

func find(t *testing.T, ctx context.Context, b *bench, account string) (string, bool) {
	t.Helper()
	key := acme
	key.AccessDomain = account
	share, err := b.Get(ctx, key, b.Host())
	if _, gone := errors.AsType[*swr.Gone](err); gone {
		t.Errorf("there, and said to be gone: %v", err)
	}
	if err != nil {
		return failure(err), false
	}
	if share.Key() != key {
		t.Errorf("found %+v", share)
	}
	return "read", true
}

func faultyChange(t *testing.T, ctx context.Context, b *bench) (string, bool) {
	t.Helper()
	share, err := b.Update(ctx, acme, terms(t, "new"))
	if share != nil {
		b.expectHeld(t, acme, share.Description)
	}
	switch {
	case err == nil && share == nil:
		t.Error("neither a share nor an error")
		return "nothing", false
	case err == nil:
		b.expectHeld(t, acme, "new")
		return "changed", true
	case share != nil:
		return "not changed: " + failure(err), false
	default:
		held, _ := b.held(acme)
		return fmt.Sprintf("unknown (changed: %t): %s", held.Description == "new", failure(err)), false
	}
}

func faultyRevoke(t *testing.T, ctx context.Context, b *bench) (string, bool) {
	t.Helper()
	err := b.Delete(ctx, acme, b.Host())
	_, gone := errors.AsType[*swr.Gone](err)
	there := b.holds(acme)
	if (err == nil || gone) && there {
		t.Errorf("there, and said to be revoked: %v", err)
	}
	switch {
	case err == nil:
		return "revoked", true
	case there:
		return "not revoked: " + failure(err), false
	default:
		return "not known to be revoked: " + failure(err), false
	}
}
