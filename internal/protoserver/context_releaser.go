package protoserver

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// contextReleaser releases the context of each call when the call ends.
//
// Upstream: terraform-plugin-framework v1.19.0 keeps the context of every call
// until the provider stops, so that StopProvider can cancel it, and with the
// context its loggers: 50 kB a call, or 150 MB for a plan of 1,000 shares. See
// Server.registerContext in
// https://github.com/hashicorp/terraform-plugin-framework/blob/v1.19.0/internal/proto6server/serve.go.
// Once the framework removes contexts at the end of their calls, this file can go.
//
// Two things are needed. The framework gets a small context, which refers to the
// real one only during the call. And since the framework's list still grows by
// several entries a share, the list is emptied with StopProvider whenever no call
// is running. StopProvider cancels each call that is not counted, so this type
// implements every method of the protocol.
type contextReleaser struct {
	frameworkServer
	calls *callCounter
}

func newContextReleaser(server frameworkServer) contextReleaser {
	return contextReleaser{frameworkServer: server, calls: &callCounter{}}
}

// callCounter counts the calls that are running, and those that have ended since
// the framework's list was last emptied.
type callCounter struct {
	mu             sync.Mutex
	running, ended int
}

// releaseEvery is how many calls may end before the framework's list is emptied.
const releaseEvery = 500

// begin counts a call. It returns the context for the call, and a function that
// must be called when the call ends.
func (r contextReleaser) begin(ctx context.Context) (callCtx context.Context, end func()) {
	r.calls.mu.Lock()
	defer r.calls.mu.Unlock()
	r.calls.running++
	call := &callContext{}
	call.current.Store(&ctx)
	return call, func() {
		call.current.Store(&doneContext)
		r.end()
	}
}

// end counts the end of a call, and empties the framework's list if no call is
// running. The lock keeps calls from starting meanwhile.
func (r contextReleaser) end() {
	r.calls.mu.Lock()
	defer r.calls.mu.Unlock()
	r.calls.running--
	r.calls.ended++
	if r.calls.running > 0 || r.calls.ended < releaseEvery {
		return
	}
	r.calls.ended = 0
	// The framework never returns an error here. If it did, its list would be longer.
	_, _ = r.StopProvider(context.Background(), &tfprotov6.StopProviderRequest{})
}

// callContext is the context of one call: the real context during the call, and
// doneContext afterwards.
type callContext struct {
	current atomic.Pointer[context.Context]
}

func (c *callContext) Deadline() (deadline time.Time, ok bool) { return (*c.current.Load()).Deadline() }
func (c *callContext) Done() <-chan struct{}                   { return (*c.current.Load()).Done() }
func (c *callContext) Err() error                              { return (*c.current.Load()).Err() }
func (c *callContext) Value(key any) any                       { return (*c.current.Load()).Value(key) }

// doneContext is the context of all calls that have ended.
var doneContext = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// withCallContext makes a call under a context that is released when the call ends.
func withCallContext[Req, Resp any](ctx context.Context, r contextReleaser, req Req, call method[Req, Resp]) (Resp, error) {
	ctx, end := r.begin(ctx)
	defer end()
	return call(ctx, req)
}

// ConfigureProvider is counted, but keeps its context: the client that it creates
// may go on using the context.
func (r contextReleaser) ConfigureProvider(ctx context.Context, req *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	_, end := r.begin(ctx)
	defer end()
	return r.frameworkServer.ConfigureProvider(ctx, req)
}

// The three methods below return a stream, which is read after the method returns.

func (r contextReleaser) ListResource(ctx context.Context, req *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	ctx, end := r.begin(ctx)
	stream, err := r.frameworkServer.ListResource(ctx, req)
	if err != nil {
		end()
		return nil, err
	}
	stream.Results = untilRead(stream.Results, end)
	return stream, nil
}

func (r contextReleaser) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	ctx, end := r.begin(ctx)
	stream, err := r.frameworkServer.InvokeAction(ctx, req)
	if err != nil {
		end()
		return nil, err
	}
	stream.Events = untilRead(stream.Events, end)
	return stream, nil
}

func (r contextReleaser) ReadStateBytes(ctx context.Context, req *tfprotov6.ReadStateBytesRequest) (*tfprotov6.ReadStateBytesStream, error) {
	ctx, end := r.begin(ctx)
	stream, err := r.frameworkServer.ReadStateBytes(ctx, req)
	if err != nil {
		end()
		return nil, err
	}
	stream.Chunks = untilRead(stream.Chunks, end)
	return stream, nil
}

// All other methods return when the call ends.

func (r contextReleaser) GetMetadata(ctx context.Context, req *tfprotov6.GetMetadataRequest) (*tfprotov6.GetMetadataResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.GetMetadata)
}

