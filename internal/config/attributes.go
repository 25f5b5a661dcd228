package config

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is the type of an attribute.
type Kind int

// The kinds of attributes.
const (
	String Kind = iota
	Bool
	Int
)

// Attribute is an attribute of the provider block. All of them are optional.
type Attribute struct {
	// Name is that of the attribute, after the name of its object and a dot if it is
	// nested, such as "assume_role.agency_name".
	Name      string
	Kind      Kind
	Sensitive bool
	// Env are the environment variables that set the attribute where the block
	// does not. The first one that is set counts.
	Env []string
	// Description is Markdown, without environment variables and default.
	Description string
	// Default describes the value of an attribute that is not set, as Markdown.
	Default string
}

// Attributes are the attributes of the provider block. The schema, the decoding of
// the block and the lookup of environment variables follow from this table.
//
// Variables of one credential must have the same prefix (see envPrefixes). The variable
// for the ID of an object has the name of the one for its name, with ID for NAME.
var Attributes = []Attribute{
	{
		Name: "endpoint", Env: []string{"SWR_ENDPOINT"},
		Description: "Base URL of the SWR API, such as `https://swr-api.eu-de.otc.t-systems.com`.",
		Default: "derived from `auth_url` by replacing `iam` or `iam-pub` with `swr-api`, or else from the region " +
			"if that identifies the cloud",
	},
	{
		Name: "region", Env: []string{"OS_REGION_NAME", "OS_REGION", "HW_REGION_NAME"},
		Description: "Region, such as `eu-de`. With neither `endpoint` nor `auth_url`, it selects the hosts of Open Telekom Cloud " +
			"(`eu-de`, `eu-nl`), or of Huawei Cloud for credentials of the `HW_` variables or with `HW_CLOUD`. " +
			"If the endpoint is derived from `auth_url`, the region must match its host. " +
			"It is also the default of `project_name`.",
	},
	{
		Name: "auth_url", Env: []string{"OS_AUTH_URL", "HW_AUTH_URL"},
		Description: "URL of IAM v3, such as `https://iam.eu-de.otc.t-systems.com/v3`.",
		Default:     "derived from the region if that identifies the cloud",
	},
	{
		Name: "token", Sensitive: true, Env: []string{"OS_TOKEN", "OS_AUTH_TOKEN", "HW_AUTH_TOKEN"},
		Description: "IAM token.",
	},
	{
		Name: "access_key", Env: []string{"OS_ACCESS_KEY", "HW_ACCESS_KEY"},
		Description: "Access key (AK) for signing requests.",
	},
	{
		Name: "secret_key", Sensitive: true, Env: []string{"OS_SECRET_KEY", "HW_SECRET_KEY"},
		Description: "Secret key (SK) of the access key.",
	},
	{
		Name: "security_token", Sensitive: true, Env: []string{"OS_SECURITY_TOKEN", "HW_SECURITY_TOKEN"},
		Description: "Security token of a temporary access key.",
	},
	{
		Name: "signature_format", Env: []string{"SWR_SIGNATURE_FORMAT"},
		Description: "Format of the signature: `access` or `credential`, named after the word in the Authorization header.",
		Default:     "`credential` on hosts under `otc.t-systems.com`, else `access`",
	},
	{
		Name: "user_name", Env: []string{"OS_USERNAME", "HW_USER_NAME"},
		Description: "User that logs in to IAM.",
	},
	{
		Name: "user_id", Env: []string{"OS_USER_ID", "HW_USER_ID"},
		Description: "ID of the user, instead of the name.",
	},
	{
		Name: "password", Sensitive: true, Env: []string{"OS_PASSWORD", "HW_USER_PASSWORD"},
		Description: "Password of the user.",
	},
	{
		Name:        "domain_name",
		Env:         []string{"OS_USER_DOMAIN_NAME", "OS_PROJECT_DOMAIN_NAME", "OS_DOMAIN_NAME", "HW_DOMAIN_NAME"},
		Description: "Account of the user.",
	},
	{
		Name:        "domain_id",
		Env:         []string{"OS_USER_DOMAIN_ID", "OS_PROJECT_DOMAIN_ID", "OS_DOMAIN_ID", "HW_DOMAIN_ID"},
		Description: "ID of the account, instead of the name.",
	},
	{
		Name: "project_name", Env: []string{"OS_PROJECT_NAME", "OS_TENANT_NAME", "HW_PROJECT_NAME"},
		Description: "Project that requests are for.", Default: "the region",
	},
	{
		Name: "project_id", Env: []string{"OS_PROJECT_ID", "OS_TENANT_ID", "HW_PROJECT_ID"},
		Description: "ID of the project, instead of the name.",
	},
	{
		Name: "assume_role.agency_name", Env: []string{"OS_AGENCY_NAME", "HW_ASSUME_ROLE_AGENCY_NAME"},
		Description: "Name of the agency in the account that delegated to the own account.",
	},
	{
		Name: "assume_role.domain_name", Env: []string{"OS_AGENCY_DOMAIN_NAME", "HW_ASSUME_ROLE_DOMAIN_NAME"},
		Description: "Account that delegated to the own account.",
	},
	{
		Name: "assume_role.domain_id", Env: []string{"HW_ASSUME_ROLE_DOMAIN_ID"},
		Description: "ID of that account, instead of the name.",
	},
	{
		Name: "assume_role.project_name", Env: []string{"OS_DELEGATED_PROJECT"},
		Description: "Project of that account.", Default: "the region",
	},
	{
		Name:        "assume_role.project_id",
		Description: "ID of the project, instead of the name.",
	},
	{
		Name: "oidc.idp_id", Env: []string{"SWR_OIDC_IDP_ID", "HW_ASSUME_ROLE_IDP_ID", "HUAWEICLOUD_SDK_IDP_ID"},
		Description: "Name of the identity provider in IAM.",
	},
	{
		Name: "oidc.id_token", Sensitive: true, Env: []string{"SWR_OIDC_ID_TOKEN", "HW_ASSUME_ROLE_ID_TOKEN"},
		Description: "ID token (a JWT) that the identity provider issued.",
	},
	{
		Name:        "oidc.id_token_file",
		Env:         []string{"SWR_OIDC_ID_TOKEN_FILE", "HW_ASSUME_ROLE_ID_TOKEN_FILE", "HUAWEICLOUD_SDK_ID_TOKEN_FILE"},
		Description: "File with the ID token, instead of the token. It is read again for each renewal.",
	},
	{
		Name: "shared_config_file", Env: []string{"HW_SHARED_CONFIG_FILE"},
		Description: "Configuration file of the command-line interface of Huawei Cloud (KooCLI, `hcloud`).",
		Default:     "`~/.hcloud/config.json` if `profile` is set",
	},
	{
		Name: "profile", Env: []string{"HW_PROFILE"},
		Description: "Profile of the command-line interface of Huawei Cloud, in `shared_config_file`.",
		Default:     "the current profile of `shared_config_file`",
	},
	{
		Name: "cloud", Env: []string{"OS_CLOUD"},
		Description: "Entry of `clouds.yaml` that sets host, scope and credential.",
	},
	{
		Name: "cacert_file", Env: []string{"OS_CACERT"},
		Description: "File with the certificates (PEM) to trust instead of those of the system.",
	},
	{
		Name: "insecure", Kind: Bool, Env: []string{"OS_INSECURE", "HW_INSECURE"},
		Description: "Accept any certificate, and plain `http://`. " +
			"Anyone on the network path can then read and change who may pull.",
	},
	{
		Name: "max_retries", Kind: Int, Env: []string{"SWR_MAX_RETRIES"},
		Description: "Number of retries of a request after a temporary failure. " +
			"Waiting while the service limits the request rate does not count.",
		Default: "5",
	},
	{
		Name: "request_timeout", Env: []string{"SWR_REQUEST_TIMEOUT"},
		Description: "Maximum time of one request, as a duration such as `60s`.", Default: "`60s`",
	},
}

