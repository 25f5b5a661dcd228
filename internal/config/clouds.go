package config

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// cloudEntry has the keys of an entry of clouds.yaml that are used. All of them are
// strings: the YAML library then returns numbers and booleans as they are written,
// so that a project id of digits keeps its leading zeros.
type cloudEntry struct {
	Profile string `yaml:"profile"`
	// Cloud is an older name of profile.
	Cloud string    `yaml:"cloud"`
	Auth  cloudAuth `yaml:"auth"`
	// A key pair may be here or under auth.
	cloudKeyPair `yaml:",inline"`
	AuthType     string        `yaml:"auth_type"`
	RegionName   string        `yaml:"region_name"`
	Regions      []cloudRegion `yaml:"regions"`
	CACert       string        `yaml:"cacert"`
	Verify       string        `yaml:"verify"`
}

// cloudAuth has the keys under auth.
type cloudAuth struct {
	AuthURL           string `yaml:"auth_url"`
	Username          string `yaml:"username"`
	UserID            string `yaml:"user_id"`
	Password          string `yaml:"password"`
	Token             string `yaml:"token"`
	UserDomainName    string `yaml:"user_domain_name"`
	UserDomainID      string `yaml:"user_domain_id"`
	ProjectDomainName string `yaml:"project_domain_name"`
	ProjectDomainID   string `yaml:"project_domain_id"`
	DomainName        string `yaml:"domain_name"`
	DomainID          string `yaml:"domain_id"`
	ProjectName       string `yaml:"project_name"`
	ProjectID         string `yaml:"project_id"`
	TenantName        string `yaml:"tenant_name"`
	TenantID          string `yaml:"tenant_id"`
	cloudKeyPair      `yaml:",inline"`
	TargetAgencyName  string `yaml:"target_agency_name"`
	TargetDomainName  string `yaml:"target_domain_name"`
	TargetDomainID    string `yaml:"target_domain_id"`
	TargetProjectName string `yaml:"target_project_name"`
	TargetProjectID   string `yaml:"target_project_id"`
}

type cloudKeyPair struct {
	AccessKey     string `yaml:"ak"`
	SecretKey     string `yaml:"sk"`
	SecurityToken string `yaml:"security_token"`
}

// cloudRegion is an element of regions: a name, or a name with values that override
// those of the entry.
type cloudRegion struct {
	Name   string    `yaml:"name"`
	Values yaml.Node `yaml:"values"`
}

// UnmarshalYAML accepts both forms.
func (r *cloudRegion) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		r.Name = node.Value
		return nil
	}
	type plain cloudRegion
	return node.Decode((*plain)(r))
}

// layer is what one file has for an entry.
type layer struct {
	node yaml.Node
	file *cloudsFile
}

// cloud is an entry of clouds.yaml, merged with its profile, secrets and region.
type cloud struct {
	name, path string
	entry      cloudEntry
	keyPair    cloudKeyPair
	// isBeside reports whether a key of the key pair is beside auth.
	isBeside bool
	// origins has the files that set the secrets and what decides who receives them.
	origins map[string]*cloudsFile
}

// keysWithOrigin returns the keys of an entry for which it matters which file sets
// them.
func (e cloudEntry) keysWithOrigin() map[string]string {
	pair := e.effectiveKeyPair()
	return map[string]string{
		"auth_url": e.Auth.AuthURL, "profile": e.profile(), "region_name": e.RegionName, "cacert": e.CACert, "verify": e.Verify,
		"target_agency_name": e.Auth.TargetAgencyName, "target_domain_name": e.Auth.TargetDomainName, "target_domain_id": e.Auth.TargetDomainID,
		"password": e.Auth.Password, "token": e.Auth.Token, "sk": pair.SecretKey, "security_token": pair.SecurityToken,
	}
}

func (e cloudEntry) profile() string { return cmp.Or(e.Profile, e.Cloud) }

