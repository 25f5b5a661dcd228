package config

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// The defaults of attributes that have a constant one.
const (
	defaultMaxRetries     = 5
	defaultRequestTimeout = 60 * time.Second
)

// Diagnostic is an error or a warning about the configuration. Its texts are
// sentences for the user and contain no secret.
type Diagnostic struct {
	// Attribute is an attribute of the provider block, or "" if the diagnostic is
	// about none in particular. The value may still come from the environment or
	// from clouds.yaml: Detail names its source.
	Attribute string
	Summary   string
	Detail    string
}

// Resolve merges the provider block, the environment, and an entry of clouds.yaml or a
// profile of Huawei Cloud's CLI. It sends nothing, and reads only what env offers.
//
// The value of an attribute comes from the block, or else from the first of its
// variables that is set. If the credential comes from an entry of clouds.yaml,
// host, scope and credential come from that entry instead of the environment. What a
// profile has takes precedence over the environment.
//
// The Config is valid if there are no errors. There may be warnings in any case.
func Resolve(block Settings, env Environment) (config Config, warnings, errs []Diagnostic) {
	r := &resolver{block: block, env: env}
	config.Credential = r.credential()
	if len(r.errs) > 0 {
		// Without a credential it is not known which sources count, so that
		// further errors would be misleading.
		return Config{}, r.warnings, r.errs
	}

	config.TLS = TLS{Insecure: r.insecure(), Roots: r.roots()}
	config.AuthURL, config.AuthURLSource = r.authURL(config.TLS.Insecure)
	region := r.region(config.AuthURL == nil)
	config.Region, config.RegionSource = region.text, region.source
	if config.AuthURL == nil && !r.failed("auth_url") {
		config.AuthURL, config.AuthURLSource = r.regionalAuthURL(region)
	}
	config.Endpoint, config.EndpointSource = r.endpoint(config)
	config.Credential.KeyPair.Format = r.signatureFormat(config)
	config.Credential.Agency = r.agency(&config)
	r.warnUnusedIDToken(config.Credential)
	r.warnApplicationCredential(config.Credential)
	r.checkReceiver(config)
	r.checkProxy(config.Endpoint, config.AuthURL)
	config.MaxRetries = r.maxRetries()
	config.RequestTimeout = r.requestTimeout()
	r.completeScope(&config)
	if len(r.errs) > 0 {
		return Config{}, r.warnings, r.errs
	}
	return config, r.warnings, nil
}

// resolver has the sources, and collects errors and warnings.
type resolver struct {
	block Settings
	env   Environment

	// cloud is the entry of clouds.yaml that has the credential, or nil.
	cloud *cloud
	// profile is the one of Huawei Cloud's CLI that has the credential, or nil.
	profile *profile
	// envPrefix is the prefix of the variables that have the credential or a part of
	// it, or "".
	envPrefix string
	// ownVariables is true if the credential comes from variables that only this
	// provider reads.
	ownVariables bool
	// regionalDomain is that of the cloud whose hosts follow from the region, or "".
	regionalDomain string

	warnings, errs []Diagnostic
}

func (r *resolver) fail(attribute, summary, format string, args ...any) {
	r.errs = append(r.errs, Diagnostic{attribute, summary, fmt.Sprintf(format, args...)})
}

func (r *resolver) warn(attribute, summary, format string, args ...any) {
	r.warnings = append(r.warnings, Diagnostic{attribute, summary, fmt.Sprintf(format, args...)})
}

func (r *resolver) failed(attribute string) bool {
	return slices.ContainsFunc(r.errs, func(d Diagnostic) bool { return d.Attribute == attribute })
}

// setting returns a value from the block or the environment.
func (r *resolver) setting(attribute string) value {
	return firstSet(r.block.lookup(attribute), r.env.lookup(attribute, ""))
}

// lookup returns a setting of host, scope or credential. These come from the entry
// of clouds.yaml, if there is one, instead of the environment. Those of a profile
// come before the environment.
func (r *resolver) lookup(attribute string) value {
	if r.cloud != nil {
		return firstSet(r.block.lookup(attribute), r.cloud.lookup(attribute))
	}
	return firstSet(r.block.lookup(attribute), r.profile.lookup(attribute), r.env.lookup(attribute, ""))
}

// insecure and roots are not part of host, scope and credential: where an entry of
// clouds.yaml does not set them, the environment does.
func (r *resolver) insecure() bool {
	v := r.block.lookup("insecure")
	if v.isSet() {
		v.source = "insecure in " + blockSource
	}
	attribute, insecureIf := "insecure", true
	if !v.isSet() && r.cloud != nil && r.cloud.entry.Verify != "" {
		v = r.cloud.value(r.cloud.entry.Verify)
		v.source = "verify in " + v.source
		attribute, insecureIf = "cloud", false
	}
	v = firstSet(v, r.env.lookup("insecure", ""))
	if !v.isSet() {
		return false
	}
	enabled, ok := parseBool(v.text)
	if !ok {
		r.fail(attribute, "Invalid "+attribute, "The value of %s is %q. It must be true or false.", v.source, v.text)
		return false
	}
	if enabled != insecureIf {
		return false
	}
	r.warn("insecure", "TLS certificates are not verified", "Verification is disabled by %s: any server that responds "+
		"in place of the endpoint receives the credentials. cacert_file is the safe way to trust a private certificate.", v.source)
	return true
}

