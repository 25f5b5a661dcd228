package lean

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// stopping ends calls that begin when Terraform has told the provider to stop.
//
// The fault is terraform-plugin-framework's: a stop cancels the calls that are
// under way at that moment (internal/proto6server, StopProvider), and none that
// comes a moment later. Terraform begins some: after a Ctrl-C in that moment it
// waited for a silent service until all timeouts were over.
//
// It wraps the calls that wait for the service.
type stopping struct {
	everyCall
	stopped context.Context
	stop    context.CancelFunc
}

func newStopping(served everyCall) stopping {
	stopped, stop := context.WithCancel(context.Background())
	return stopping{everyCall: served, stopped: stopped, stop: stop}
}

func (s stopping) StopProvider(ctx context.Context, req *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	s.stop()
	return s.everyCall.StopProvider(ctx, req)
}

func (s stopping) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	ctx, end := s.untilStop(ctx)
	defer end()
	return s.everyCall.ReadResource(ctx, req)
}

func (s stopping) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	ctx, end := s.untilStop(ctx)
	defer end()
	return s.everyCall.PlanResourceChange(ctx, req)
}

func (s stopping) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	ctx, end := s.untilStop(ctx)
	defer end()
	return s.everyCall.ApplyResourceChange(ctx, req)
}

func (s stopping) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	ctx, end := s.untilStop(ctx)
	defer end()
	return s.everyCall.ReadDataSource(ctx, req)
}

// untilStop gives a call's context, which a stop ends too.
func (s stopping) untilStop(ctx context.Context) (_ context.Context, end func()) {
	ctx, cancel := context.WithCancel(ctx)
	release := context.AfterFunc(s.stopped, cancel) // soon
	if s.stopped.Err() != nil {
		cancel() // now
	}
	return ctx, func() {
		release()
		cancel()
	}
}
