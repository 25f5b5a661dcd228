package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// endpointExamples has the URLs of each cloud in internal/swr/API.md.
const endpointExamples = `  Open Telekom Cloud: endpoint https://swr-api.eu-de.otc.t-systems.com, auth_url https://iam.eu-de.otc.t-systems.com/v3
  Open Telekom Cloud, Switzerland: endpoint https://swr-api.eu-ch2.sc.otc.t-systems.com, auth_url https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3
  Huawei Cloud: endpoint https://swr-api.ap-southeast-1.myhuaweicloud.com, auth_url https://iam.ap-southeast-1.myhuaweicloud.com/v3
  Huawei Cloud, Europe: endpoint https://swr-api.eu-west-101.myhuaweicloud.eu, auth_url https://iam.eu-west-101.myhuaweicloud.eu/v3
  Flexible Engine: endpoint https://swr-api.eu-west-0.prod-cloud-ocb.orange-business.com, auth_url https://iam.eu-west-0.prod-cloud-ocb.orange-business.com/v3`

// parseURL checks a URL that credentials will be sent to. Its errors do not repeat a
// URL that may contain a password.
func (r *resolver) parseURL(attribute string, v value, insecure bool) (*url.URL, bool) {
	refuse := func(format string, args ...any) (*url.URL, bool) {
		r.fail(attribute, "Invalid "+attribute, format, args...)
		return nil, false
	}
	// The whole text is searched for an @: the parser takes "user:a" for the host in
	// "https://user:a/b@host".
	if strings.Contains(v.text, "@") {
		return refuse("The URL from %s contains user info (the part before @). Remove it: user and password have "+
			"attributes of their own.", v.source)
	}
	if !strings.Contains(v.text, "://") {
		return refuse("The URL from %s has no scheme. %s", v.source, withScheme(v.text))
	}
	u, err := url.Parse(v.text)
	if err != nil || u.Hostname() == "" {
		return refuse("The value from %s is not a URL with a host. Example: https://swr-api.eu-de.otc.t-systems.com", v.source)
	}
	shown := httpsafe.DisplayURL(u)
	if u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return refuse("The URL from %s has a query or a fragment (the part after ? or #). Remove it: %s", v.source, shown)
	}
	switch {
	case u.Scheme == "https":
	case u.Scheme != "http":
		return refuse("The URL from %s begins with %s://. It must begin with https://", v.source, u.Scheme)
	case isLoopback(u.Hostname()):
	case insecure:
		r.warn(attribute, "Credentials are sent in clear text", "The URL from %s, %s, begins with http://, which insecure "+
			"allows: anyone on the network path can read the credentials.", v.source, shown)
	default:
		return refuse("The URL from %s, %s, begins with http://: anyone on the network path could read the credentials. "+
			"Write https://, or set insecure = true if the network is trusted.", v.source, shown)
	}
	return u, true
}

// withScheme proposes a URL with a scheme.
func withScheme(text string) string {
	u, err := url.Parse("https://" + text)
	if err != nil || u.Hostname() == "" {
		return "It must begin with https://"
	}
	if isLoopback(u.Hostname()) {
		u.Scheme = "http"
	}
	return "Write " + httpsafe.DisplayURL(u)
}

// isLoopback reports whether requests to host stay on this machine.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}

var versionSegment = regexp.MustCompile(`/v[0-9.]+$`)

// normalizeAuthURL returns the URL of an IAM with /v3 at its end, which may be
// missing.
func normalizeAuthURL(u *url.URL) (*url.URL, error) {
	u = trimPath(u, "/v3")
	if version := versionSegment.FindString(u.Path); version != "" {
		return nil, fmt.Errorf("ends in %s, but IAM v3 is required: write /v3 instead", version)
	}
	return u.JoinPath("v3"), nil
}

// trimPath returns u without trailing slashes and without the given suffix.
func trimPath(u *url.URL, suffix string) *url.URL {
	trim := func(path string) string {
		path = strings.TrimRight(path, "/")
		return strings.TrimRight(strings.TrimSuffix(path, suffix), "/")
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host, Path: trim(u.Path), RawPath: trim(u.RawPath)}
}

// globalIAMHosts serve all regions of a cloud. The host of SWR then depends on the
// region setting.
var globalIAMHosts = []string{"iam.myhuaweicloud.com", "iam.myhuaweicloud.eu"}

var regionLabel = regexp.MustCompile(`^[a-z0-9-]+$`)

// deriveEndpoint returns the endpoint of SWR that belongs to an IAM: on all clouds in
// internal/swr/API.md, iam. or iam-pub. is replaced with swr-api. If that is not
// possible, it returns the reason.
func deriveEndpoint(authURL *url.URL, region string) (endpoint *url.URL, reason string) {
	host := strings.ToLower(authURL.Hostname())
	shown := httpsafe.Printable(authURL.Host)
	first, rest, _ := strings.Cut(host, ".")
	switch {
	case first != "iam" && first != "iam-pub" || rest == "":
		return nil, fmt.Sprintf(`the host of auth_url, %s, begins with neither "iam." nor "iam-pub."`, shown)
	case authURL.Port() != "" && authURL.Port() != "443":
		return nil, fmt.Sprintf("the host of auth_url, %s, has a custom port, and that of SWR is not known", shown)
	case slices.Contains(globalIAMHosts, host):
		if !regionLabel.MatchString(region) {
			return nil, fmt.Sprintf("the host of auth_url, %s, serves all regions, and no valid region is set", host)
		}
		rest = region + "." + rest
	}
	return &url.URL{Scheme: authURL.Scheme, Host: "swr-api." + rest}, ""
}