// Nested are the attributes with attributes of their own in [Attributes], and their
// descriptions.
var Nested = map[string]string{
	"assume_role": "Acts in another account, which delegated to the own account with an agency. " +
		"It can be combined with every way to sign in.",
	"oidc": "Signs in with an OpenID Connect ID token, such as one that a CI service issues for each job.",
}

// envPrefixes are the prefixes of the two sets of variables that users of these
// clouds have. The variables of a key pair or of a login must all come from one
// set: the two sets may belong to different accounts.
var envPrefixes = []string{"OS_", "HW_"}

// oidcEnvPrefixes are the prefixes of the variables for an ID token. Those of SWR_ are
// this provider's own.
var oidcEnvPrefixes = []string{"SWR_", "HW_", "HUAWEICLOUD_SDK_"}

// profileAttributes select a profile of Huawei Cloud's CLI.
var profileAttributes = []string{"shared_config_file", "profile"}

// idToken is taken for the name of an attribute, like objects. It is
// oidc.id_token_file or oidc.id_token.
const idToken = "oidc.id_token or oidc.id_token_file"

// objects can be set by name or by ID: user by user_name or user_id, and so on.
// Where this package takes the name of an attribute, it takes the object, too.
var objects = []string{"user", "domain", "project", "assume_role.domain", "assume_role.project"}

