package auth

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// Resolve merges the provider block, the environment and clouds.yaml into what a
// client needs. It sends nothing, and reads nothing but what env offers.
//
// Each attribute comes from the block, else from the first of its variables that
// is set. Where the way to sign in is an entry of clouds.yaml, host, scope and
// credential come from that entry instead of the environment.
//
// The error joins one [*ConfigError] for each thing that is wrong; see
// [ConfigErrors]. The warnings count even if there is an error.
func Resolve(block Settings, env Environment) (Config, []Warning, error) {
	r := &resolver{block: block, env: env}

	credential, ok := r.credential()
	if !ok {
		// Without a way to sign in nobody knows which sources count, and what
		// else could be found wrong would mislead.
		return Config{}, r.warnings, errors.Join(r.errs...)
	}

	config := Config{Credential: credential}
	config.TLS = r.tls()
	config.Region, config.RegionSource = r.region()
	config.AuthURL, config.AuthURLSource = r.authURL(config.TLS.Insecure)
	config.Endpoint, config.EndpointSource = r.endpoint(config)
	config.Credential.SignatureFormat = r.signatureFormat(config)
	config.MaxRetries = r.maxRetries()
	config.RequestTimeout = r.requestTimeout()
	if credential.Method == MethodPassword {
		r.completeLogin(&config)
	}

	if len(r.errs) > 0 {
		return Config{}, r.warnings, errors.Join(r.errs...)
	}
	return config, r.warnings, nil
}

// resolver collects what is wrong on the way.
type resolver struct {
	block Settings
	env   Environment

	// cloud is the entry of clouds.yaml that the user signs in with, nil with
	// any other way.
	cloud *cloud
	// family is the set of variables that the login came from, wholly or in
	// part; nil means that none did.
	family *family

	errs     []error
	warnings []Warning
}

func (r *resolver) fail(attribute, summary, format string, args ...any) {
	r.errs = append(r.errs, &ConfigError{Attribute: attribute, Summary: summary, Detail: fmt.Sprintf(format, args...)})
}

func (r *resolver) warn(attribute, summary, format string, args ...any) {
	r.warnings = append(r.warnings, Warning{Attribute: attribute, Summary: summary, Detail: fmt.Sprintf(format, args...)})
}

// ofCloud reads a setting of the entry of clouds.yaml, if there is one.
func (r *resolver) ofCloud(read func(*cloud) value) value {
	if r.cloud == nil {
		return value{}
	}
	return read(r.cloud)
}

// hostOrScope finds a setting that an entry of clouds.yaml takes away from the
// environment.
func (r *resolver) hostOrScope(attribute *string, read func(*cloud) value, variables []string) value {
	if v := fromBlock(attribute); v.set() {
		return v
	}
	if r.cloud != nil {
		return read(r.cloud)
	}
	return r.env.variable(variables...)
}

func (r *resolver) region() (text, source string) {
	v := r.hostOrScope(r.block.Region, (*cloud).region, regionVariables)
	return v.text, v.source
}

func (r *resolver) authURL(insecure bool) (*url.URL, string) {
	v := r.hostOrScope(r.block.AuthURL, (*cloud).authURL, authURLVariables)
	if !v.set() {
		return nil, ""
	}
	u, ok := r.parseURL("auth_url", v, insecure)
	if !ok {
		return nil, ""
	}
	u, err := normaliseAuthURL(u)
	if err != nil {
		r.fail("auth_url", "Invalid auth_url", "The URL of %s %s. An example: https://iam.eu-de.otc.t-systems.com/v3", v.source, err)
		return nil, ""
	}
	return u, v.source
}