// effectiveKeyPair returns the key pair under auth, or else the one beside it. Keys
// of the two places are not combined: they may be those of two key pairs.
func (e cloudEntry) effectiveKeyPair() cloudKeyPair {
	return cmp.Or(e.Auth.cloudKeyPair, e.cloudKeyPair)
}

// loadCloud returns the named entry. It merges, each overriding the ones before key
// by key: the profile, the entry of clouds.yaml, that of secure.yaml, and the values
// of the region. The region is that of the block, or else that of the entry, or else
// the first of its list, or else that of auth_url.
func loadCloud(env Environment, name string, block Settings) (*cloud, error) {
	clouds, searched, err := findCloudsFile(env, "OS_CLIENT_CONFIG_FILE", "clouds", env.CloudsDirs)
	if err != nil {
		return nil, err
	}
	if clouds == nil {
		return nil, fmt.Errorf("no clouds.yaml was found; searched %s", strings.Join(searched, ", "))
	}
	dirs := append([]string{filepath.Dir(clouds.path)}, env.CloudsDirs...)
	secure, _, err := findCloudsFile(env, "OS_CLIENT_SECURE_FILE", "secure", dirs)
	if err != nil {
		return nil, err
	}

	var layers []layer
	for _, file := range []*cloudsFile{clouds, secure} {
		if file != nil {
			if node, ok := file.Clouds[name]; ok {
				layers = append(layers, layer{node, file})
			}
		}
	}
	if len(layers) == 0 {
		return nil, fmt.Errorf("%s does not contain it; it contains: %s", clouds.path, listNames(maps.Keys(clouds.Clouds), "no clouds"))
	}

	c := &cloud{name: name, path: clouds.path}
	if err := c.merge(layers); err != nil {
		return nil, err
	}
	hasHost := c.entry.Auth.AuthURL != "" || block["auth_url"] != ""
	if layers, err = c.addProfile(env, layers, dirs, hasHost); err != nil {
		return nil, err
	}
	if err := c.applyRegion(layers, block["region"]); err != nil {
		return nil, err
	}
	return c, c.completeHost(hasHost, block)
}

// The profile of Open Telekom Cloud is built in. T Cloud's documentation uses it.
const (
	otcProfile     = "otc"
	otcProfileYAML = `auth: {auth_url: "https://iam.{region_name}.otc.t-systems.com/v3"}`
)

// otcRegions are the regions that only Open Telekom Cloud has.
var otcRegions = []string{"eu-de", "eu-nl"}

// addProfile inserts the profile of the entry below it. An entry with a host needs
// none, nor does one whose profile is its own name, as otc-auth writes it.
func (c *cloud) addProfile(env Environment, layers []layer, dirs []string, hasHost bool) ([]layer, error) {
	profile := c.entry.profile()
	if profile == "" {
		return layers, nil
	}
	public, _, err := findCloudsFile(env, "", "clouds-public", dirs)
	if err != nil {
		return nil, err
	}
	if public == nil {
		public = &cloudsFile{}
	}
	node, ok := public.PublicClouds[profile]
	switch {
	case ok:
	case profile == otcProfile:
		public = nil
		if err := yaml.Unmarshal([]byte(otcProfileYAML), &node); err != nil {
			return nil, err
		}
	case hasHost || profile == c.name:
		return layers, nil
	default:
		return nil, fmt.Errorf("its profile \"%s\" is neither in a clouds-public.yaml nor built in (%s is), and it has no "+
			"auth_url of its own; set auth_url under auth in %s", httpsafe.Printable(profile), otcProfile, c.path)
	}
	layers = append([]layer{{node, public}}, layers...)
	return layers, c.merge(layers)
}