// regionalHosts matches hosts of SWR with the region in their name. Private clouds
// may have other names, so their regions are not known.
var regionalHosts = regexp.MustCompile(`^swr-api\.([a-z0-9-]+)\.(otc\.t-systems\.com|sc\.otc\.t-systems\.com|myhuaweicloud\.com|myhuaweicloud\.eu|prod-cloud-ocb\.orange-business\.com)$`)

// regionOf returns the region of a derived endpoint, if its host has one.
func regionOf(derived *url.URL) (region string, ok bool) {
	match := regionalHosts.FindStringSubmatch(derived.Host)
	if match == nil {
		return "", false
	}
	return match[1], true
}

const (
	otcDomain = "otc.t-systems.com"
	// regionSource is the beginning of the source of a host that follows from the
	// region.
	regionSource = "the region of "
)

// huaweiEurope matches the European regions of Huawei Cloud, which have a domain of
// their own.
var huaweiEurope = regexp.MustCompile(`^eu-west-1[0-9][0-9]$`)

// isOTC reports whether a host, which may be nil, is of Open Telekom Cloud.
func isOTC(u *url.URL) bool {
	return u != nil && strings.HasSuffix("."+strings.ToLower(u.Hostname()), "."+otcDomain)
}

// region returns the region. If the hosts follow from it, that of the variables with
// the credential's prefix is the first choice.
func (r *resolver) region(selectsHosts bool) value {
	if selectsHosts && r.cloud == nil && r.envPrefix != "" {
		return firstSet(r.block.lookup("region"), r.profile.lookup("region"), r.env.lookup("region", r.envPrefix), r.lookup("region"))
	}
	return r.lookup("region")
}

// regionalAuthURL returns the URL of IAM that follows from the region alone, if the
// cloud is known: the region is one that only Open Telekom Cloud has, or the
// credential or HW_CLOUD is Huawei Cloud's. No other region is guessed, because the
// credential would be sent to a cloud that the user did not name. It returns nil if
// endpoint is set to a host of another cloud.
func (r *resolver) regionalAuthURL(region value) (*url.URL, string) {
	domain, source := r.domainOf(region)
	if domain == "" {
		return nil, ""
	}
	authURL := &url.URL{Scheme: "https", Host: "iam." + region.text + "." + domain, Path: "/v3"}
	if endpoint := r.setting("endpoint"); endpoint.isSet() {
		derived, _ := deriveEndpoint(authURL, region.text)
		u, err := url.Parse(endpoint.text)
		if err != nil || !strings.EqualFold(u.Host, derived.Host) {
			return nil, ""
		}
	}
	r.regionalDomain = domain
	return authURL, source
}

// domainOf returns the domain of the cloud of a region, and the source of the hosts,
// or "" if the cloud is not known.
func (r *resolver) domainOf(region value) (domain, source string) {
	if !regionLabel.MatchString(region.text) {
		return "", ""
	}
	source = regionSource + region.source
	isHuawei := r.cloud == nil && r.envPrefix == "HW_"
	named := r.huaweiCloud()
	switch {
	case slices.Contains(otcRegions, region.text) && (!isHuawei || !named.isSet()):
		return otcDomain, source
	case named.isSet() && !cloudDomain.MatchString(named.text):
		r.fail("region", "Invalid HW_CLOUD", "The value of %s is not the domain of a cloud. Example: myhuaweicloud.com", named.source)
		return "", ""
	case named.isSet():
		return named.text, source + " and " + named.source
	case !isHuawei:
		return "", ""
	case huaweiEurope.MatchString(region.text):
		return "myhuaweicloud.eu", source
	default:
		return "myhuaweicloud.com", source
	}
}

// huaweiCloud returns the variable with the domain of the cloud. With an entry of
// clouds.yaml it does not count.
func (r *resolver) huaweiCloud() value {
	if r.cloud != nil {
		return value{}
	}
	return r.env.variable("HW_CLOUD")
}

// regionalVariable returns the variable that decides to which cloud a credential is
// sent, if it may belong to another account or cloud than the credential.
func (r *resolver) regionalVariable(config Config) (name string, isVariable bool) {
	if strings.HasSuffix(config.AuthURLSource, " and "+variableSource+"HW_CLOUD") {
		return "HW_CLOUD", true
	}
	name, isVariable = strings.CutPrefix(config.RegionSource, variableSource)
	return name, isVariable && r.regionalDomain == otcDomain && r.envPrefix == "HW_"
}

// noHostReason returns why no host is known.
func (r *resolver) noHostReason(region string) string {
	if region == "" {
		return "neither endpoint nor auth_url is set, and no region"
	}
	return fmt.Sprintf("neither endpoint nor auth_url is set, and the region %q alone does not identify the cloud "+
		"(HW_CLOUD, such as myhuaweicloud.com, does)", region)
}

// regionOfAuthURL returns the region in the host of an IAM, or "".
func regionOfAuthURL(authURL string) string {
	u, err := url.Parse(authURL)
	if err != nil {
		return ""
	}
	derived, _ := deriveEndpoint(u, "")
	if derived == nil {
		return ""
	}
	region, _ := regionOf(derived)
	return region
}
