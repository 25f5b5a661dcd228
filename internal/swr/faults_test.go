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

var throttled = swrtest.ThrottleSeconds(7)

// faults are one behavior for each combination of effect and response, and
// whether a single one of it is overcome.
var faults = []struct {
	behavior swrtest.Behavior
	overcome bool
}{
	{swrtest.Status(401, "SVCSTG.SWR.4010000"), false},
	{swrtest.Status(404, ""), false},
	{swrtest.Status(404, "SVCSTG.SWR.4040058"), false},
	{swrtest.Status(409, "SVCSTG.SWR.4090089"), false},
	{swrtest.Status(418, ""), false},
	{swrtest.Status(500, "SVCSTG.SWR.5000001"), true},
	{swrtest.Status(503, "").AfterEffect(), true},
	{swrtest.Status(504, ""), true},
	{swrtest.Busy(), true},
	{throttled, true},
	{swrtest.HTMLPage(200), true},
	{swrtest.HTMLPage(200).AfterEffect(), true},
	{swrtest.HTMLPage(404), false},
	{swrtest.Redirect(302, "https://login.example/"), false},
	{swrtest.ResetBefore(), true},
	{swrtest.ResetAfter(), true},
	{swrtest.CloseMidResponse(), true},
	{swrtest.HangAfter(), true},
	{swrtest.OtherShare(), false},
	{swrtest.OtherShare().AfterEffect(), false},
	{swrtest.SuccessWithError("SVCSTG.SWR.4040091"), false},
	{swrtest.SuccessWithError("SVCSTG.SWR.4040091").AfterEffect(), false},
}

// operations are calls of the client, and the request at which the fault happens.
// call checks what the client reports against what the service has, and returns
// whether it succeeded.
var operations = []struct {
	name string
	op   swrtest.Operation
	call func(t *testing.T, ctx context.Context, f *fixture) (ok bool)
}{
	{"create, at POST", swrtest.OpCreate, checkCreate},
	{"create, at GET", swrtest.OpGet, checkCreate},
	{"read, at list", swrtest.OpList, func(t *testing.T, ctx context.Context, f *fixture) bool { return checkGet(t, ctx, f, account(7)) }},
	{"read, at GET", swrtest.OpGet, func(t *testing.T, ctx context.Context, f *fixture) bool {
		return checkGet(t, ctx, f, acme.AccessDomain)
	}},
	{"update, at PATCH", swrtest.OpUpdate, checkUpdate},
	{"update, at GET", swrtest.OpGet, checkUpdate},
	{"delete, at DELETE", swrtest.OpDelete, checkDelete},
	{"delete, at list", swrtest.OpList, checkDelete},
}

// Whatever goes wrong with whichever request, once or always: what a call reports
// is true of the service.
func TestFaultMatrix(t *testing.T) {
	for _, fault := range faults {
		for _, operation := range operations {
			often := 0 // always
			if fault.behavior.String() == throttled.String() {
				often = 60 // to the end of the operation, but not of its grace period, which is real time
			}
			for _, times := range []int{1, often} {
				t.Run(fmt.Sprintf("%s, %d times, %s", fault.behavior, times, operation.name), func(t *testing.T) {
					f := newFixture(t, nil, requestTimeout(fault.behavior), swr.WithMaxRetries(2))
					f.putShares(3)
					if strings.HasPrefix(operation.name, "read") {
						f.putShares(100) // so that acme is beyond the first page
					}
					if !strings.HasPrefix(operation.name, "create") {
						f.putAcme("old")
					}
					f.sim.Inject(swrtest.Fault{Operation: operation.op, Times: times, Behavior: fault.behavior})
					ok := operation.call(t, f.clock.withTimeout(t, f.ctx, 5*time.Minute), f)
					if fault.overcome && times == 1 && !ok {
						t.Error("it was not overcome")
					}
				})
			}
		}
	}
}

func checkCreate(t *testing.T, ctx context.Context, f *fixture) bool {
	t.Helper()
	created, err := f.Create(ctx, acme, testSpec(t, "new"))
	there := f.has(acme)
	if err == nil && created.Outcome != swr.Created {
		t.Errorf("outcome %d without an error", created.Outcome)
	}
	switch created.Outcome {
	case swr.Created:
		f.expectStored(t, acme, "new")
		expectShare(t, created.Share, "new")
	case swr.CreatedUnverified:
		if !there {
			t.Errorf("reported, but not there: %v", err)
		}
	case swr.NotCreated:
		if there {
			t.Errorf("there, but not reported: %v", err)
		}
	}
	return err == nil
}

func checkGet(t *testing.T, ctx context.Context, f *fixture, account string) bool {
	t.Helper()
	key := acme
	key.AccessDomain = account
	share, err := f.Get(ctx, key, f.here())
	if _, gone := errors.AsType[*swr.Gone](err); gone {
		t.Errorf("there, but reported as gone: %v", err)
	}
	if err == nil && share.Key() != key {
		t.Errorf("%+v", share)
	}
	return err == nil
}

func checkUpdate(t *testing.T, ctx context.Context, f *fixture) bool {
	t.Helper()
	share, err := f.Update(ctx, acme, testSpec(t, "new"), swr.LastSeen{})
	if share != nil {
		f.expectStored(t, acme, share.Description)
	}
	if err == nil {
		f.expectStored(t, acme, "new")
	}
	return err == nil && share != nil
}

func checkDelete(t *testing.T, ctx context.Context, f *fixture) bool {
	t.Helper()
	err := f.Delete(ctx, acme, f.here())
	_, gone := errors.AsType[*swr.Gone](err)
	if (err == nil || gone) && f.has(acme) {
		t.Errorf("there, but reported as deleted: %v", err)
	}
	return err == nil
}
