package protoserver

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// everyCall is all that the framework's server answers. The last three are
// optional in the protocol's library, for now: a wrapper that lacked one would
// take it away from Terraform.
type frameworkServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

// forgetful lets go of each call's context when the call is over.
//
// The fault is terraform-plugin-framework's: its server notes the context of
// every call, so that a stop can cancel it (internal/proto6server,
// registerContext), and strikes none from the list before the provider stops.
// With each context go its loggers, 50 kB a call: 150 MB for the plan of a
// thousand shares.
//
// It wraps the calls that Terraform makes once for each resource or data source.
// The others, made once a run or so, are the framework's own. What remains on the
// list is small, but there are several entries a share: whenever no call is under
// way, a stop, which then stops nothing, empties the list.
type contextReleaser struct {
	frameworkServer
	calls *callCounter
}

func newContextReleaser(served frameworkServer) contextReleaser {
	return contextReleaser{frameworkServer: served, calls: &callCounter{}}
}

// tally counts calls.
type callCounter struct {
	mu      sync.Mutex
	running int
	ended   int // since the list was last emptied
}

// manyEnded is how many calls may leave an entry on the framework's list.
const releaseEvery = 500

func (f contextReleaser) begin() {
	f.calls.mu.Lock()
	defer f.calls.mu.Unlock()
	f.calls.running++
}

// end empties the list if no call is under way; none begins meanwhile.
func (f contextReleaser) end() {
	f.calls.mu.Lock()
	defer f.calls.mu.Unlock()
	f.calls.running--
	f.calls.ended++
	if f.calls.running > 0 || f.calls.ended < releaseEvery {
		return
	}
	f.calls.ended = 0
	// It has no way to fail, and if it had: the list would be longer.
	_, _ = f.StopProvider(context.Background(), &tfprotov6.StopProviderRequest{})
}

func (f contextReleaser) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return withCallContext(ctx, f, req, f.frameworkServer.ValidateResourceConfig)
}

func (f contextReleaser) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return withCallContext(ctx, f, req, f.frameworkServer.UpgradeResourceState)
}

func (f contextReleaser) UpgradeResourceIdentity(ctx context.Context, req *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return withCallContext(ctx, f, req, f.frameworkServer.UpgradeResourceIdentity)
}

func (f contextReleaser) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return withCallContext(ctx, f, req, f.frameworkServer.ReadResource)
}

func (f contextReleaser) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return withCallContext(ctx, f, req, f.frameworkServer.PlanResourceChange)
}

func (f contextReleaser) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return withCallContext(ctx, f, req, f.frameworkServer.ApplyResourceChange)
}

func (f contextReleaser) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return withCallContext(ctx, f, req, f.frameworkServer.ImportResourceState)
}

func (f contextReleaser) MoveResourceState(ctx context.Context, req *tfprotov6.MoveResourceStateRequest) (*tfprotov6.MoveResourceStateResponse, error) {
	return withCallContext(ctx, f, req, f.frameworkServer.MoveResourceState)
}

func (f contextReleaser) ValidateDataResourceConfig(ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return withCallContext(ctx, f, req, f.frameworkServer.ValidateDataResourceConfig)
}

func (f contextReleaser) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return withCallContext(ctx, f, req, f.frameworkServer.ReadDataSource)
}

// ConfigureProvider only counts: what it makes may go on under its context.
func (f contextReleaser) ConfigureProvider(ctx context.Context, req *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	f.begin()
	defer f.end()
	return f.frameworkServer.ConfigureProvider(ctx, req)
}

// ListResource only counts: its stream is still read, under its context, when the
// call is over.
func (f contextReleaser) ListResource(ctx context.Context, req *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	f.begin()
	stream, err := f.frameworkServer.ListResource(ctx, req)
	return untilRead(stream, err, f.end)
}

// during makes a call under a context that lasts as long as the call.
func withCallContext[Request, Response any](ctx context.Context, f contextReleaser, req Request, call func(context.Context, Request) (Response, error)) (Response, error) {
	f.begin()
	defer f.end()
	own := &callContext{}
	own.real.Store(&ctx)
	defer own.real.Store(nil)
	return call(own, req)
}

// callContext is the context of one call. While the call lasts it is the real one
// in all respects, so that what cancels that cancels the call; afterwards it is
// a small one that has ended.
type callContext struct {
	real atomic.Pointer[context.Context]
}

func (c *callContext) Deadline() (deadline time.Time, ok bool) { return c.current().Deadline() }
func (c *callContext) Done() <-chan struct{}                   { return c.current().Done() }
func (c *callContext) Err() error                              { return c.current().Err() }
func (c *callContext) Value(key any) any                       { return c.current().Value(key) }

func (c *callContext) current() context.Context {
	if real := c.real.Load(); real != nil {
		return *real
	}
	return doneContext
}

// over is the context of all calls that have ended.
var doneContext = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()
