package protoserver

import (
	"context"
	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// stubProvider has no resources and no data sources. The framework asks it for them
// during the first call, with the context of that call.
type stubProvider struct {
	onCall func(context.Context) // may be nil
}

func (stubProvider) Metadata(context.Context, provider.MetadataRequest, *provider.MetadataResponse) {
}
func (stubProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}
func (stubProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (p stubProvider) Resources(ctx context.Context) []func() resource.Resource {
	if p.onCall != nil {
		p.onCall(ctx)
	}
	return nil
}

func (p stubProvider) DataSources(ctx context.Context) []func() datasource.DataSource {
	p.Resources(ctx)
	return nil
}

func newServer(t *testing.T, p provider.Provider) tfprotov6.ProviderServer {
	t.Helper()
	server, err := Server(p)
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func newFrameworkServer(t *testing.T) frameworkServer {
	t.Helper()
	server, ok := providerserver.NewProtocol6(stubProvider{})().(frameworkServer)
	if !ok {
		t.Fatal("the framework's server does not implement frameworkServer")
	}
	return server
}

// invoke calls a method of the protocol with an empty request, and reads the
// response if it is a stream.
func invoke(ctx context.Context, t *testing.T, server any, name string) {
	t.Helper()
	method := reflect.ValueOf(server).MethodByName(name)
	if !method.IsValid() {
		t.Fatalf("%T does not implement %s", server, name)
	}
	results := method.Call([]reflect.Value{reflect.ValueOf(ctx), reflect.New(method.Type().In(1).Elem())})
	if err := results[1].Interface(); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	response := results[0].Elem()
	for n := range response.NumField() {
		if items := response.Field(n); items.Kind() == reflect.Func && !items.IsNil() {
			for range items.Seq() {
				continue
			}
		}
	}
}
