package config

import (
	"fmt"
	"slices"
	"strings"
)

// methodSpec describes an authentication method.
type methodSpec struct {
	method Method
	// selectors are the attributes of which one is enough to select the method.
	selectors []string
	// required are the attributes or objects that a credential must have.
	required []string
	// cloudKeys describes required in an entry of clouds.yaml.
	cloudKeys string
	// authTypes are the values of auth_type in clouds.yaml.
	authTypes []string
	// cloudSecrets are the secrets among the keys of an entry, with the attributes
	// that override them.
	cloudSecrets map[string]string
}

// methodSpecs are in order of precedence.
var methodSpecs = []methodSpec{
	{
		method: MethodToken, selectors: []string{"token"}, required: []string{"token"},
		cloudKeys: "token", authTypes: []string{"token", "v3token"},
		cloudSecrets: map[string]string{"token": "token"},
	},
	{
		method: MethodKeyPair, selectors: []string{"access_key", "secret_key", "security_token"},
		required: []string{"access_key", "secret_key"}, cloudKeys: "ak and sk", authTypes: []string{"aksk"},
		cloudSecrets: map[string]string{"sk": "secret_key", "security_token": "security_token"},
	},
	{
		method: MethodPassword, selectors: []string{"user_name", "user_id", "password"},
		required: []string{"user", "password"}, cloudKeys: "username (or user_id) and password",
		authTypes: []string{"password", "v3password"}, cloudSecrets: map[string]string{"password": "password"},
	},
}

// pair is two settings that only work together. Each may be set or not.
type pair struct {
	first, second value
	// envPrefix is that of the variables with at least one of them, or "".
	envPrefix string
}

func (p pair) isComplete() bool { return p.first.isSet() && p.second.isSet() }
func (p pair) isEmpty() bool    { return !p.first.isSet() && !p.second.isSet() }

// source names the sources, only once if they are the same.
func (p pair) source() string {
	if p.first.source == p.second.source {
		return p.first.source
	}
	return p.first.source + " and " + p.second.source
}

// findPair returns two settings that belong together: both from the block, or both
// from variables with the same prefix. Variables complete a pair of the block only
// if they have no other value for the part in the block, which would belong to
// another account. If the block has neither, the first prefix with a variable that
// is set counts, so that an incomplete pair is an error and is not completed with a
// variable of the other prefix.
func (r *resolver) findPair(first, second string) pair {
	block := pair{first: r.block.lookup(first), second: r.block.lookup(second)}
	if block.isComplete() {
		return block
	}
	for _, prefix := range envPrefixes {
		env := pair{r.env.lookup(first, prefix), r.env.lookup(second, prefix), prefix}
		switch {
		case env.isEmpty():
		case block.isEmpty():
			return env
		case block.first.isSet() && env.second.isSet() && (!env.first.isSet() || env.first.equal(block.first)):
			return pair{block.first, env.second, prefix}
		case block.second.isSet() && env.first.isSet() && (!env.second.isSet() || env.second.equal(block.second)):
			return pair{env.first, block.second, prefix}
		}
	}
	return block
}

// failIncomplete reports the missing part of a pair, and names both.
func (r *resolver) failIncomplete(summary string, p pair, first, second string) {
	present, missing := first, second
	if !p.first.isSet() {
		present, missing = second, first
	}
	// An object is reported under the name of an attribute.
	attribute := func(name string) string {
		switch {
		case name == "user" && p.first.isID:
			return "user_id"
		case name == "user":
			return "user_name"
		}
		return name
	}
	switch {
	case p.envPrefix != "":
		r.fail(attribute(missing), summary, "%s is set, but %s is not. Both must come from variables with the same prefix, "+
			"OS_ or HW_: set both or neither.", capitalize(firstSet(p.first, p.second).source), variables(missing, p.envPrefix)[0])
	case p.isEmpty():
		r.fail(attribute(first), summary, "The provider block sets security_token, but %s and %s are set neither there "+
			"nor in the environment.", attribute(first), attribute(second))
	default:
		r.fail(attribute(missing), summary, "The provider block sets %s, but %s is not set there, nor is %s in the environment. "+
			"(A variable is not used if %s beside it has another value than %s.)", attribute(present), attribute(missing),
			r.firstVariables(missing), r.firstVariables(present), attribute(present))
	}
}

