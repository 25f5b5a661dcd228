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
		var err error
		provider := stubProvider{onCall: func(ctx context.Context) { err = ctx.Err() }}
		callAfterStop := func(server tfprotov6.ProviderServer) error {
			invoke(t.Context(), t, server, "StopProvider")
			invoke(t.Context(), t, server, method)
			return err
		}
		if callAfterStop(newServer(t, provider)) == nil {
			t.Errorf("%s: the context of a call that begins after StopProvider is not canceled", method)
		}
		if callAfterStop(providerserver.NewProtocol6(provider)()) != nil {
			t.Log("The framework cancels calls after StopProvider: stop_handler.go can go.")
		}
	}
}

// StopProvider also cancels a list whose stream is still read after the call.
func TestStopCancelsList(t *testing.T) {
	t.Parallel()
	var listCtx context.Context
	server := newStopHandler(listServer{newFrameworkServer(t), func(ctx context.Context) { listCtx = ctx }})
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

// listServer lists nothing.
type listServer struct {
	frameworkServer
	onList func(context.Context)
}

func (s listServer) ListResource(ctx context.Context, _ *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	s.onList(ctx)
	return &tfprotov6.ListResourceServerStream{Results: tfprotov6.NoListResults}, nil
}
