package auth

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// endpointExamples has a pair for each cloud that api.md names.
const endpointExamples = `  Open Telekom Cloud: endpoint https://swr-api.eu-de.otc.t-systems.com, auth_url https://iam.eu-de.otc.t-systems.com/v3
  Open Telekom Cloud, Switzerland: endpoint https://swr-api.eu-ch2.sc.otc.t-systems.com, auth_url https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3
  Huawei Cloud: endpoint https://swr-api.ap-southeast-1.myhuaweicloud.com, auth_url https://iam.ap-southeast-1.myhuaweicloud.com/v3
  Huawei Cloud, Europe: endpoint https://swr-api.eu-west-101.myhuaweicloud.eu, auth_url https://iam.eu-west-101.myhuaweicloud.eu/v3
  Flexible Engine: endpoint https://swr-api.eu-west-0.prod-cloud-ocb.orange-business.com, auth_url https://iam.eu-west-0.prod-cloud-ocb.orange-business.com/v3`

// parseURL checks a URL that credentials will be sent to. The texts of its
// errors never repeat a URL that may hold a password.
func (r *resolver) parseURL(attribute string, v value, insecure bool) (*url.URL, bool) {
	summary := "Invalid " + attribute
	// The @ is looked for in the whole text: in "https://user:a/b@host" the
	// parser takes "user:a" for the host.
	if strings.Contains(v.text, "@") {
		r.fail(attribute, summary, "The URL of %s holds user info (what stands before an @). Take it out: user and password have attributes of their own.", v.source)
		return nil, false
	}
	if !strings.Contains(v.text, "://") {
		r.fail(attribute, summary, "The URL of %s has no scheme. %s", v.source, withScheme(v.text))
		return nil, false
	}
	u, err := url.Parse(v.text)
	if err != nil || u.Hostname() == "" {
		r.fail(attribute, summary, "What %s gives is no URL with a host. An example: https://swr-api.eu-de.otc.t-systems.com", v.source)
		return nil, false
	}
	if u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		r.fail(attribute, summary, "The URL of %s has a query or a fragment (what follows a ? or #). Take it out: %s", v.source, httpsafe.DisplayURL(u))
		return nil, false
	}
	switch {
	case u.Scheme == "https":
	case u.Scheme != "http":
		r.fail(attribute, summary, "The URL of %s begins with %s://. It must begin with https://", v.source, u.Scheme)
		return nil, false
	case isLoopback(u.Hostname()):
	case insecure:
		r.warn(attribute, "Credentials travel in clear text", "The URL of %s, %s, begins with http://, and insecure allows it: whoever listens on the way reads the credentials.", v.source, httpsafe.DisplayURL(u))
	default:
		r.fail(attribute, summary, "The URL of %s, %s, begins with http://: whoever listens on the way would read the credentials. Write https://, or set insecure = true if the network is to be trusted.", v.source, httpsafe.DisplayURL(u))
		return nil, false
	}
	return u, true
}

// withScheme shows a URL as it was probably meant.
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

// isLoopback says whether what is sent to host stays on this machine.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}

// normaliseEndpoint takes off the trailing / and /v2 that design.md tolerates.
func normaliseEndpoint(u *url.URL) *url.URL {
	return trimPath(u, "/v2")
}

var versionSegment = regexp.MustCompile(`/v[0-9.]+$`)

// normaliseAuthURL gives an IAM URL its /v3, whether it was written with or
// without.
func normaliseAuthURL(u *url.URL) (*url.URL, error) {
	u = trimPath(u, "/v3")
	if version := versionSegment.FindString(u.Path); version != "" {
		return nil, fmt.Errorf("ends in %s, but sign-in needs IAM v3: write /v3 instead", version)
	}
	return u.JoinPath("v3"), nil
}

// trimPath copies u without trailing slashes and without the given end.
func trimPath(u *url.URL, end string) *url.URL {
	trim := func(path string) string {
		path = strings.TrimRight(path, "/")
		return strings.TrimRight(strings.TrimSuffix(path, end), "/")
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host, Path: trim(u.Path), RawPath: trim(u.RawPath)}
}

// globalIAMHosts serve every region of a cloud, so that the region, which the
// host of SWR needs, must come from elsewhere.
var globalIAMHosts = []string{"iam.myhuaweicloud.com", "iam.myhuaweicloud.eu"}

var regionLabel = regexp.MustCompile(`^[a-z0-9-]+$`)

// deriveEndpoint finds the endpoint of SWR beside an IAM: for every cloud in
// api.md, iam. or iam-pub. becomes swr-api. Where that can't be done the reason
// is said instead.
func deriveEndpoint(authURL *url.URL, region string) (endpoint *url.URL, reason string) {
	host := strings.ToLower(authURL.Hostname())
	first, rest, _ := strings.Cut(host, ".")
	switch {
	case first != "iam" && first != "iam-pub" || rest == "":
		return nil, fmt.Sprintf("the host of auth_url, %s, has neither the form iam.* nor iam-pub.*", displayHost(authURL))
	case authURL.Port() != "" && authURL.Port() != "443":
		return nil, fmt.Sprintf("auth_url, with host %s, has a port of its own, and that of SWR is not known", displayHost(authURL))
	case slices.Contains(globalIAMHosts, host):
		if !regionLabel.MatchString(region) {
			return nil, fmt.Sprintf("the host of auth_url, %s, serves all regions, and no valid region is set", host)
		}
		rest = region + "." + rest
	}
	return &url.URL{Scheme: authURL.Scheme, Host: "swr-api." + rest}, ""
}

// regionalHosts are the clouds whose hosts have the region between these parts.
// Private clouds may name their hosts otherwise, so nothing is known of theirs.
var regionalHosts = regexp.MustCompile(`^swr-api\.([a-z0-9-]+)\.(otc\.t-systems\.com|sc\.otc\.t-systems\.com|myhuaweicloud\.com|myhuaweicloud\.eu|prod-cloud-ocb\.orange-business\.com)$`)

// servedRegion is the region that a derived endpoint serves, where its host says.
func servedRegion(derived *url.URL) (region string, ok bool) {
	match := regionalHosts.FindStringSubmatch(derived.Host)
	if match == nil {
		return "", false
	}
	return match[1], true
}

func displayHost(u *url.URL) string { return httpsafe.Printable(u.Host) }

// errForeignHost keeps credentials from a host that nobody named.
var errForeignHost = errors.New("refusing to send credentials to a host other than the endpoint's")

// checkHost says whether a request goes where the credentials belong.
func checkHost(endpoint, target *url.URL) error {
	if target.Scheme != endpoint.Scheme || !strings.EqualFold(target.Host, endpoint.Host) {
		return fmt.Errorf("%w: %s instead of %s", errForeignHost, displayHost(target), displayHost(endpoint))
	}
	return nil
}