// credential returns the credential to use. If there is none, there is an error.
func (r *resolver) credential() Credential {
	for _, object := range objects {
		if name, id := object+"_name", object+"_id"; r.block[name] != "" && r.block[id] != "" {
			r.fail(id, "Conflicting "+object+" attributes", "The provider block sets both %s and %s. Keep one of them.", name, id)
		}
	}
	cloudName := r.block.lookup("cloud")
	var selected []methodSpec
	for _, spec := range methodSpecs {
		if len(r.inBlock(spec.selectors)) > 0 {
			selected = append(selected, spec)
		}
	}
	if r.failConflicts(selected, cloudName.isSet()) {
		return Credential{}
	}
	switch {
	case cloudName.isSet() && len(selected) > 0:
		return r.fromCloud(cloudName, selected[0])
	case cloudName.isSet():
		return r.fromCloud(cloudName, methodSpec{})
	case len(selected) > 0:
		return r.fromBlock(selected[0])
	default:
		return r.fromEnvironment()
	}
}

// inBlock returns those of the attributes that the block sets.
func (r *resolver) inBlock(attributes []string) (set []string) {
	for _, attribute := range attributes {
		if r.block.lookup(attribute).isSet() {
			set = append(set, attribute)
		}
	}
	return set
}

// failConflicts reports more than one authentication method in the block. Beside
// cloud, a single method conflicts only if it is complete: a part of a key pair or
// of a login overrides that part of the entry.
func (r *resolver) failConflicts(selected []methodSpec, hasCloud bool) bool {
	if len(selected) == 0 || len(selected) == 1 &&
		(!hasCloud || len(r.inBlock(selected[0].required)) < len(selected[0].required)) {
		return false
	}
	var conflicts []string
	for _, spec := range selected {
		conflicts = append(conflicts, strings.Join(r.inBlock(spec.selectors), " with "))
	}
	if hasCloud {
		conflicts = append(conflicts, "cloud")
	}
	r.fail(r.inBlock(selected[0].selectors)[0], "Conflicting credentials", "The provider block sets %s. Keep one authentication "+
		"method: token; or access_key with secret_key; or user_name or user_id with password; or cloud.",
		strings.Join(conflicts, ", and also "))
	return true
}

// fromBlock returns the credential that the block sets at least a part of. The rest
// comes from variables, or else from the entry of clouds.yaml that OS_CLOUD names.
func (r *resolver) fromBlock(spec methodSpec) Credential {
	if spec.method == MethodToken {
		return r.newToken(r.block.lookup("token"))
	}
	p := r.findPair(spec.required[0], spec.required[1])
	if name := r.env.lookup("cloud", ""); name.isSet() && !p.isComplete() {
		return r.fromCloud(name, spec)
	}
	return r.fromPair(spec.method, p)
}

// fromEnvironment returns the first credential that the environment sets at least a
// part of.
func (r *resolver) fromEnvironment() Credential {
	for _, prefix := range envPrefixes {
		if token := r.env.lookup("token", prefix); token.isSet() {
			r.envPrefix = prefix
			return r.newToken(token)
		}
	}
	if p := r.findPair("access_key", "secret_key"); !p.isEmpty() {
		return r.fromPair(MethodKeyPair, p)
	}
	if p := r.findPair("user", "password"); !p.isEmpty() {
		return r.fromPair(MethodPassword, p)
	}
	if name := r.env.lookup("cloud", ""); name.isSet() {
		return r.fromCloud(name, methodSpec{})
	}
	r.fail("", "No credentials configured", `Neither the provider block nor the environment has credentials. Set one of:
  - a token: token, or OS_TOKEN, OS_AUTH_TOKEN, HW_AUTH_TOKEN
  - an access key: access_key and secret_key (and security_token), or OS_ACCESS_KEY and OS_SECRET_KEY, `+
		`or HW_ACCESS_KEY and HW_SECRET_KEY
  - a login: user_name or user_id, password, and domain_name or domain_id, or OS_USERNAME, OS_PASSWORD and `+
		`OS_USER_DOMAIN_NAME, or HW_USER_NAME, HW_USER_PASSWORD and HW_DOMAIN_NAME
  - an entry of clouds.yaml: cloud, or OS_CLOUD`)
	return Credential{}
}