// applyRegion merges the values that the entry has for the region.
func (c *cloud) applyRegion(layers []layer, region string) error {
	if region == "" {
		region = c.entry.RegionName
	}
	for _, listed := range c.entry.Regions {
		if region != "" && listed.Name != region {
			continue
		}
		if listed.Values.Kind != 0 {
			if err := c.merge(append(layers, layer{listed.Values, c.origins["regions"]})); err != nil {
				return err
			}
		}
		if region == "" {
			region, c.origins["region_name"] = listed.Name, c.origins["regions"]
		}
		break
	}
	c.entry.RegionName = region
	return nil
}

// completeHost replaces {region_name} in auth_url, as OpenStack clients do, and sets
// a region that is missing to that of auth_url.
func (c *cloud) completeHost(hasHost bool, block Settings) error {
	const placeholder = "{region_name}"
	auth := &c.entry.Auth
	if block["auth_url"] != "" {
		// It must not be combined with a region of another host.
		auth.AuthURL = ""
		return nil
	}
	isBuiltIn := !hasHost && auth.AuthURL != "" && c.origins["auth_url"] == nil
	if hasHost {
		delete(c.origins, "profile")
	}
	if !strings.Contains(auth.AuthURL, placeholder) {
		delete(c.origins, "region_name")
		c.entry.RegionName = cmp.Or(c.entry.RegionName, regionOfAuthURL(auth.AuthURL))
		return nil
	}
	if block["region"] != "" {
		delete(c.origins, "region_name")
	}
	if c.entry.RegionName == "" && isBuiltIn {
		// On this cloud the name of a project begins with its region.
		project, _, _ := strings.Cut(cmp.Or(auth.ProjectName, auth.TenantName), "_")
		if slices.Contains(otcRegions, project) {
			c.entry.RegionName = project
		}
	}
	region := strings.ToLower(c.entry.RegionName)
	switch {
	case isBuiltIn && !slices.Contains(otcRegions, region):
		has := "it has no region_name"
		if region != "" {
			has = fmt.Sprintf(`its region is "%s"`, httpsafe.Printable(c.entry.RegionName))
		}
		return fmt.Errorf("the profile %s has the regions %s only, but %s; set region_name to one of them, or auth_url "+
			"under auth to the IAM of another region, in %s", otcProfile, strings.Join(otcRegions, " and "), has, c.path)
	case !regionLabel.MatchString(region):
		return fmt.Errorf("its auth_url contains %s, but it has no valid region_name; set it in %s", placeholder, c.path)
	}
	auth.AuthURL = strings.ReplaceAll(auth.AuthURL, placeholder, region)
	return nil
}

// unsupportedKeys are keys under auth that select another identity, or another kind
// of login, than the supported ones. If they were ignored, the run could act in the
// wrong account. Each has what to use instead, or "".
var unsupportedKeys = map[string]string{
	"trust_id": "", "system_scope": "", "roles": "remove it", "passcode": otcAuthRemedy,
	"application_credential_id": "", "application_credential_name": "", "application_credential_secret": "",
	"identity_provider": oidcRemedy, "identity_provider_url": oidcRemedy, "protocol": oidcRemedy, "access_token": oidcRemedy,
	"access_token_endpoint": oidcRemedy, "discovery_endpoint": oidcRemedy, "client_id": oidcRemedy, "client_secret": oidcRemedy,
	"code": oidcRemedy, "authorization_code": oidcRemedy, "idp_id": oidcRemedy, "id_token": oidcRemedy,
	"id_token_file": oidcRemedy, "service_provider": "", "auth_methods": "", "consumer_key": "", "consumer_secret": "",
	"access_key": "write ak", "access_secret": "", "secret_key": "write sk",
	"agency_name": "write target_agency_name", "agency_domain_name": "write target_domain_name",
	"agency_domain_id": "write target_domain_id", "delegated_project": "write target_project_name",
}

const (
	oidcRemedy    = "use oidc in the provider block, or a token of otc-auth"
	otcAuthRemedy = "use a token of otc-auth"
)

