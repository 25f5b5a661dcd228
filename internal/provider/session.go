package provider

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/auth"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// defaultTimeout bounds an operation where the configuration does not.
const defaultTimeout = 5 * time.Minute

// session is what the configured provider hands to its resources and data
// sources: the client, and what messages say about the connection.
type session struct {
	client *swr.Client
	config auth.Config
	// unknown names the attribute of the provider block whose value is not
	// known yet, so that there is no client; "" if all are known.
	unknown    string
	exclusives exclusiveRegistry
}

// maxParallelism is above any -parallelism of Terraform's in use, of which the
// provider is not told: a connection that is needed again is never closed.
const maxParallelism = 100

func newSession(config auth.Config, version string) (*session, error) {
	transport, err := config.Transport(auth.TransportOptions{
		UserAgent: "terraform-provider-swr/" + version,
		Wrap:      func(next http.RoundTripper) http.RoundTripper { return &requestLog{next: next} },
		MaxConns:  maxParallelism,
	})
	if err != nil {
		return nil, err
	}
	return &session{
		config: config,
		client: swr.New(config.Endpoint, transport,
			swr.WithMaxRetries(config.MaxRetries),
			swr.WithRequestTimeout(config.RequestTimeout)),
	}, nil
}

// sessionFrom takes the session from what Terraform hands on; nil where the
// provider is not configured, as in terraform validate.
func sessionFrom(data any, diags *diag.Diagnostics) *session {
	if data == nil {
		return nil
	}
	s, ok := data.(*session)
	if !ok {
		diags.AddError("Unexpected provider data", fmt.Sprintf("This is a bug in the provider: got %T.", data))
		return nil
	}
	return s
}

// answers tells whether the service can be asked. Where it can't, since the
// provider's configuration is not known yet, it adds an error.
func (s *session) answers(diags *diag.Diagnostics, what string) bool {
	if s.unknown == "" {
		return true
	}
	diags.AddError(what+" needs a configured provider", fmt.Sprintf(
		"The value of %q in the provider block is not known before apply, and this needs an answer of the service now. "+
			"Apply what the value comes from first, with -target, or give the value another way.", s.unknown))
	return false
}

// warnUnchecked says that the state was kept as it was. The summary is the same
// for all, so that Terraform shows it once.
func (s *session) warnUnchecked(diags *diag.Diagnostics) {
	diags.AddWarning("Existing shares were not checked", fmt.Sprintf(
		"The value of %q in the provider block is not known before apply, so the service could not be asked. "+
			"The state of existing shares was kept as it was; drift will show in the next plan.", s.unknown))
}

// withTimeout bounds an operation.
func withTimeout(ctx context.Context, configured func(context.Context, time.Duration) (time.Duration, diag.Diagnostics), diags *diag.Diagnostics) (context.Context, context.CancelFunc) {
	limit, found := configured(ctx, defaultTimeout)
	diags.Append(found...)
	return context.WithTimeout(ctx, limit)
}
