package auth

import (
	"crypto/x509"
	"fmt"
	"net/url"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// Defaults of the attributes that have a fixed one.
const (
	DefaultMaxRetries     = 5
	DefaultRequestTimeout = 60 * time.Second
)

// Config is all that a client needs to be built, as [Resolve] found it. Build
// it with nothing else: a credential has parts that are not exported.
type Config struct {
	// Endpoint is the base URL of the SWR API: no /v2, no trailing slash, no
	// user info, query or fragment. It may have a base path.
	Endpoint       *url.URL
	EndpointSource string

	// Region may be "".
	Region       string
	RegionSource string

	// AuthURL is the IAM v3 URL, ending in /v3. It is nil where none was given
	// and none is needed.
	AuthURL       *url.URL
	AuthURLSource string

	Credential Credential
	TLS        TLS

	// MaxRetries is the number of tries after the first.
	MaxRetries int
	// RequestTimeout is the time that one request may take, a login included.
	// [Config.Transport] bounds logins by it; other requests are bounded by
	// their caller.
	RequestTimeout time.Duration
}

// Method is a way to sign in.
type Method string

// The ways to sign in (api.md, "Signing in").
const (
	MethodToken    Method = "token"
	MethodKeyPair  Method = "key pair"
	MethodPassword Method = "password"
)

// SignatureFormat is the form of the Authorization header of signed requests
// (api.md, "Signing in"), called after the word in it.
type SignatureFormat string

// The two forms that are in use.
const (
	// FormatAccess is what Huawei Cloud's clients send.
	FormatAccess SignatureFormat = "access"
	// FormatCredential is what Open Telekom Cloud's clients send.
	FormatCredential SignatureFormat = "credential"
)

// Credential is the one way to sign in that was chosen. However it is printed,
// it shows [Credential.Source] and no more.
type Credential struct {
	Method Method
	// Source says where it came from, as in "token from the environment
	// variable OS_TOKEN". It holds no secret.
	Source string
	// SignatureFormat is set for a key pair alone.
	SignatureFormat SignatureFormat

	token secret
	keys  keyPair
	login login
}

// keyPair is an access key with its secret; securityToken makes it temporary.
type keyPair struct {
	accessKey, secretKey, securityToken secret
}

// login is a user with the scope that a token is asked for.
type login struct {
	user     nameOrID
	password secret
	// domain is the account, of the user and of the project.
	domain  nameOrID
	project nameOrID
	// scope says which account and project these are, and where they came
	// from.
	scope string
}

// nameOrID is a thing of IAM, known by one of the two.
type nameOrID struct{ name, id string }

func (v value) nameOrID() nameOrID {
	if v.isID {
		return nameOrID{id: v.text}
	}
	return nameOrID{name: v.text}
}

// Format names the way to sign in and its source, whatever the verb.
func (c Credential) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, c.Source) }

// TLS is how servers prove who they are.
type TLS struct {
	// Roots are the certificates of cacert_file; nil is the system's own. They
	// replace the system's, as with every OpenStack client.
	Roots *x509.CertPool
	// Insecure takes every certificate.
	Insecure bool
}

// Describe says which source gave credential, endpoint and region, and of a login
// also account, project and IAM. It holds no secret and belongs in every message
// about a 401, be it IAM's or the API's.
func (c Config) Describe() string {
	region := "no region is set"
	if c.Region != "" {
		region = fmt.Sprintf("region %q from %s", c.Region, c.RegionSource)
	}
	endpoint := ""
	if c.Endpoint != nil {
		endpoint = c.Endpoint.String()
	}
	credential := c.Credential.Source
	if c.Credential.Method == MethodPassword && c.AuthURL != nil {
		credential += fmt.Sprintf(", for %s, at %s from %s", c.Credential.login.scope, httpsafe.DisplayURL(c.AuthURL), c.AuthURLSource)
	}
	return fmt.Sprintf("Signing in with: %s; endpoint %s from %s; %s.", credential, endpoint, c.EndpointSource, region)
}