// roots returns the certificates to trust instead of those of the system.
func (r *resolver) roots() *x509.CertPool {
	const attribute, summary = "cacert_file", "Invalid cacert_file"
	v := r.block.lookup(attribute)
	if r.cloud != nil {
		v = firstSet(v, r.cloud.value(r.cloud.entry.CACert))
	}
	v = firstSet(v, r.env.lookup(attribute, ""))
	if !v.isSet() {
		return nil
	}
	if strings.Contains(v.text, "-----BEGIN") {
		// Not quoted: it may be the file with the private key.
		r.fail(attribute, summary, "The value from %s is the text of a certificate. It must be the name of a file.", v.source)
		return nil
	}
	pem, err := r.env.readFile(r.env.expandHome(v.text), maxCACertFile)
	if err != nil {
		r.fail(attribute, summary, "The file %q from %s can't be read: %s.", v.text, v.source, pathErrorText(err))
		return nil
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		r.fail(attribute, summary, "The file %q from %s contains no certificate in PEM format (-----BEGIN CERTIFICATE-----).",
			v.text, v.source)
		return nil
	}
	return pool
}

// pathErrorText returns the text of a file error without the path.
func pathErrorText(err error) string {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathError.Err
	}
	return err.Error()
}

// parseBool parses the words that OpenStack clients and YAML use.
func parseBool(text string) (result, ok bool) {
	switch strings.ToLower(text) {
	case "true", "yes", "on", "1", "t", "y":
		return true, true
	case "false", "no", "off", "0", "f", "n":
		return false, true
	default:
		return false, false
	}
}

func (r *resolver) authURL(insecure bool) (*url.URL, string) {
	v := r.lookup("auth_url")
	if r.cloud == nil && r.envPrefix != "" {
		v = firstSet(r.block.lookup("auth_url"), r.env.lookup("auth_url", r.envPrefix), v)
	}
	if !v.isSet() {
		return nil, ""
	}
	u, ok := r.parseURL("auth_url", v, insecure)
	if !ok {
		return nil, ""
	}
	u, err := normalizeAuthURL(u)
	if err != nil {
		r.fail("auth_url", "Invalid auth_url", "The URL from %s %s. Example: https://iam.eu-de.otc.t-systems.com/v3", v.source, err)
		return nil, ""
	}
	return u, v.source
}

// warnUnusedIDToken warns if the environment has an ID token, which is that of an
// identity of its own, and another credential takes precedence.
func (r *resolver) warnUnusedIDToken(used Credential) {
	if used.Method == MethodOIDC {
		return
	}
	for _, attribute := range []string{"oidc.idp_id", idToken} {
		if v := r.env.lookup(attribute, ""); v.isSet() {
			r.warn("oidc", "ID token not used", "%s is set, but the run uses the %s, which takes precedence. To sign in with the "+
				"ID token, remove that. Otherwise unset the variable.", capitalize(v.source), used.Source)
			return
		}
	}
}

// checkReceiver refuses to send a password or a token to a host of another source,
// which may be that of another account or cloud: a variable that was set for
// something else. The host must come from the block, from SWR_ENDPOINT, which only
// this provider reads, or from variables of the credential's own prefix. (A key pair
// is not sent. With an entry of clouds.yaml, the variables do not count.)
func (r *resolver) checkReceiver(config Config) {
	used := config.Credential.isLogin() || config.Credential.Agency != nil || config.EndpointSource == derivedSource(config.AuthURLSource)
	variable, isVariable := strings.CutPrefix(config.AuthURLSource, variableSource)
	if r.regionalDomain != "" {
		variable, isVariable = r.regionalVariable(config)
	}
	if r.cloud != nil || r.ownVariables || config.AuthURL == nil || !used || !isVariable ||
		config.Credential.Method == MethodKeyPair || r.envPrefix != "" && strings.HasPrefix(variable, r.envPrefix) {
		return
	}
	remedy := "auth_url in the provider block"
	if config.Credential.Method == MethodToken {
		remedy = "auth_url or endpoint in the provider block"
	}
	if r.envPrefix != "" {
		remedy += ", or " + variables("auth_url", r.envPrefix)[0]
	}
	r.fail("auth_url", "Credential and host from different sources", "The credential (%s) is not sent to %s, which comes from "+
		"%s: that variable may belong to another account or cloud. Set %s.",
		config.Credential.Source, httpsafe.DisplayURL(config.AuthURL), variableSource+variable, remedy)
}

