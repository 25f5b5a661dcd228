package protoserver

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"testing"
	"time"
	"weak"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

type ctxKey struct{}

// holdsContext reports whether a server still refers to the context of a call
// after the call has ended.
func holdsContext(t *testing.T, server any, method string) bool {
	t.Helper()
	value := new([1 << 10]byte)
	ref := weak.Make(value)
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), ctxKey{}, value))
	invoke(ctx, t, server, method)
	cancel() // as gRPC does when the call ends
	runtime.GC()
	runtime.GC()
	runtime.KeepAlive(server)
	return ref.Value() != nil
}

// A call that is not counted is canceled by the StopProvider that empties the
// framework's list. The methods are found by reflection: one that a later version of
// the framework adds fails this test until contextReleaser implements it.
func TestEveryCallIsCountedAndReleased(t *testing.T) {
	notCounted := map[string]string{"StopProvider": "it is what empties the list"}
	notReleased := map[string]string{"ConfigureProvider": "the client may go on using the context"}
	framework := newFrameworkServer(t)
	frameworkHolds := false
	for method := range reflect.TypeOf(framework).Methods() {
		if notCounted[method.Name] != "" {
			continue
		}
		releaser := newContextReleaser(framework)
		if holdsContext(t, releaser, method.Name) && notReleased[method.Name] == "" {
			t.Errorf("%s: the context is still held after the call", method.Name)
		}
		if calls := releaser.calls; calls.running != 0 || calls.ended != 1 {
			t.Errorf("%s: %d calls running and %d ended, want 0 and 1", method.Name, calls.running, calls.ended)
		}
		frameworkHolds = frameworkHolds || holdsContext(t, framework, method.Name)
	}
	if !frameworkHolds {
		t.Log("The framework no longer holds contexts: context_releaser.go can go.")
	}
}

// The framework's list does not grow with the number of calls.
func TestMemoryDoesNotGrow(t *testing.T) {
	const calls, limit = 20_000, 20_000 * 20
	growth := func(server tfprotov6.ProviderServer) int64 {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for range calls {
			ctx, cancel := context.WithCancel(t.Context())
			if _, err := server.ReadResource(ctx, &tfprotov6.ReadResourceRequest{}); err != nil {
				t.Fatal(err)
			}
			cancel()
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(server)
		return int64(after.HeapAlloc) - int64(before.HeapAlloc)
	}
	if bytes := growth(newServer(t, stubProvider{})); bytes > limit {
		t.Errorf("%d calls leave %d bytes behind, want at most %d", calls, bytes, limit)
	}
	if growth(providerserver.NewProtocol6(stubProvider{})()) < limit {
		t.Log("The framework no longer lists all calls: context_releaser.go need not empty the list.")
	}
}

// The list is not emptied while a call is running, and a call that is running can
// still be canceled by Terraform.
func TestCancellationDuringACall(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		disturb func(tfprotov6.ProviderServer, context.CancelFunc)
		want    error
	}{
		"other calls end": {func(server tfprotov6.ProviderServer, _ context.CancelFunc) {
			for range 3 * releaseEvery {
				invoke(t.Context(), t, server, "ReadDataSource")
			}
		}, nil},
		"the protocol cancels": {func(_ tfprotov6.ProviderServer, cancel context.CancelFunc) { cancel() }, context.Canceled},
		"StopProvider": {func(server tfprotov6.ProviderServer, _ context.CancelFunc) {
			invoke(context.Background(), t, server, "StopProvider")
		}, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			started, disturbed := make(chan struct{}), make(chan struct{})
			server := newServer(t, stubProvider{onCall: func(ctx context.Context) {
				if ctx.Value(ctxKey{}) == nil {
					return // another call
				}
				close(started)
				<-disturbed
				if test.want != nil {
					<-ctx.Done()
				}
				if err := ctx.Err(); !errors.Is(err, test.want) {
					t.Errorf("the context of the call returns %v, want %v", err, test.want)
				}
			}})
			ctx, cancel := context.WithCancel(context.WithValue(t.Context(), ctxKey{}, "this call"))
			defer cancel()
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				invoke(ctx, t, server, "ApplyResourceChange")
			}()
			<-started
			test.disturb(server, cancel)
			close(disturbed)
			<-ended
		})
	}
}

func TestCallContext(t *testing.T) {
	t.Parallel()
	deadline := time.Now().Add(time.Hour)
	ctx, cancel := context.WithDeadline(context.WithValue(t.Context(), ctxKey{}, "logger"), deadline)
	defer cancel()
	after, err := withCallContext(ctx, newContextReleaser(nil), 0, func(ctx context.Context, _ int) (context.Context, error) {
		if got, ok := ctx.Deadline(); !ok || !got.Equal(deadline) || ctx.Err() != nil || ctx.Value(ctxKey{}) != "logger" {
			t.Errorf("during the call: deadline %v %t, error %v, value %v", got, ok, ctx.Err(), ctx.Value(ctxKey{}))
		}
		return ctx, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	derived, cancelDerived := context.WithCancel(after)
	defer cancelDerived()
	if after.Err() == nil || derived.Err() == nil || after.Value(ctxKey{}) != nil {
		t.Errorf("after the call: error %v, of a derived context %v, value %v", after.Err(), derived.Err(), after.Value(ctxKey{}))
	}
}
