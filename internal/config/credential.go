package config

import (
	"cmp"
	"fmt"
	"regexp"
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
	// envPrefixes are the prefixes of its variables, in order of precedence.
	envPrefixes []string
	// incomplete is the summary of the error about a missing part.
	incomplete string
	// cloudKeys describes required in an entry of clouds.yaml.
	cloudKeys string
	// authTypes are the values of auth_type in clouds.yaml, empty for a method that an
	// entry can't have.
	authTypes []string
	// cloudSecrets are the secrets among the keys of an entry, with the attributes
	// that override them.
	cloudSecrets map[string]string
}

// methodSpecs are in order of precedence.
var methodSpecs = []methodSpec{
	{
		method: MethodToken, selectors: []string{"token"}, required: []string{"token"}, envPrefixes: envPrefixes,
		cloudKeys: "token", authTypes: []string{"token", "v3token"},
		cloudSecrets: map[string]string{"token": "token"},
	},
	{
		method: MethodOIDC, selectors: []string{"oidc.idp_id", "oidc.id_token", "oidc.id_token_file"},
		required: []string{"oidc.idp_id", idToken}, envPrefixes: oidcEnvPrefixes,
		incomplete: "Incomplete ID token",
	},
	{
		method: MethodKeyPair, selectors: []string{"access_key", "secret_key", "security_token"},
		required: []string{"access_key", "secret_key"}, envPrefixes: envPrefixes, incomplete: "Incomplete access key",
		cloudKeys: "ak and sk", authTypes: []string{"aksk"},
		cloudSecrets: map[string]string{"sk": "secret_key", "security_token": "security_token"},
	},
	{
		method: MethodPassword, selectors: []string{"user_name", "user_id", "password"},
		required: []string{"user", "password"}, envPrefixes: envPrefixes, incomplete: "Incomplete login",
		cloudKeys: "username (or user_id) and password",
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
func (r *resolver) findPair(first, second string, prefixes []string) pair {
	block := pair{first: r.block.lookup(first), second: r.block.lookup(second)}
	if block.isComplete() {
		return block
	}
	for _, prefix := range prefixes {
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
func (r *resolver) failIncomplete(summary string, p pair, first, second string, prefixes []string) {
	present, missing := first, second
	if !p.first.isSet() {
		present, missing = second, first
	}
	// An object is reported under the name of an attribute.
	attribute := func(name string) string {
		switch isID := firstSet(p.first, p.second).isID; {
		case name == idToken && p.second.isFile || name == idToken && !p.second.isSet():
			return "oidc.id_token_file"
		case name == idToken:
			return "oidc.id_token"
		case isObject(name) && name == present && isID:
			return name + "_id"
		case isObject(name):
			return name + "_name"
		}
		return name
	}
	switch {
	case p.envPrefix != "":
		r.fail(attribute(missing), summary, "%s is set, but %s is not. Both must come from variables with the same prefix, "+
			"%s: set both or neither.", capitalize(firstSet(p.first, p.second).source), variables(missing, p.envPrefix)[0],
			orList(prefixes))
	case p.isEmpty():
		r.fail(attribute(first), summary, "The provider block sets security_token, but %s and %s are set neither there "+
			"nor in the environment.", attribute(first), attribute(second))
	default:
		r.fail(attribute(missing), summary, "The provider block sets %s, but %s is not set there, nor is %s in the environment. "+
			"(A variable is not used if %s beside it has another value than %s.)", attribute(present), attribute(missing),
			firstVariables(missing, prefixes), firstVariables(present, prefixes), attribute(present))
	}
}

// credential returns the credential to use. If there is none, there is an error.
func (r *resolver) credential() Credential {
	for _, object := range objects {
		r.failBoth("Conflicting "+object+" attributes", object+"_name", object+"_id")
	}
	r.failBoth("Conflicting oidc attributes", "oidc.id_token", "oidc.id_token_file")
	var selected []methodSpec
	for _, spec := range methodSpecs {
		if len(r.inBlock(spec.selectors)) > 0 {
			selected = append(selected, spec)
		}
	}
	cloudName := r.block.lookup("cloud")
	if r.failConflicts(selected) {
		return Credential{}
	}
	switch {
	case len(r.inBlock(profileAttributes)) > 0:
		return r.fromProfile()
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

// failBoth reports two attributes of the block of which only one may be set.
func (r *resolver) failBoth(summary, first, second string) {
	if r.block[first] != "" && r.block[second] != "" {
		r.fail(second, summary, "The provider block sets both %s and %s. Keep one of them.", first, second)
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
func (r *resolver) failConflicts(selected []methodSpec) bool {
	var conflicts []string
	for _, spec := range selected {
		conflicts = append(conflicts, strings.Join(r.inBlock(spec.selectors), " with "))
	}
	profile := r.inBlock(profileAttributes)
	if r.block.lookup("cloud").isSet() {
		overridesCloud := len(selected) == 1 && len(profile) == 0 && selected[0].authTypes != nil &&
			len(r.inBlock(selected[0].required)) < len(selected[0].required)
		if overridesCloud {
			return false
		}
		conflicts = append(conflicts, "cloud")
	}
	if len(profile) > 0 {
		conflicts = append(conflicts, strings.Join(profile, " with "))
	}
	if len(conflicts) < 2 {
		return false
	}
	attribute := "cloud"
	if len(selected) > 0 {
		attribute = r.inBlock(selected[0].selectors)[0]
	}
	r.fail(attribute, "Conflicting credentials", "The provider block sets %s. Keep one authentication "+
		"method: token; or oidc; or access_key with secret_key; or user_name or user_id with password; or cloud; or profile.",
		strings.Join(conflicts, ", and also "))
	return true
}

// fromBlock returns the credential that the block sets at least a part of. The rest
// comes from variables, or else from the entry of clouds.yaml that OS_CLOUD names.
func (r *resolver) fromBlock(spec methodSpec) Credential {
	if spec.method == MethodToken {
		return r.newToken(r.block.lookup("token"))
	}
	p := r.findPair(spec.required[0], spec.required[1], spec.envPrefixes)
	if name := r.env.lookup("cloud", ""); name.isSet() && !p.isComplete() && spec.authTypes != nil {
		return r.fromCloud(name, spec)
	}
	return r.fromPair(spec, p)
}

// fromEnvironment returns the first credential that the environment sets at least a
// part of.
func (r *resolver) fromEnvironment() Credential {
	for _, spec := range methodSpecs {
		if spec.method == MethodToken {
			for _, prefix := range spec.envPrefixes {
				if token := r.env.lookup("token", prefix); token.isSet() {
					r.envPrefix = prefix
					return r.newToken(token)
				}
			}
			continue
		}
		if p := r.findPair(spec.required[0], spec.required[1], spec.envPrefixes); !p.isEmpty() {
			return r.fromPair(spec, p)
		}
	}
	if name := r.env.lookup("cloud", ""); name.isSet() {
		return r.fromCloud(name, methodSpec{})
	}
	if slices.ContainsFunc(profileAttributes, func(name string) bool { return r.env.lookup(name, "").isSet() }) {
		return r.fromProfile()
	}
	if r.failUnsupported() {
		return Credential{}
	}
	r.fail("", "No credentials configured", `Neither the provider block nor the environment has credentials. Set one of:
  - a token: token, or OS_TOKEN, OS_AUTH_TOKEN, HW_AUTH_TOKEN
  - an ID token: oidc, or SWR_OIDC_IDP_ID and SWR_OIDC_ID_TOKEN or SWR_OIDC_ID_TOKEN_FILE
  - an access key: access_key and secret_key (and security_token), or OS_ACCESS_KEY and OS_SECRET_KEY, `+
		`or HW_ACCESS_KEY and HW_SECRET_KEY
  - a login: user_name or user_id, password, and domain_name or domain_id, or OS_USERNAME, OS_PASSWORD and `+
		`OS_USER_DOMAIN_NAME, or HW_USER_NAME, HW_USER_PASSWORD and HW_DOMAIN_NAME
  - an entry of clouds.yaml: cloud, or OS_CLOUD
  - a profile of Huawei Cloud's CLI: profile, or HW_PROFILE`)
	return Credential{}
}

// fromPair returns the credential that is made of a pair of the block and the
// environment.
func (r *resolver) fromPair(spec methodSpec, p pair) Credential {
	r.envPrefix = p.envPrefix
	switch p.envPrefix {
	case "SWR_":
		// Only this provider reads these variables, so that they go with those of
		// each prefix.
		r.envPrefix, r.ownVariables = "", true
	case "HUAWEICLOUD_SDK_":
		r.envPrefix = "HW_"
	}
	if !p.isComplete() {
		if spec.method != MethodPassword || !r.failUnsupported() {
			r.failIncomplete(spec.incomplete, p, spec.required[0], spec.required[1], spec.envPrefixes)
		}
		return Credential{}
	}
	switch spec.method {
	case MethodOIDC:
		return r.newOIDC(p)
	case MethodPassword:
		if p.envPrefix == passcodePrefix && r.failPasscode() {
			return Credential{}
		}
		return newLogin(p)
	}
	// A security token belongs to its key pair: one in the environment must not be
	// sent with a key pair of the block.
	securityToken := r.block.lookup("security_token")
	if !securityToken.isSet() && p.envPrefix != "" {
		securityToken = r.env.lookup("security_token", p.envPrefix)
		// otc-auth writes the security token of OS_ACCESS_KEY to this variable only.
		if !securityToken.isSet() && r.env.variable("AWS_ACCESS_KEY_ID").text == p.first.text {
			securityToken = r.env.variable("AWS_SESSION_TOKEN")
		}
	}
	return r.newKeyPair(p, securityToken)
}

// cloudDomain matches what the huaweicloud provider takes for cloud.
var cloudDomain = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)

// fromCloud returns the credential of an entry of clouds.yaml. The spec is that of
// the method of which the block overrides a part, or zero.
func (r *resolver) fromCloud(name value, spec methodSpec) Credential {
	c, err := loadCloud(r.env, name.text, r.block)
	if err != nil && cloudDomain.MatchString(name.text) {
		r.fail("cloud", "Invalid cloud", "%q from %s is the domain of a cloud. That is what cloud means in the huaweicloud "+
			"provider; here it is the name of an entry of clouds.yaml (%s). Remove it, and set auth_url, such as "+
			"https://iam.%s.%[1]s/v3, or the environment variable HW_CLOUD.", name.text, name.source, err,
			cmp.Or(r.lookup("region").text, "REGION"))
		return Credential{}
	}
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
			"token (v3token), aksk and agency; without auth_type, the settings under auth decide.%s", authType, c.source(),
			explainAuthType(authType))
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

// newOIDC returns an ID token. Its scope is added later.
func (r *resolver) newOIDC(p pair) Credential {
	if p.envPrefix != "" && !r.block.lookup(idToken).isSet() && p.second.isFile {
		if token := r.env.lookup("oidc.id_token", p.envPrefix); token.isSet() {
			r.fail("oidc.id_token_file", "Conflicting ID tokens", "%s and %s are both set. Keep one of them.",
				capitalize(token.source), p.second.source)
		}
	}
	r.checkHeaderValue("oidc.idp_id", p.first)
	credential := Credential{
		Method: MethodOIDC,
		Source: fmt.Sprintf("ID token of the identity provider %q from %s", p.first.text, p.source()),
		OIDC:   OIDC{IDPID: p.first.text},
	}
	if p.second.isFile {
		credential.OIDC.IDTokenFile = r.env.expandHome(p.second.text)
		return credential
	}
	r.checkHeaderValue("oidc.id_token", p.second)
	credential.OIDC.IDToken = NewSecret(p.second.text)
	return credential
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

// completeScope adds account and project to a credential: those of the token to
// request, or the project that requests are signed for.
func (r *resolver) completeScope(config *Config) {
	domain, project := r.scope("domain"), r.scope("project")
	switch c := &config.Credential; c.Method {
	case MethodKeyPair:
		c.KeyPair.Domain, c.KeyPair.Project = domain.nameOrID(), r.keyPairProject(config, project)
		if c.KeyPair.Project != (NameOrID{}) {
			c.scope = project.describe("project") + " from " + project.source
		}
	case MethodPassword:
		project = orRegion(project, config)
		c.Login.Domain, c.Login.Project = domain.nameOrID(), project.nameOrID()
		c.scope = project.describe("project") + " from " + project.source
		if domain.isSet() {
			c.scope = domain.describe("account") + " from " + domain.source + " and " + c.scope
		}
		r.requireAuthURL(config, "A login")
		r.requireProject(project, "A login")
		if !domain.isSet() && (c.Login.User.ID == "" || project.isSet() && c.Login.Project.ID == "") {
			r.fail("domain_name", "No account", "A login with the name of a user or of a project requires the account that it belongs "+
				"to. Set domain_name or domain_id in the provider block, or %s.",
				r.inCloudOr("user_domain_name under auth", r.firstVariables("domain")))
		}
	case MethodOIDC:
		project = orRegion(project, config)
		c.OIDC.Project = project.nameOrID()
		c.scope = project.describe("project") + " from " + project.source
		r.requireAuthURL(config, "An ID token")
		r.requireProject(project, "An ID token")
	}
}

// orRegion returns the project, by default that of the region: on these clouds each
// region has a project of the same name.
func orRegion(project value, config *Config) value {
	if project.isSet() {
		return project
	}
	return value{text: config.Region, source: "the region of " + config.RegionSource}
}

// keyPairProject returns the project to send with signed requests. A name requires
// IAM, which knows its ID.
func (r *resolver) keyPairProject(config *Config, project value) NameOrID {
	if !project.isSet() || project.isID {
		r.checkHeaderValue("project_id", project)
		return project.nameOrID()
	}
	if config.AuthURL != nil || r.failed("auth_url") {
		return project.nameOrID()
	}
	if project.text != config.Region { // requests without a project are for that of the region
		r.warn("project_name", "project_name is not used", "The ID of the project %q from %s can't be looked up, because the URL "+
			"of IAM is not known. Requests are for the project of the region. Set project_id instead of the name, or auth_url.",
			project.text, project.source)
	}
	return NameOrID{}
}

func (r *resolver) requireAuthURL(config *Config, subject string) {
	if config.AuthURL == nil && !r.failed("auth_url") {
		r.fail("auth_url", "No auth_url", "%s requires the URL of IAM. Set auth_url in the provider block, or %s. "+
			"Example: https://iam.eu-de.otc.t-systems.com/v3", subject,
			r.inCloudOr("auth_url under auth", strings.Join(variables("auth_url", ""), " or ")))
	}
}

func (r *resolver) requireProject(project value, subject string) {
	if !project.isSet() {
		r.fail("project_name", "No project", "%s requires a project. In the provider block set project_name, project_id or "+
			"region (the project of a region has its name); or set %s.", subject,
			r.inCloudOr("project_name under auth, or region_name,", r.firstVariables("project")+" or OS_REGION_NAME"))
	}
}

// scope returns the account or the project of a credential. If a part of the
// credential comes from variables, only those with the same prefix count.
func (r *resolver) scope(object string) value {
	if r.cloud != nil {
		return r.lookup(object)
	}
	return firstSet(r.block.lookup(object), r.profile.lookup(object), r.env.lookup(object, r.envPrefix))
}

// firstVariables returns the variable of each prefix to propose in an error.
func (r *resolver) firstVariables(attribute string) string {
	if r.envPrefix != "" {
		return firstVariables(attribute, []string{r.envPrefix})
	}
	return firstVariables(attribute, envPrefixes)
}

func firstVariables(attribute string, prefixes []string) string {
	var names []string
	for _, prefix := range prefixes {
		if withPrefix := variables(attribute, prefix); len(withPrefix) > 0 {
			names = append(names, withPrefix[0])
		}
	}
	return strings.Join(names, " or ")
}

// orList returns "A, B or C".
func orList(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// inCloudOr returns where something can be set other than in the block: in the entry
// of clouds.yaml that has the credential, or else in variables.
func (r *resolver) inCloudOr(key, variables string) string {
	if r.cloud != nil {
		return key + " in " + r.cloud.source()
	}
	return variables
}