// endpoint returns the base URL of the API. It is derived from auth_url if it is
// not set.
func (r *resolver) endpoint(config Config) (*url.URL, string) {
	derived, reason := (*url.URL)(nil), r.noHostReason(config.Region)
	if config.AuthURL != nil {
		derived, reason = deriveEndpoint(config.AuthURL, config.Region)
	}

	v := r.setting("endpoint")
	if v.isSet() && v.source != blockSource && r.cloud != nil && derived != nil {
		// clouds.yaml has no key for this endpoint, but its auth_url has the host.
		// The environment counts only if no endpoint can be derived.
		r.warn("endpoint", "SWR_ENDPOINT is not used", "%s sets the endpoint %s, and no environment variable overrides it. "+
			"To use another one, set endpoint in the provider block.", capitalize(r.cloud.source()), derived)
		v = value{}
	}
	if v.isSet() {
		u, ok := r.parseURL("endpoint", v, config.TLS.Insecure)
		if !ok {
			return nil, ""
		}
		return trimPath(u, "/v2"), v.source
	}

	if derived == nil {
		// An invalid auth_url or HW_CLOUD has an error of its own already.
		if config.AuthURL != nil || !r.failed("auth_url") && !r.failed("region") {
			r.fail("endpoint", "No endpoint", "The endpoint of SWR can't be derived: %s. Set endpoint in the provider block, "+
				"or SWR_ENDPOINT; or set auth_url or OS_AUTH_URL. Examples:\n%s", reason, endpointExamples)
		}
		return nil, ""
	}
	r.checkRegion(config, derived)
	return derived, derivedSource(config.AuthURLSource)
}

func derivedSource(authURLSource string) string {
	if strings.HasPrefix(authURLSource, regionSource) {
		return authURLSource
	}
	return "auth_url of " + authURLSource
}

// checkRegion refuses a region other than that of a derived endpoint: a share in
// the wrong region grants access to the wrong accounts.
func (r *resolver) checkRegion(config Config, derived *url.URL) {
	actual, ok := regionOf(derived)
	if !ok || config.Region == "" || strings.EqualFold(actual, config.Region) {
		return
	}
	variable := ""
	if r.cloud == nil {
		variable = " or SWR_ENDPOINT"
	}
	r.fail("region", "Region does not match auth_url", "The region from %s is %q, but the auth_url from %s, %s, "+
		"belongs to the region %q, and the endpoint is derived from it. Set auth_url to that of the region, or correct "+
		"the region. If they differ on purpose, set endpoint in the provider block%s.",
		config.RegionSource, config.Region, config.AuthURLSource, httpsafe.DisplayURL(config.AuthURL), actual, variable)
}

// checkProxy refuses a proxy whose URL is invalid. net/http would ignore it, and send
// requests without it, or use another host. The URL is not shown, since it may contain
// a password. Each of the servers may be nil.
func (r *resolver) checkProxy(servers ...*url.URL) {
	for _, server := range servers {
		if server == nil || isLoopback(server.Hostname()) {
			continue // never reached through a proxy
		}
		name := strings.ToUpper(server.Scheme) + "_PROXY"
		v := r.env.variable(name, strings.ToLower(name))
		if v.isSet() && !isProxyURL(v.text) {
			r.fail("", "Invalid proxy", "The value of %s is not the URL of a proxy. Example: "+
				"http://USER:PASSWORD@proxy.example.com:3128. Special characters of user and password must be percent-encoded.", v.source)
			return
		}
	}
}

// isProxyURL reports whether text is the URL of a proxy, whose scheme is optional.
func isProxyURL(text string) bool {
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	return err == nil && u.Hostname() != ""
}

// signatureFormat returns the format for a key pair, whose default depends on the
// host. The setting is checked with other methods, too.
func (r *resolver) signatureFormat(config Config) SignatureFormat {
	v := r.setting("signature_format")
	format := SignatureFormat(v.text)
	switch {
	case v.isSet() && format != FormatAccess && format != FormatCredential:
		r.fail("signature_format", "Invalid signature_format", "The value from %s is %q. It must be %q or %q.",
			v.source, v.text, FormatAccess, FormatCredential)
		return ""
	case config.Credential.Method != MethodKeyPair:
		return ""
	case v.isSet():
		return format
	case isOTC(config.Endpoint):
		return FormatCredential
	default:
		return FormatAccess
	}
}

func (r *resolver) maxRetries() int {
	v := r.setting("max_retries")
	if !v.isSet() {
		return defaultMaxRetries
	}
	n, err := strconv.ParseInt(v.text, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt32 {
		r.fail("max_retries", "Invalid max_retries", "The value from %s is %q. It must be a whole number from 0 to %d, "+
			"the number of retries after the first attempt.", v.source, v.text, math.MaxInt32)
		return 0
	}
	return int(n)
}

func (r *resolver) requestTimeout() time.Duration {
	v := r.setting("request_timeout")
	if !v.isSet() {
		return defaultRequestTimeout
	}
	timeout, err := time.ParseDuration(v.text)
	if err != nil || timeout <= 0 {
		r.fail("request_timeout", "Invalid request_timeout", "The value from %s is %q. It must be a duration above zero "+
			"with its unit, such as \"60s\" or \"1m30s\".", v.source, v.text)
		return 0
	}
	return timeout
}

// capitalize returns text, which starts with an ASCII letter, with an upper-case
// first letter.
func capitalize(text string) string {
	return strings.ToUpper(text[:1]) + text[1:]
}