// fromPair returns the credential that is made of a pair of the block and the
// environment.
func (r *resolver) fromPair(method Method, p pair) Credential {
	r.envPrefix = p.envPrefix
	if method == MethodPassword {
		if !p.isComplete() {
			r.failIncomplete("Incomplete login", p, "user", "password")
			return Credential{}
		}
		return newLogin(p)
	}
	if !p.isComplete() {
		r.failIncomplete("Incomplete access key", p, "access_key", "secret_key")
		return Credential{}
	}
	// A security token belongs to its key pair: one in the environment must not be
	// sent with a key pair of the block.
	securityToken := r.block.lookup("security_token")
	if !securityToken.isSet() && p.envPrefix != "" {
		securityToken = r.env.lookup("security_token", p.envPrefix)
	}
	return r.newKeyPair(p, securityToken)
}

// fromCloud returns the credential of an entry of clouds.yaml. The spec is that of
// the method of which the block overrides a part, or zero.
func (r *resolver) fromCloud(name value, spec methodSpec) Credential {
	c, err := loadCloud(r.env, name.text, r.block)
	if err != nil {
		r.fail("cloud", "Invalid cloud", "The cloud %q from %s can't be used: %s.", name.text, name.source, err)
		return Credential{}
	}
	r.cloud = c
	if !r.checkAuthType(c) {
		return Credential{}
	}
	if spec.method == "" {
		if spec = r.cloudMethod(c); spec.method == "" {
			return Credential{}
		}
	}
	for _, attribute := range spec.required {
		if !r.lookup(attribute).isSet() {
			r.fail("cloud", "Incomplete cloud", "%s, together with the provider block, must set %s (under auth, in clouds.yaml "+
				"or secure.yaml).", capitalize(c.source()), spec.cloudKeys)
			return Credential{}
		}
	}
	for key, attribute := range spec.cloudSecrets {
		if err := c.checkOrigins(key, r.block); err != nil && !r.block.lookup(attribute).isSet() {
			r.fail("cloud", "Secret and host from different files", "The cloud %q from %s can't be used: %s.",
				name.text, name.source, err)
			return Credential{}
		}
	}
	switch spec.method {
	case MethodToken:
		return r.newToken(r.lookup("token"))
	case MethodKeyPair:
		return r.newKeyPair(pair{first: r.lookup("access_key"), second: r.lookup("secret_key")}, r.lookup("security_token"))
	default:
		return newLogin(pair{first: r.lookup("user"), second: r.lookup("password")})
	}
}

// checkAuthType reports an auth_type that is not supported, and one whose settings are
// missing.
func (r *resolver) checkAuthType(c *cloud) bool {
	switch authType := c.entry.AuthType; {
	case authType == authTypeAgency && !r.lookup("assume_role.agency_name").isSet():
		r.fail("cloud", "Incomplete cloud", "The auth_type of %s is agency, but target_agency_name is not set. Set it under auth, "+
			"with target_domain_name or target_domain_id, the account that delegates.", c.source())
		return false
	case authType != "" && authType != authTypeAgency &&
		!slices.ContainsFunc(methodSpecs, func(spec methodSpec) bool { return slices.Contains(spec.authTypes, authType) }):
		r.fail("cloud", "Unsupported auth_type", "The auth_type %q of %s is not supported. Supported are password (v3password), "+
			"token (v3token), aksk and agency; without auth_type, the settings under auth decide.", authType, c.source())
		return false
	}
	return true
}

// cloudMethod returns the method of the entry. Without one there is an error.
func (r *resolver) cloudMethod(c *cloud) methodSpec {
	for _, spec := range methodSpecs {
		if c.selects(spec) {
			return spec
		}
	}
	r.fail("cloud", "No credentials configured", "%s has none of these under auth: token; ak and sk; username (or user_id) "+
		"and password.", capitalize(c.source()))
	return methodSpec{}
}