// checkIdentity refuses an entry that asks for an identity that is not supported.
func checkIdentity(entry *yaml.Node) error {
	found := map[string]string{} // the places of the keys
	var auths []*yaml.Node
	visitKeys(entry, map[*yaml.Node]bool{}, func(key string, content *yaml.Node) {
		switch _, ok := unsupportedKeys[key]; {
		case key == "auth":
			auths = append(auths, content)
		case ok, strings.HasPrefix(key, "target_"):
			found[key] = "beside"
		}
	})
	seen := map[*yaml.Node]bool{}
	for _, auth := range auths {
		visitKeys(auth, seen, func(key string, _ *yaml.Node) {
			if _, ok := unsupportedKeys[key]; ok {
				found[key] = "under"
			}
		})
	}
	if len(found) == 0 {
		return nil
	}
	key := slices.Min(slices.Collect(maps.Keys(found)))
	remedy, ok := unsupportedKeys[key]
	if !ok {
		remedy = "write it under auth"
	}
	return fmt.Errorf("its %s %s auth is not supported, and without it the run could act as another identity; %s",
		httpsafe.Printable(key), found[key], cmp.Or(remedy, "use a token, an access key, or user name and password"))
}

// visitKeys calls visit for each key of a mapping that has a value, including those
// of merged mappings, each of which is visited only once.
func visitKeys(node *yaml.Node, seen map[*yaml.Node]bool, visit func(key string, content *yaml.Node)) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if seen[node] {
		return
	}
	seen[node] = true
	switch node.Kind {
	case yaml.SequenceNode: // of merged mappings
		for _, element := range node.Content {
			visitKeys(element, seen, visit)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			key, content := node.Content[i], node.Content[i+1]
			switch {
			case key.Tag == "!!merge":
				visitKeys(content, seen, visit)
			case content.Kind != yaml.ScalarNode, content.Value != "" && content.Tag != "!!null":
				visit(key.Value, content)
			}
		}
	}
}

// merge sets the entry to what the layers have, each overriding the ones before.
func (c *cloud) merge(layers []layer) error {
	c.entry, c.keyPair, c.origins = cloudEntry{}, cloudKeyPair{}, map[string]*cloudsFile{}
	for _, l := range layers {
		var alone cloudEntry
		if err := errors.Join(l.node.Decode(&alone), l.node.Decode(&c.entry)); err != nil {
			return fmt.Errorf("%s (or a file that is merged with it) %w", c.path, yamlError(err))
		}
		for key, text := range alone.keysWithOrigin() {
			if text != "" {
				c.origins[key] = l.file
			}
		}
		c.addKeyPair(alone)
		if err := checkIdentity(&l.node); err != nil {
			return err
		}
		if alone.Regions != nil {
			c.origins["regions"] = l.file
		}
	}
	return nil
}

// addKeyPair overrides the keys that a layer sets.
func (c *cloud) addKeyPair(alone cloudEntry) {
	pair := alone.effectiveKeyPair()
	if pair.AccessKey != "" || pair.SecretKey != "" {
		c.isBeside = alone.Auth.cloudKeyPair == cloudKeyPair{}
	}
	c.keyPair = cloudKeyPair{
		cmp.Or(pair.AccessKey, c.keyPair.AccessKey), cmp.Or(pair.SecretKey, c.keyPair.SecretKey),
		cmp.Or(pair.SecurityToken, c.keyPair.SecurityToken),
	}
}

// receivers are the keys of an entry that decide who receives its secrets, or in which
// account they are used, with the attributes that override them.
var receivers = []struct{ key, attribute string }{
	{"auth_url", "auth_url"}, {"profile", "auth_url"}, {"region_name", "auth_url"}, {"cacert", "cacert_file"}, {"verify", "insecure"},
	{"target_agency_name", "assume_role.agency_name"}, {"target_domain_name", "assume_role.domain_name"},
	{"target_domain_id", "assume_role.domain_id"},
}

