package provider

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/auth"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/config"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// defaultTimeout is the timeout of an operation that has none in the configuration.
const defaultTimeout = 5 * time.Minute

// session is the data that the provider passes to its resources and data sources:
// the client, and the configuration for messages.
type session struct {
	client *swr.Client
	config config.Config
	// transport is nil without a client.
	transport auth.Transport
	unread    unreadExclusives
	// unknownAttribute is the attribute of the provider block whose value is not
	// known yet, so that there is no client, or "".
	unknownAttribute string
	planned          planRegistry
}

// maxParallelism is the number of idle connections to keep. It is above any value of
// -parallelism in use, which the provider can't read, so that connections are reused.
const maxParallelism = 100

func newSession(cfg config.Config, version string) (*session, error) {
	transport, err := auth.NewTransport(cfg, auth.Options{
		UserAgent: "terraform-provider-swr/" + version,
		Wrap:      func(next http.RoundTripper) http.RoundTripper { return &requestLog{next: next} },
		MaxConns:  maxParallelism,
	})
	if err != nil {
		return nil, err
	}
	return &session{
		config:    cfg,
		transport: transport,
		client: swr.New(cfg.Endpoint, transport,
			swr.WithMaxRetries(cfg.MaxRetries),
			swr.WithRequestTimeout(cfg.RequestTimeout)),
	}, nil
}

// sessionFrom returns the session from the data of the provider. It is nil if the
// provider is not configured, as in terraform validate.
func sessionFrom(data any, diags *diag.Diagnostics) *session {
	if data == nil {
		return nil
	}
	s, ok := data.(*session)
	if !ok {
		diags.AddError("Unexpected provider data", fmt.Sprintf("This is a bug in the provider: the type is %T.", data))
		return nil
	}
	return s
}

// resourceBase is embedded by resources and list resources. It implements Configure.
type resourceBase struct{ session *session }

func (b *resourceBase) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	b.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

// dataSourceBase is embedded by data sources. It implements Configure.
type dataSourceBase struct{ session *session }

func (b *dataSourceBase) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	b.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

// requireConfigured reports whether the provider is configured, so that requests can
// be sent. If its configuration is not known yet, it adds an error, a sentence with
// the subject, such as "Creating a share".
func (s *session) requireConfigured(diags *diag.Diagnostics, subject string) bool {
	if s.unknownAttribute == "" {
		return true
	}
	diags.AddError("Provider configuration not yet known", fmt.Sprintf(
		"%s requires a response from the service now, but the value of %q in the provider block is not known before apply. "+
			"Apply what the value comes from first, with -target, or set the value in another way.", subject, s.unknownAttribute))
	return false
}

// warnUnchecked adds a warning that the state was not refreshed. It is the same for
// all shares, so that Terraform shows it once.
func (s *session) warnUnchecked(diags *diag.Diagnostics) {
	diags.AddWarning("Existing shares were not checked", fmt.Sprintf(
		"The value of %q in the provider block is not known before apply, so that no request could be sent. "+
			"The state of existing shares was not changed. The next plan will show drift.", s.unknownAttribute))
}

// timeoutFunc is a method of [timeouts.Value]. It returns the configured timeout of
// an operation, or else the given default.
type timeoutFunc func(context.Context, time.Duration) (time.Duration, diag.Diagnostics)

// withTimeout returns a context with the timeout of an operation.
func withTimeout(
	ctx context.Context, configured timeoutFunc, diags *diag.Diagnostics,
) (context.Context, context.CancelFunc) {
	limit, problems := configured(ctx, defaultTimeout)
	diags.Append(problems...)
	return context.WithTimeout(ctx, limit)
}

// recordPlannedExclusive records that an exclusive resource of the state is planned to
// be kept.
func (s *session) recordPlannedExclusive(repo swr.Repository) {
	if !s.unread.wasRead(repo) {
		s.planned.recordUnrefreshed()
	}
}