func (r *resolver) newToken(token value) Credential {
	r.checkHeaderValue("token", token)
	return Credential{Method: MethodToken, Source: "token from " + token.source, Token: NewSecret(token.text)}
}

func (r *resolver) newKeyPair(p pair, securityToken value) Credential {
	r.checkHeaderValue("access_key", p.first)
	r.checkHeaderValue("secret_key", p.second)
	r.checkHeaderValue("security_token", securityToken)
	kind := "access key"
	if securityToken.isSet() {
		kind = "temporary access key"
	}
	return Credential{
		Method: MethodKeyPair,
		Source: kind + " from " + p.source(),
		KeyPair: KeyPair{
			AccessKey: NewSecret(p.first.text), SecretKey: NewSecret(p.second.text), SecurityToken: NewSecret(securityToken.text),
		},
	}
}

func newLogin(p pair) Credential {
	return Credential{
		Method: MethodPassword,
		Source: fmt.Sprintf("login as %s from %s", p.first.describe("user"), p.source()),
		Login:  Login{User: p.first.nameOrID(), Password: NewSecret(p.second.text)},
	}
}

// checkHeaderValue refuses a credential that no header can contain, above all one
// with the line break at the end of a file. The messages do not show it.
func (r *resolver) checkHeaderValue(attribute string, v value) {
	if strings.ContainsFunc(v.text, func(c rune) bool { return c <= ' ' || c > '~' }) {
		r.fail(attribute, "Invalid "+attribute, "The %s from %s contains a space, a line break or another character that is not "+
			"allowed. If it was read from a file, trimspace() removes the line break at its end.", attribute, v.source)
	}
}

// completeLogin adds the scope of a login: the account and the project of the token.
func (r *resolver) completeLogin(config *Config) {
	domain, project := r.scope("domain"), r.scope("project")
	if !project.isSet() {
		// On these clouds each region has a project of the same name.
		project = value{text: config.Region, source: "the region of " + config.RegionSource}
	}
	login := &config.Credential.Login
	login.Domain, login.Project = domain.nameOrID(), project.nameOrID()
	login.scope = project.describe("project") + " from " + project.source
	if domain.isSet() {
		login.scope = domain.describe("account") + " from " + domain.source + " and " + login.scope
	}

	if config.AuthURL == nil && !r.failed("auth_url") {
		r.fail("auth_url", "No auth_url", "A login requires the URL of IAM. Set auth_url in the provider block, or %s. "+
			"Example: https://iam.eu-de.otc.t-systems.com/v3",
			r.inCloudOr("auth_url under auth", strings.Join(variables("auth_url", ""), " or ")))
	}
	if !project.isSet() {
		r.fail("project_name", "No project", "A login requires a project. In the provider block set project_name, project_id or "+
			"region (the project of a region has its name); or set %s.",
			r.inCloudOr("project_name under auth, or region_name,", r.firstVariables("project")+" or OS_REGION_NAME"))
	}
	if !domain.isSet() && (login.User.ID == "" || project.isSet() && login.Project.ID == "") {
		r.fail("domain_name", "No account", "A login with the name of a user or of a project requires the account that it belongs "+
			"to. Set domain_name or domain_id in the provider block, or %s.",
			r.inCloudOr("user_domain_name under auth", r.firstVariables("domain")))
	}
}

// scope returns the account or the project of a login. If a part of the login comes
// from variables, only those with the same prefix count.
func (r *resolver) scope(object string) value {
	if r.cloud != nil {
		return r.lookup(object)
	}
	return firstSet(r.block.lookup(object), r.env.lookup(object, r.envPrefix))
}

// firstVariables returns the variable of each prefix to propose in an error.
func (r *resolver) firstVariables(attribute string) string {
	var names []string
	for _, prefix := range envPrefixes {
		if r.envPrefix == "" || r.envPrefix == prefix {
			names = append(names, variables(attribute, prefix)[0])
		}
	}
	return strings.Join(names, " or ")
}

// inCloudOr returns where something can be set other than in the block: in the entry
// of clouds.yaml that has the credential, or else in variables.
func (r *resolver) inCloudOr(key, variables string) string {
	if r.cloud != nil {
		return key + " in " + r.cloud.source()
	}
	return variables
}
