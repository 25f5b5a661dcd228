package lean

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
			// stop.go can go.
			seen = nil
			if endedAfterStop(t, providerserver.NewProtocol6(watched)(), &seen, calls[name]) {
				t.Error("the framework has ended the context")
			}
		})
	}
}
