package protoserver

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

func TestCallsAfterStopAreCanceled(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"ReadResource", "PlanResourceChange", "ApplyResourceChange", "ReadDataSource"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			canceled := func(newServer func(stubProvider) tfprotov6.ProviderServer) bool {
				var err error
				server := newServer(stubProvider{onCall: func(ctx context.Context) { err = ctx.Err() }})
				invoke(t.Context(), t, server, "StopProvider")
				invoke(t.Context(), t, server, method)
				return err != nil
			}
			if !canceled(func(p stubProvider) tfprotov6.ProviderServer { return newServer(t, p) }) {
				t.Error("the context of a call that begins after StopProvider is not canceled")
			}
			if canceled(func(p stubProvider) tfprotov6.ProviderServer { return providerserver.NewProtocol6(p)() }) {
				t.Log("The framework cancels calls after StopProvider: stop_handler.go can go.")
			}
		})
	}
}

// StopProvider also cancels a list whose stream is still read after the call.
func TestStopCancelsList(t *testing.T) {
	t.Parallel()
	var listCtx context.Context
	server := newStopHandler(listServer{onList: func(ctx context.Context) { listCtx = ctx }})
	list := func() *tfprotov6.ListResourceServerStream {
		stream, err := server.ListResource(t.Context(), &tfprotov6.ListResourceRequest{})
		if err != nil {
			t.Fatal(err)
		}
		return stream
	}

	if list(); listCtx.Err() != nil {
		t.Error("a list is canceled before StopProvider")
	}
	invoke(t.Context(), t, server, "StopProvider")
	<-listCtx.Done()
	if list(); listCtx.Err() == nil {
		t.Error("a list that begins after StopProvider is not canceled")
	}

	// In debug mode the next run of Terraform uses the same process.
	invoke(t.Context(), t, server, "ConfigureProvider")
	stream := list()
	if listCtx.Err() != nil {
		t.Error("a list of the next run is canceled")
	}
	for range stream.Results {
		t.Error("a result, want none")
	}
	if listCtx.Err() == nil {
		t.Error("the context of a list is not released once the list was read")
	}
}

// listServer implements what TestStopCancelsList calls.
type listServer struct {
	frameworkServer
	onList func(context.Context)
}

func (s listServer) ListResource(ctx context.Context, _ *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	s.onList(ctx)
	return &tfprotov6.ListResourceServerStream{Results: tfprotov6.NoListResults}, nil
}

func (listServer) ConfigureProvider(context.Context, *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

func (listServer) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}
