// Package config resolves what a user configures: the provider block, environment
// variables, clouds.yaml and profiles of Huawei Cloud's CLI, merged by precedence into
// a [Config].
//
// It knows the credentials and settings that Open Telekom Cloud, Huawei Cloud and
// compatible clouds use, and where their users keep them. It sends nothing: package
// auth makes a transport from the [Config]. It does not depend on Terraform.
package config

import (
	"crypto/x509"
	"fmt"
	"net/url"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// Config is everything that is needed to call the API, as returned by [Resolve].
type Config struct {
	// Endpoint is the base URL of the SWR API, without /v2, trailing slash, user
	// info, query or fragment. It may have a base path.
	Endpoint       *url.URL
	EndpointSource string

	// Region may be empty.
	Region       string
	RegionSource string

	// AuthURL is the URL of IAM v3, ending in /v3. It is nil if it is not known, which
	// is an error with [MethodPassword], with [MethodOIDC] and with an agency.
	AuthURL       *url.URL
	AuthURLSource string

	Credential Credential
	TLS        TLS

	// MaxRetries is the number of attempts after the first.
	MaxRetries int
	// RequestTimeout limits one request to SWR or to IAM.
	RequestTimeout time.Duration
}

// Method is an authentication method.
type Method string

// The authentication methods (internal/swr/API.md, "Signing in").
const (
	MethodToken    Method = "token"
	MethodOIDC     Method = "id token"
	MethodKeyPair  Method = "key pair"
	MethodPassword Method = "password"
)

// SignatureFormat is the format of the Authorization header of signed requests
// (internal/swr/API.md, "Signing in"), named after its first parameter.
type SignatureFormat string

// The two formats in use.
const (
	// FormatAccess is what clients of Huawei Cloud send.
	FormatAccess SignatureFormat = "access"
	// FormatCredential is what clients of Open Telekom Cloud send.
	FormatCredential SignatureFormat = "credential"
)

// Credential is the credential that is used. All fmt verbs print only its source.
type Credential struct {
	Method Method
	// Source says where the credential came from, for example "token from the
	// environment variable OS_TOKEN". It contains no secret.
	Source string

	// Token is set for [MethodToken].
	Token Secret
	// KeyPair is set for [MethodKeyPair].
	KeyPair KeyPair
	// Login is set for [MethodPassword].
	Login Login
	// OIDC is set for [MethodOIDC].
	OIDC OIDC

	// Agency is the one to assume with the credential, or nil.
	Agency *Agency

	// scope describes account and project with their sources, or is "".
	scope string
}

// KeyPair is an access key with its secret key. A security token makes it temporary.
type KeyPair struct {
	AccessKey, SecretKey, SecurityToken Secret
	Format                              SignatureFormat
	// Domain is the account of the key pair. It may be unknown.
	Domain NameOrID
	// Project is the one that requests are for, by default that of the region.
	Project NameOrID
}

// Login is a user with the scope of the token to request.
type Login struct {
	User     NameOrID
	Password Secret
	// Domain is the account of the user and of the project.
	Domain  NameOrID
	Project NameOrID
}

// OIDC is an ID token of an identity provider, with the scope of the token to request.
type OIDC struct {
	// IDPID is the name of the identity provider in IAM.
	IDPID string
	// One of IDToken and IDTokenFile is set.
	IDToken     Secret
	IDTokenFile string
	Project     NameOrID
}

// Agency is a delegation of another account to the own one.
type Agency struct {
	Name string
	// Domain is the account that delegates.
	Domain NameOrID
	// Project may be unset with AsKeyPair, for that of the region.
	Project NameOrID
	// AsKeyPair selects a temporary key pair instead of a token.
	AsKeyPair bool
	// Source says where the settings came from.
	Source string
}

// NameOrID identifies an object in IAM. One of the two is set.
type NameOrID struct{ Name, ID string }

// Format implements [fmt.Formatter].
func (c Credential) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, c.Source) }

// TLS is how servers are verified.
type TLS struct {
	// Roots are the certificates of cacert_file. As in OpenStack clients they
	// replace those of the system, which nil selects.
	Roots *x509.CertPool
	// Insecure disables verification.
	Insecure bool
}

// Describe returns a sentence that names the sources of credential, endpoint and
// region, and for a login also account, project and IAM, and the agency with the
// account in which the run acts. It contains no secret and belongs in every message
// about a 401 response of the API or of IAM.
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
	if c.Credential.scope != "" {
		credential += ", for " + c.Credential.scope
	}
	if c.AuthURL != nil && (c.Credential.Agency != nil || c.Credential.isLogin()) {
		credential += fmt.Sprintf(", at %s from %s", httpsafe.DisplayURL(c.AuthURL), c.AuthURLSource)
	}
	if agency := c.Credential.Agency; agency != nil {
		credential += fmt.Sprintf("; acting in %s with the %s", agency.Account(), agency.Source)
	}
	return fmt.Sprintf("Credential: %s; endpoint %s from %s; %s.", credential, endpoint, c.EndpointSource, region)
}

// isLogin reports whether IAM issues the token.
func (c Credential) isLogin() bool { return c.Method == MethodPassword || c.Method == MethodOIDC }

// Account returns the account that delegates, such as `account "ops"`.
func (a Agency) Account() string {
	return value{text: a.Domain.Name + a.Domain.ID, isID: a.Domain.ID != ""}.describe("account")
}
