package protoserver

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"testing"
	"time"
	"weak"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// stub is a provider of nothing. The framework asks it for its resources and
// data sources within the first call, under the context of that: there the tests look at it.
type stub struct {
	during func(context.Context)
}

func (stub) Metadata(context.Context, provider.MetadataRequest, *provider.MetadataResponse)    {}
func (stub) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse)          {}
func (stub) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

func (s stub) Resources(ctx context.Context) []func() resource.Resource {
	s.look(ctx)
	return nil
}

func (s stub) DataSources(ctx context.Context) []func() datasource.DataSource {
	s.look(ctx)
	return nil
}

func (s stub) look(ctx context.Context) {
	if s.during != nil {
		s.during(ctx)
	}
}

func newServer(t *testing.T, p provider.Provider) tfprotov6.ProviderServer {
	t.Helper()
	served, err := Server(p)
	if err != nil {
		t.Fatal(err)
	}
	return served
}

// calls are those that Terraform makes once for each resource or data source.
var calls = map[string]func(context.Context, tfprotov6.ProviderServer) error{
	"ValidateResourceConfig": func(ctx context.Context, s tfprotov6.ProviderServer) error {
		_, err := s.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{})
		return err
	},
	"UpgradeResourceState": func(ctx context.Context, s tfprotov6.ProviderServer) error {
		_, err := s.UpgradeResourceState(ctx, &tfprotov6.UpgradeResourceStateRequest{})
		return err
	},
	"UpgradeResourceIdentity": func(ctx context.Context, s tfprotov6.ProviderServer) error {
		_, err := s.UpgradeResourceIdentity(ctx, &tfprotov6.UpgradeResourceIdentityRequest{})
		return err
	},
	"ReadResource": func(ctx context.Context, s tfprotov6.ProviderServer) error {
		_, err := s.ReadResource(ctx, &tfprotov6.ReadResourceRequest{})
		return err
	},
	"PlanResourceChange": func(ctx context.Context, s tfprotov6.ProviderServer) error {
		_, err := s.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{})
		return err
	},
	"ApplyResourceChange": func(ctx context.Context, s tfprotov6.ProviderServer) error {
		_, err := s.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{})
		return err
	},
	"ImportResourceState": func(ctx context.Context, s tfprotov6.ProviderServer) error {
		_, err := s.ImportResourceState(ctx, &tfprotov6.ImportResourceStateRequest{})
		return err
	},
	"MoveResourceState": func(ctx context.Context, s tfprotov6.ProviderServer) error {
		_, err := s.MoveResourceState(ctx, &tfprotov6.MoveResourceStateRequest{})
		return err
	},
	"ValidateDataResourceConfig": func(ctx context.Context, s tfprotov6.ProviderServer) error {
		_, err := s.ValidateDataResourceConfig(ctx, &tfprotov6.ValidateDataResourceConfigRequest{})
		return err
	},
	"ReadDataSource": func(ctx context.Context, s tfprotov6.ProviderServer) error {
		_, err := s.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{})
		return err
	},
}

type key struct{}

// kept tells whether a server still holds a call's context after the call.
func kept(t *testing.T, served tfprotov6.ProviderServer, call func(context.Context, tfprotov6.ProviderServer) error) bool {
	t.Helper()
	loggers := new([1 << 10]byte)
	held := weak.Make(loggers)
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, loggers))
	if err := call(ctx, served); err != nil {
		t.Fatal(err)
	}
	cancel() // as the protocol's library does when the call is over
	runtime.GC()
	runtime.GC()
	runtime.KeepAlive(served)
	return held.Value() != nil
}

func TestForgetsContexts(t *testing.T) {
	for name, call := range calls {
		if kept(t, newServer(t, stub{}), call) {
			t.Errorf("%s: the context is still held", name)
		}
		// If this fails, the framework lets go of contexts by itself, and
		// context_releaser.go can go.
		if !kept(t, providerserver.NewProtocol6(stub{})(), call) {
			t.Errorf("%s: the framework no longer holds the context", name)
		}
	}
}