// checkOrigins refuses to send a secret of one directory to where a file in the
// working directory says, or to use it in an account that such a file names.
func (c *cloud) checkOrigins(secret string, block Settings) error {
	from := c.origins[secret]
	for _, receiver := range receivers {
		to := c.origins[receiver.key]
		if from == nil || to == nil || !to.foreign || filepath.Dir(from.path) == filepath.Dir(to.path) ||
			block.lookup(receiver.attribute).isSet() {
			continue
		}
		named := ""
		if to.variable != "" {
			named = fmt.Sprintf(", name %s in %s", to.path, to.variable)
		}
		return fmt.Errorf("its %s is in %s, but its %s is in %s, in the working directory, which may not be yours, "+
			"so that the secret is not sent. If both files are yours, move them to one directory%s, or set %s in the "+
			"provider block", secret, from.path, receiver.key, to.path, named, receiver.attribute)
	}
	return nil
}

func (c *cloud) source() string { return fmt.Sprintf("cloud %q in %s", c.name, c.path) }

func (c *cloud) value(text string) value { return value{text: text, source: c.source()} }

func (c *cloud) id(text string) value { return value{text: text, source: c.source(), isID: true} }

// authTypeAgency is the auth_type of an entry that assumes an agency. The other
// settings under auth decide with which credential.
const authTypeAgency = "agency"

// selects reports whether the entry has the method: that of its auth_type, or else one
// of which it sets a part. T Cloud's documentation has a key pair beside auth for its
// object storage, where a login under auth is the method.
func (c *cloud) selects(spec methodSpec) bool {
	if authType := c.entry.AuthType; authType != "" && authType != authTypeAgency {
		return slices.Contains(spec.authTypes, authType)
	}
	isSet := func(attribute string) bool { return c.lookup(attribute).isSet() }
	if spec.method == MethodKeyPair && c.isBeside && isSet("user") && isSet("password") {
		return false
	}
	return slices.ContainsFunc(spec.required, isSet)
}

// lookup returns the value of an attribute or object of host, scope or credential.
// The account may be under any of its keys: user_domain_name alone is enough.
func (c *cloud) lookup(attribute string) value {
	a := c.entry.Auth
	switch attribute {
	case "region":
		return c.value(c.entry.RegionName)
	case "auth_url":
		return c.value(a.AuthURL)
	case "token":
		return c.value(a.Token)
	case "access_key":
		return c.value(c.keyPair.AccessKey)
	case "secret_key":
		return c.value(c.keyPair.SecretKey)
	case "security_token":
		return c.value(c.keyPair.SecurityToken)
	case "password":
		return c.value(a.Password)
	case "user":
		return firstSet(c.id(a.UserID), c.value(a.Username))
	case "domain":
		return firstSet(
			c.id(a.UserDomainID), c.value(a.UserDomainName),
			c.id(a.ProjectDomainID), c.value(c.projectDomainName()),
			c.id(a.DomainID), c.value(a.DomainName),
		)
	case "project":
		return firstSet(c.id(a.ProjectID), c.value(a.ProjectName), c.id(a.TenantID), c.value(a.TenantName))
	case "assume_role.agency_name":
		return c.value(a.TargetAgencyName)
	case "assume_role.domain":
		return firstSet(c.id(a.TargetDomainID), c.value(a.TargetDomainName))
	case "assume_role.project":
		return firstSet(c.id(a.TargetProjectID), c.value(a.TargetProjectName))
	}
	return value{}
}

// projectDomainName returns the account of the project. otc-auth writes the project
// there, in an entry that it names after account and project.
func (c *cloud) projectDomainName() string {
	name := c.entry.Auth.ProjectDomainName
	if name == c.entry.Auth.ProjectName || name == c.entry.Auth.TenantName ||
		c.entry.profile() == c.name && strings.HasSuffix(c.name, "_"+name) {
		return ""
	}
	return name
}