// endpoint finds the base URL of the API. auth_url gives it where nobody else
// does.
func (r *resolver) endpoint(config Config) (*url.URL, string) {
	derived, reason := (*url.URL)(nil), "neither endpoint nor auth_url is set"
	if config.AuthURL != nil {
		derived, reason = deriveEndpoint(config.AuthURL, config.Region)
	}

	v := fromBlock(r.block.Endpoint)
	if !v.set() {
		v = r.env.variable(endpointVariables...)
		if v.set() && r.cloud != nil && derived != nil {
			// clouds.yaml has no word for this endpoint, but its auth_url gives
			// the host. Only where that leads nowhere may the environment help.
			r.warn("endpoint", "SWR_ENDPOINT is not used",
				"%s gives the endpoint %s, and of the environment nothing overrides it. Set endpoint in the provider block to use another.",
				capitalise(r.cloud.source()), derived)
			v = value{}
		}
	}
	if v.set() {
		u, ok := r.parseURL("endpoint", v, config.TLS.Insecure)
		if !ok {
			return nil, ""
		}
		return normaliseEndpoint(u), v.source
	}

	if derived == nil {
		// An auth_url that is wrong in itself has its own error already.
		if config.AuthURL != nil || !r.failed("auth_url") {
			r.fail("endpoint", "No endpoint", "The endpoint of SWR can't be derived: %s. Set endpoint in the provider block, or SWR_ENDPOINT; or set auth_url or OS_AUTH_URL. Examples:\n%s", reason, endpointExamples)
		}
		return nil, ""
	}
	r.checkRegion(config, derived)
	return derived, "auth_url of " + config.AuthURLSource
}

// checkRegion refuses a region that is not the one of a derived endpoint: a
// share that is made in the wrong region lets the wrong people pull.
func (r *resolver) checkRegion(config Config, derived *url.URL) {
	served, ok := servedRegion(derived)
	if !ok || config.Region == "" || strings.EqualFold(served, config.Region) {
		return
	}
	variable := ""
	if r.cloud == nil {
		variable = " or " + endpointVariables[0]
	}
	r.fail("region", "The region is not that of auth_url", "%s gives the region %q, but the auth_url of %s, %s, is that of %q, and the endpoint is made from it. "+
		"Set auth_url to that of the region, or correct the region. If the two are meant to differ, set endpoint in the provider block%s.",
		capitalise(config.RegionSource), config.Region, config.AuthURLSource, httpsafe.DisplayURL(config.AuthURL), served, variable)
}

func (r *resolver) failed(attribute string) bool {
	for _, err := range ConfigErrors(errors.Join(r.errs...)) {
		if err.Attribute == attribute {
			return true
		}
	}
	return false
}

// signatureFormat has a default that depends on the host. The setting is
// checked even where nothing is signed, so that a wrong one shows at once.
func (r *resolver) signatureFormat(config Config) SignatureFormat {
	v := firstSet(fromBlock(r.block.SignatureFormat), r.env.variable(signatureFormatVariables...))
	format := SignatureFormat(v.text)
	switch {
	case v.set() && format != FormatAccess && format != FormatCredential:
		r.fail("signature_format", "Invalid signature_format", "%s gives %s. It must be %q or %q.", capitalise(v.source), strconv.Quote(v.text), FormatAccess, FormatCredential)
		return ""
	case config.Credential.Method != MethodKeyPair:
		return ""
	case v.set():
		return format
	case config.Endpoint != nil && strings.HasSuffix("."+strings.ToLower(config.Endpoint.Hostname()), ".otc.t-systems.com"):
		return FormatCredential
	default:
		return FormatAccess
	}
}

func (r *resolver) maxRetries() int {
	number, source := int64(DefaultMaxRetries), ""
	if r.block.MaxRetries != nil {
		number, source = *r.block.MaxRetries, blockSource
	} else if v := r.env.variable(maxRetriesVariables...); v.set() {
		parsed, err := strconv.ParseInt(v.text, 10, 64)
		if err != nil {
			r.fail("max_retries", "Invalid max_retries", "%s is %q. It must be a whole number, the number of tries after the first.", capitalise(v.source), v.text)
			return 0
		}
		number, source = parsed, v.source
	}
	if number < 0 || number > math.MaxInt32 {
		r.fail("max_retries", "Invalid max_retries", "%s gives %d. It must be 0 or more, and no more than %d.", capitalise(source), number, math.MaxInt32)
		return 0
	}
	return int(number)
}

func (r *resolver) requestTimeout() time.Duration {
	v := firstSet(fromBlock(r.block.RequestTimeout), r.env.variable(requestTimeoutVariables...))
	if !v.set() {
		return DefaultRequestTimeout
	}
	timeout, err := time.ParseDuration(v.text)
	if err != nil || timeout <= 0 {
		r.fail("request_timeout", "Invalid request_timeout", "%s gives %q. It must be a duration above zero with its unit, such as \"60s\" or \"1m30s\".", capitalise(v.source), v.text)
		return 0
	}
	return timeout
}

// capitalise begins a sentence with a text that is made for the middle of one.
func capitalise(text string) string {
	return strings.ToUpper(text[:1]) + text[1:]
}
