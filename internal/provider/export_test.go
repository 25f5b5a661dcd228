package provider

import (
	"context"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/provider"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/auth"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// NewWithNetwork is [New] with a transport in place of the network, and with a
// backoff, for tests in which all is to be repeatable.
func NewWithNetwork(network http.RoundTripper, backoff swr.Backoff) func() provider.Provider {
	return func() provider.Provider {
		return &networkProvider{swrProvider: &swrProvider{version: "test"}, network: network, backoff: backoff}
	}
}

type networkProvider struct {
	*swrProvider
	network http.RoundTripper
	backoff swr.Backoff
}

// Configure configures the provider, and then replaces the client.
func (p *networkProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	p.swrProvider.Configure(ctx, req, resp)
	s, ok := resp.ResourceData.(*session)
	if !ok || s.client == nil {
		return
	}
	transport, err := auth.NewTransport(s.config, auth.Options{
		Wrap: func(http.RoundTripper) http.RoundTripper { return p.network },
	})
	if err != nil {
		resp.Diagnostics.AddError("Unable to create the transport", err.Error())
		return
	}
	s.client = swr.New(s.config.Endpoint, transport, swr.WithMaxRetries(s.config.MaxRetries),
		swr.WithRequestTimeout(s.config.RequestTimeout), swr.WithBackoff(p.backoff))
}
