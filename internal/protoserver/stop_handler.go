package protoserver

import (
	"context"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// stopping ends calls that begin after Terraform has told the provider to stop.
//
// The fault is terraform-plugin-framework's: a stop cancels the calls that are
// under way at that moment (internal/proto6server, StopProvider), and none that
// comes a moment later. Terraform begins some: after a Ctrl-C in that moment it
// waited for a silent service until all timeouts were over.
//
// It wraps the calls that wait for the service.
type stopHandler struct {
	frameworkServer
	now atomic.Pointer[stopSignal]
}

// run lasts until Terraform says stop. In debug mode one process serves several.
type stopSignal struct {
	over context.Context
	end  context.CancelFunc
}

func newStopHandler(served frameworkServer) *stopHandler {
	s := &stopHandler{frameworkServer: served}
	s.begin()
	return s
}

func (s *stopHandler) begin() {
	over, end := context.WithCancel(context.Background())
	s.now.Store(&stopSignal{over, end})
}

func (s *stopHandler) StopProvider(ctx context.Context, req *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	s.now.Load().end()
	return s.frameworkServer.StopProvider(ctx, req)
}

func (s *stopHandler) ConfigureProvider(ctx context.Context, req *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	if s.now.Load().over.Err() != nil {
		s.begin()
	}
	return s.frameworkServer.ConfigureProvider(ctx, req)
}

// ListResource gives a stream, which is still read when the call is over.
func (s *stopHandler) ListResource(ctx context.Context, req *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	ctx, end := s.untilStop(ctx)
	stream, err := s.frameworkServer.ListResource(ctx, req)
	return untilRead(stream, err, end)
}

func (s *stopHandler) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return withStop(ctx, s, req, s.frameworkServer.ReadResource)
}

func (s *stopHandler) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return withStop(ctx, s, req, s.frameworkServer.PlanResourceChange)
}

func (s *stopHandler) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return withStop(ctx, s, req, s.frameworkServer.ApplyResourceChange)
}

func (s *stopHandler) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return withStop(ctx, s, req, s.frameworkServer.ReadDataSource)
}

// beforeStop makes a call under a context that a stop ends too.
func withStop[Request, Response any](ctx context.Context, s *stopHandler, req Request, call func(context.Context, Request) (Response, error)) (Response, error) {
	ctx, end := s.untilStop(ctx)
	defer end()
	return call(ctx, req)
}

// untilStop gives a call's context, which a stop ends too.
func (s *stopHandler) untilStop(ctx context.Context) (_ context.Context, end func()) {
	ctx, cancel := context.WithCancel(ctx)
	over := s.now.Load().over
	release := context.AfterFunc(over, cancel) // soon
	if over.Err() != nil {
		cancel() // now
	}
	return ctx, func() {
		release()
		cancel()
	}
}