// What the framework keeps of each call does not add up.
func TestForgetsCalls(t *testing.T) {
	const many = 20_000
	grown := func(served tfprotov6.ProviderServer) int64 {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for range many {
			ctx, cancel := context.WithCancel(t.Context())
			if err := calls["ReadResource"](ctx, served); err != nil {
				t.Fatal(err)
			}
			cancel()
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(served)
		return int64(after.HeapAlloc) - int64(before.HeapAlloc)
	}
	if grew := grown(newServer(t, stub{})); grew > many*20 {
		t.Errorf("%d bytes are kept of %d calls", grew, many)
	}
	// If this fails, the framework keeps nothing, and so much of context_releaser.go can go.
	if grew := grown(providerserver.NewProtocol6(stub{})()); grew < many*20 {
		t.Errorf("the framework keeps only %d bytes of %d calls", grew, many)
	}
}

// While one call is under way, however many others end, nothing is stopped.
func TestForgettingStopsNothing(t *testing.T) {
	t.Parallel()
	begun, end := make(chan struct{}), make(chan struct{})
	var cause error
	served := newServer(t, stub{during: func(ctx context.Context) {
		if ctx.Value(key{}) != nil {
			close(begun)
			<-end
			cause = ctx.Err()
		}
	}})
	ended := make(chan error)
	go func() {
		ended <- calls["ApplyResourceChange"](context.WithValue(t.Context(), key{}, "this one"), served)
	}()
	<-begun
	for range 3 * releaseEvery {
		if err := calls["ReadDataSource"](t.Context(), served); err != nil {
			t.Fatal(err)
		}
	}
	close(end)
	if err := <-ended; err != nil || cause != nil {
		t.Errorf("the call ended with %v, its context with %v", err, cause)
	}
}

// During the call all is there: values, such as the loggers, and the end.
func TestContextDuringACall(t *testing.T) {
	t.Parallel()
	end := time.Now().Add(time.Hour)
	seen := false
	served := newServer(t, stub{during: func(ctx context.Context) {
		seen = true
		if got, ok := ctx.Deadline(); !ok || !got.Equal(end) || ctx.Err() != nil || ctx.Value(key{}) != "logger" {
			t.Errorf("deadline %v %t, error %v, value %v", got, ok, ctx.Err(), ctx.Value(key{}))
		}
	}})
	ctx, cancel := context.WithDeadline(context.WithValue(t.Context(), key{}, "logger"), end)
	defer cancel()
	if err := calls["ReadResource"](ctx, served); err != nil || !seen {
		t.Errorf("seen: %t, error: %v", seen, err)
	}
}

// What ends a call reaches it while it is under way.
func TestCancellationDuringACall(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(tfprotov6.ProviderServer, context.CancelFunc) error{
		"by the protocol": func(_ tfprotov6.ProviderServer, cancel context.CancelFunc) error { cancel(); return nil },
		"by StopProvider": func(served tfprotov6.ProviderServer, _ context.CancelFunc) error {
			_, err := served.StopProvider(context.Background(), &tfprotov6.StopProviderRequest{})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begun := make(chan struct{})
			var cause error
			served := newServer(t, stub{during: func(ctx context.Context) {
				close(begun)
				select {
				case <-ctx.Done():
					cause = ctx.Err()
				case <-time.After(time.Minute):
				}
			}})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			ended := make(chan error)
			go func() { ended <- calls["ApplyResourceChange"](ctx, served) }()
			<-begun
			if err := end(served, cancel); err != nil {
				t.Fatal(err)
			}
			if err := <-ended; err != nil || !errors.Is(cause, context.Canceled) {
				t.Errorf("the call ended with %v, its context with %v", err, cause)
			}
		})
	}
}

// After the call the context has ended, for whoever may have kept it.
func TestContextAfterACall(t *testing.T) {
	t.Parallel()
	kept, err := withCallContext(context.WithValue(t.Context(), key{}, "logger"), newContextReleaser(lister{}), 0, func(ctx context.Context, _ int) (context.Context, error) { return ctx, nil })
	if err != nil {
		t.Fatal(err)
	}
	under, cancel := context.WithCancel(kept)
	defer cancel()
	if kept.Err() == nil || under.Err() == nil || kept.Value(key{}) != nil {
		t.Errorf("its error is %v, of what is derived from it %v, its value %v", kept.Err(), under.Err(), kept.Value(key{}))
	}
}

// Whatever the framework's server answers, the wrapper does.
func TestServerKeepsEveryCall(t *testing.T) {
	t.Parallel()
	//nolint:forbidigo // to know of methods that are not known yet
	theirs, ours := reflect.TypeOf(providerserver.NewProtocol6(stub{})()), reflect.TypeOf(newServer(t, stub{}))
	for n := range theirs.NumMethod() {
		if name := theirs.Method(n).Name; !has(ours, name) {
			t.Errorf("%s is missing", name)
		}
	}
}

func has(of reflect.Type, name string) bool { //nolint:forbidigo // see above
	_, found := of.MethodByName(name)
	return found
}