func (r contextReleaser) GetProviderSchema(ctx context.Context, req *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.GetProviderSchema)
}

func (r contextReleaser) GetResourceIdentitySchemas(ctx context.Context, req *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.GetResourceIdentitySchemas)
}

func (r contextReleaser) ValidateProviderConfig(ctx context.Context, req *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.ValidateProviderConfig)
}

func (r contextReleaser) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.ValidateResourceConfig)
}

func (r contextReleaser) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.UpgradeResourceState)
}

func (r contextReleaser) UpgradeResourceIdentity(ctx context.Context, req *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.UpgradeResourceIdentity)
}

func (r contextReleaser) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.ReadResource)
}

func (r contextReleaser) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.PlanResourceChange)
}

func (r contextReleaser) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.ApplyResourceChange)
}

func (r contextReleaser) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.ImportResourceState)
}

func (r contextReleaser) MoveResourceState(ctx context.Context, req *tfprotov6.MoveResourceStateRequest) (*tfprotov6.MoveResourceStateResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.MoveResourceState)
}

func (r contextReleaser) GenerateResourceConfig(ctx context.Context, req *tfprotov6.GenerateResourceConfigRequest) (*tfprotov6.GenerateResourceConfigResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.GenerateResourceConfig)
}

func (r contextReleaser) ValidateDataResourceConfig(ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.ValidateDataResourceConfig)
}

func (r contextReleaser) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.ReadDataSource)
}

func (r contextReleaser) GetFunctions(ctx context.Context, req *tfprotov6.GetFunctionsRequest) (*tfprotov6.GetFunctionsResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.GetFunctions)
}

func (r contextReleaser) CallFunction(ctx context.Context, req *tfprotov6.CallFunctionRequest) (*tfprotov6.CallFunctionResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.CallFunction)
}

func (r contextReleaser) ValidateEphemeralResourceConfig(ctx context.Context, req *tfprotov6.ValidateEphemeralResourceConfigRequest) (*tfprotov6.ValidateEphemeralResourceConfigResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.ValidateEphemeralResourceConfig)
}

func (r contextReleaser) OpenEphemeralResource(ctx context.Context, req *tfprotov6.OpenEphemeralResourceRequest) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.OpenEphemeralResource)
}

func (r contextReleaser) RenewEphemeralResource(ctx context.Context, req *tfprotov6.RenewEphemeralResourceRequest) (*tfprotov6.RenewEphemeralResourceResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.RenewEphemeralResource)
}

func (r contextReleaser) CloseEphemeralResource(ctx context.Context, req *tfprotov6.CloseEphemeralResourceRequest) (*tfprotov6.CloseEphemeralResourceResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.CloseEphemeralResource)
}

func (r contextReleaser) ValidateListResourceConfig(ctx context.Context, req *tfprotov6.ValidateListResourceConfigRequest) (*tfprotov6.ValidateListResourceConfigResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.ValidateListResourceConfig)
}

func (r contextReleaser) ValidateActionConfig(ctx context.Context, req *tfprotov6.ValidateActionConfigRequest) (*tfprotov6.ValidateActionConfigResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.ValidateActionConfig)
}

func (r contextReleaser) PlanAction(ctx context.Context, req *tfprotov6.PlanActionRequest) (*tfprotov6.PlanActionResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.PlanAction)
}

func (r contextReleaser) ValidateStateStoreConfig(ctx context.Context, req *tfprotov6.ValidateStateStoreConfigRequest) (*tfprotov6.ValidateStateStoreConfigResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.ValidateStateStoreConfig)
}

func (r contextReleaser) ConfigureStateStore(ctx context.Context, req *tfprotov6.ConfigureStateStoreRequest) (*tfprotov6.ConfigureStateStoreResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.ConfigureStateStore)
}

func (r contextReleaser) WriteStateBytes(ctx context.Context, req *tfprotov6.WriteStateBytesStream) (*tfprotov6.WriteStateBytesResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.WriteStateBytes)
}

func (r contextReleaser) GetStates(ctx context.Context, req *tfprotov6.GetStatesRequest) (*tfprotov6.GetStatesResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.GetStates)
}

func (r contextReleaser) DeleteState(ctx context.Context, req *tfprotov6.DeleteStateRequest) (*tfprotov6.DeleteStateResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.DeleteState)
}

func (r contextReleaser) LockState(ctx context.Context, req *tfprotov6.LockStateRequest) (*tfprotov6.LockStateResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.LockState)
}

func (r contextReleaser) UnlockState(ctx context.Context, req *tfprotov6.UnlockStateRequest) (*tfprotov6.UnlockStateResponse, error) {
	return withCallContext(ctx, r, req, r.frameworkServer.UnlockState)
}