func isObject(attribute string) bool { return slices.Contains(objects, attribute) }

// variables returns the variables with the prefix that set the attribute, for an
// object those of its name.
func variables(attribute, prefix string) (names []string) {
	switch {
	case attribute == idToken:
		attribute = "oidc.id_token_file"
	case isObject(attribute):
		attribute += "_name"
	}
	for _, a := range Attributes {
		for _, name := range a.Env {
			if a.Name == attribute && strings.HasPrefix(name, prefix) {
				names = append(names, name)
			}
		}
	}
	return names
}

// Settings are the values of the provider block by the names of its attributes. A
// Bool is "true" or "false", an Int is in decimal form.
//
// An empty text counts as not set, as an empty environment variable does: modules
// pass optional variables on with a default of "", and the older providers for
// these clouds treat that as not set.
type Settings map[string]string

// Format hides all values, so that a block that is printed by accident shows none.
func (Settings) Format(f fmt.State, _ rune) { writeRedacted(f) }

// value is a setting with its source.
type value struct {
	text string
	// source is "the provider block", "the environment variable X" or
	// `cloud "x" in FILE`.
	source string
	// isID tells the ID of an object from its name.
	isID bool
	// isFile tells the file of an ID token from the token.
	isFile bool
}

const blockSource = "the provider block"

func (v value) isSet() bool { return v.text != "" }

// equal reports whether two values are the same setting, whatever their sources.
func (v value) equal(w value) bool {
	return v.text == w.text && v.isID == w.isID && v.isFile == w.isFile
}

func (v value) nameOrID() NameOrID {
	if v.isID {
		return NameOrID{ID: v.text}
	}
	return NameOrID{Name: v.text}
}

// describe returns the kind of object with its name or ID. The value must not be a
// secret.
func (v value) describe(kind string) string {
	if v.isID {
		return fmt.Sprintf("%s with id %q", kind, v.text)
	}
	return fmt.Sprintf("%s %q", kind, v.text)
}

// firstSet returns the first value that is set.
func firstSet(values ...value) value {
	for _, v := range values {
		if v.isSet() {
			return v
		}
	}
	return value{}
}

// lookupIDToken returns the file of an ID token, or else the token.
func lookupIDToken(lookup func(attribute string) value) value {
	file := lookup("oidc.id_token_file")
	file.isFile = file.isSet()
	return firstSet(file, lookup("oidc.id_token"))
}

// lookup returns the value of an attribute or object in the block.
func (s Settings) lookup(attribute string) value {
	if attribute == idToken {
		return lookupIDToken(s.lookup)
	}
	if isObject(attribute) {
		id := s.lookup(attribute + "_id")
		id.isID = id.isSet()
		return firstSet(id, s.lookup(attribute+"_name"))
	}
	if s[attribute] == "" {
		return value{}
	}
	return value{text: s[attribute], source: blockSource}
}
