package protoserver

import (
	"context"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// stopHandler cancels calls that begin after StopProvider.
//
// Upstream: StopProvider of terraform-plugin-framework v1.19.0 cancels the calls
// that are running, but not those that begin later. Terraform still begins calls
// after Ctrl-C, and then waits for a service that does not respond until all
// timeouts have passed. See Server.StopProvider in
// https://github.com/hashicorp/terraform-plugin-framework/blob/v1.19.0/internal/proto6server/serve.go.
// Once the framework cancels later calls too, this file can go.
//
// It implements the methods that wait for the service.
type stopHandler struct {
	frameworkServer
	stop atomic.Pointer[stopSignal]
}

// stopSignal is a context that is done once Terraform calls StopProvider. In debug
// mode one process serves several runs of Terraform, each with its own signal.
type stopSignal struct {
	context.Context
	cancel context.CancelFunc
}

func newStopHandler(server frameworkServer) *stopHandler {
	s := &stopHandler{frameworkServer: server}
	s.reset()
	return s
}

func (s *stopHandler) reset() {
	ctx, cancel := context.WithCancel(context.Background())
	s.stop.Store(&stopSignal{ctx, cancel})
}

func (s *stopHandler) StopProvider(ctx context.Context, req *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	s.stop.Load().cancel()
	return s.frameworkServer.StopProvider(ctx, req)
}

func (s *stopHandler) ConfigureProvider(ctx context.Context, req *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	if s.stop.Load().Err() != nil {
		s.reset()
	}
	return s.frameworkServer.ConfigureProvider(ctx, req)
}

// ListResource returns a stream, which is read after the method returns.
func (s *stopHandler) ListResource(ctx context.Context, req *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	ctx, cancel := s.stoppable(ctx)
	stream, err := s.frameworkServer.ListResource(ctx, req)
	if err != nil {
		cancel()
		return nil, err
	}
	stream.Results = untilRead(stream.Results, cancel)
	return stream, nil
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

// withStop makes a call under a context that StopProvider cancels.
func withStop[Req, Resp any](ctx context.Context, s *stopHandler, req Req, call method[Req, Resp]) (Resp, error) {
	ctx, cancel := s.stoppable(ctx)
	defer cancel()
	return call(ctx, req)
}

// stoppable returns a context that is canceled by StopProvider, or at once if
// Terraform has already called it.
func (s *stopHandler) stoppable(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := s.stop.Load()
	release := context.AfterFunc(stop, cancel)
	if stop.Err() != nil {
		cancel() // AfterFunc runs in a goroutine of its own, which may be late.
	}
	return ctx, func() {
		release()
		cancel()
	}
}
