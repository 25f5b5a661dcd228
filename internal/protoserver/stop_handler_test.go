package protoserver

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// endedAfterStop tells whether the context of a call that begins after a stop has
// ended.
func endedAfterStop(t *testing.T, served tfprotov6.ProviderServer, seen *error, call func(context.Context, tfprotov6.ProviderServer) error) bool {
	t.Helper()
	if _, err := served.StopProvider(t.Context(), &tfprotov6.StopProviderRequest{}); err != nil {
		t.Fatal(err)
	}
	if err := call(t.Context(), served); err != nil {
		t.Fatal(err)
	}
	return *seen != nil
}

func TestNothingBeginsAfterAStop(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"ReadResource", "PlanResourceChange", "ApplyResourceChange", "ReadDataSource"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var seen error
			watched := stub{during: func(ctx context.Context) { seen = context.Cause(ctx) }}
			if !endedAfterStop(t, newServer(t, watched), &seen, calls[name]) {
				t.Error("its context has not ended")
			}
			// If this fails, the framework ends these calls by itself, and
			// stop_handler.go can go.
			seen = nil
			if endedAfterStop(t, providerserver.NewProtocol6(watched)(), &seen, calls[name]) {
				t.Error("the framework has ended the context")
			}
		})
	}
}

// A list is read after its call is over, and a stop ends that, too.
func TestStopEndsAList(t *testing.T) {
	t.Parallel()
	var seen context.Context
	served := newStopHandler(lister{list: func(ctx context.Context) { seen = ctx }})
	stream, err := served.ListResource(t.Context(), &tfprotov6.ListResourceRequest{})
	if err != nil || seen.Err() != nil {
		t.Fatal(err, seen.Err())
	}
	served.now.Load().end()
	<-seen.Done()
	for range stream.Results {
		t.Error("a result")
	}
	if _, err := served.ListResource(t.Context(), &tfprotov6.ListResourceRequest{}); err != nil || seen.Err() == nil {
		t.Errorf("%v; a list that begins after a stop has not ended", err)
	}

	// In debug mode the next run of Terraform meets the same process.
	if _, err := served.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{}); err != nil {
		t.Fatal(err)
	}
	stream, err = served.ListResource(t.Context(), &tfprotov6.ListResourceRequest{})
	if err != nil || seen.Err() != nil {
		t.Errorf("%v, %v: the next run can't list", err, seen.Err())
	}
	for range stream.Results {
		t.Error("a result")
	}
	if seen.Err() == nil {
		t.Error("the context outlives the list")
	}
}

// lister answers nothing but lists, which are empty.
type lister struct {
	frameworkServer
	list func(context.Context)
}

func (l lister) ListResource(ctx context.Context, _ *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	l.list(ctx)
	return &tfprotov6.ListResourceServerStream{Results: func(func(tfprotov6.ListResourceResult) bool) {}}, nil
}

func (lister) ConfigureProvider(context.Context, *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return &tfprotov6.ConfigureProviderResponse{}, nil
}
