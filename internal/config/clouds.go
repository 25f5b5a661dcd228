package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
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
	Auth    struct {
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
		AccessKey         string `yaml:"ak"`
		SecretKey         string `yaml:"sk"`
		SecurityToken     string `yaml:"security_token"`
	} `yaml:"auth"`
	AuthType   string        `yaml:"auth_type"`
	RegionName string        `yaml:"region_name"`
	Regions    []cloudRegion `yaml:"regions"`
	CACert     string        `yaml:"cacert"`
	Verify     string        `yaml:"verify"`
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

// cloudsFile is clouds.yaml, secure.yaml or clouds-public.yaml. Entries are kept as
// nodes because decoding several nodes into one cloudEntry merges them.
type cloudsFile struct {
	path string
	// foreign is true for a file that was found in the working directory, which may
	// be somebody else's: a repository that was cloned, for example.
	foreign bool
	// variable is the one that names such files, or "".
	variable     string
	Clouds       map[string]yaml.Node `yaml:"clouds"`
	PublicClouds map[string]yaml.Node `yaml:"public-clouds"`
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
	// origins has the files that set the secrets and what decides who receives them.
	origins map[string]*cloudsFile
}

// keysWithOrigin returns the keys of an entry for which it matters which file sets
// them.
func (e cloudEntry) keysWithOrigin() map[string]string {
	return map[string]string{
		"auth_url": e.Auth.AuthURL, "cacert": e.CACert, "verify": e.Verify,
		"password": e.Auth.Password, "token": e.Auth.Token, "sk": e.Auth.SecretKey, "security_token": e.Auth.SecurityToken,
	}
}

// loadCloud returns the named entry. It merges, each overriding the ones before key
// by key: the profile of clouds-public.yaml, the entry of clouds.yaml, that of
// secure.yaml, and the values of the region. The region is the given one, or else
// that of the entry, or else the first of its list.
func loadCloud(env Environment, name, region string) (*cloud, error) {
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
		return nil, fmt.Errorf("%s does not contain it; it contains: %s", clouds.path, listNames(clouds.Clouds))
	}

	c := &cloud{name: name, path: clouds.path}
	if err := c.merge(layers); err != nil {
		return nil, err
	}
	if c.entry.Profile != "" {
		if layers, err = c.addProfile(env, layers, dirs); err != nil {
			return nil, err
		}
	}
	return c, c.applyRegion(layers, region)
}

// addProfile inserts the profile of the entry below it. OpenStack clients also have
// built-in profiles of well-known clouds. Here only clouds-public.yaml has profiles,
// and an entry with its own auth_url needs none.
func (c *cloud) addProfile(env Environment, layers []layer, dirs []string) ([]layer, error) {
	public, _, err := findCloudsFile(env, "", "clouds-public", dirs)
	if err != nil {
		return nil, err
	}
	if public != nil {
		if node, ok := public.PublicClouds[c.entry.Profile]; ok {
			layers = append([]layer{{node, public}}, layers...)
			return layers, c.merge(layers)
		}
	}
	if c.entry.Auth.AuthURL == "" {
		return nil, fmt.Errorf("its profile %q is in no clouds-public.yaml, and it has no auth_url of its own; "+
			"set auth_url under auth in %s", c.entry.Profile, c.path)
	}
	return layers, nil
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
		region = listed.Name
		break
	}
	c.entry.RegionName = region
	return nil
}

// merge sets the entry to what the layers have, each overriding the ones before.
func (c *cloud) merge(layers []layer) error {
	c.entry, c.origins = cloudEntry{}, map[string]*cloudsFile{}
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
		if alone.Regions != nil {
			c.origins["regions"] = l.file
		}
	}
	return nil
}

// receivers are the keys of an entry that decide who receives its secrets, with the
// attributes that override them.
var receivers = []struct{ key, attribute string }{
	{"auth_url", "auth_url"}, {"cacert", "cacert_file"}, {"verify", "insecure"},
}

// checkOrigins refuses to send a secret of one directory to where a file in the
// working directory says.
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

// findCloudsFile reads the first file that exists: the one that the variable names,
// or else base with .yaml or .yml in one of the directories. It returns nil if none
// exists, and the paths that it searched.
func findCloudsFile(env Environment, variable, base string, dirs []string) (*cloudsFile, []string, error) {
	var paths []string
	named := env.variable(variable)
	if named.isSet() {
		paths = append(paths, named.text)
	}
	for _, dir := range dirs {
		for _, extension := range []string{".yaml", ".yml"} {
			if path := filepath.Join(dir, base+extension); !slices.Contains(paths, path) {
				paths = append(paths, path)
			}
		}
	}
	for _, path := range paths {
		data, err := env.readFile(path, maxCloudsFile)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			if path == named.text {
				path += " from " + named.source
			}
			return nil, paths, fmt.Errorf("%s can't be read: %s", path, pathErrorText(err))
		}
		file := cloudsFile{path: path, variable: variable}
		file.foreign = path != named.text && filepath.Dir(path) == filepath.Clean(env.CloudsDirs[0])
		if err := yaml.Unmarshal(data, &file); err != nil {
			return nil, paths, fmt.Errorf("%s %w", path, yamlError(err))
		}
		return &file, paths, nil
	}
	return nil, paths, nil
}

var yamlLine = regexp.MustCompile(`\bline (\d+)\b`)

// yamlError returns only the line of an error of the YAML library, whose texts quote
// the file, and with it perhaps a password.
func yamlError(err error) error {
	if line := yamlLine.FindString(err.Error()); line != "" {
		return fmt.Errorf("is not a valid clouds.yaml, see %s", line)
	}
	return errors.New("is not a valid clouds.yaml")
}

func listNames(clouds map[string]yaml.Node) string {
	if len(clouds) == 0 {
		return "no clouds"
	}
	const maxListed = 20
	names := slices.Sorted(maps.Keys(clouds))
	more := ""
	if n := len(names) - maxListed; n > 0 {
		names, more = names[:maxListed], fmt.Sprintf(" and %d more", n)
	}
	for i, name := range names {
		names[i] = httpsafe.Printable(name)
	}
	return strings.Join(names, ", ") + more
}

func (c *cloud) source() string { return fmt.Sprintf("cloud %q in %s", c.name, c.path) }

func (c *cloud) value(text string) value { return value{text: text, source: c.source()} }

func (c *cloud) id(text string) value { return value{text: text, source: c.source(), isID: true} }

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
		return c.value(a.AccessKey)
	case "secret_key":
		return c.value(a.SecretKey)
	case "security_token":
		return c.value(a.SecurityToken)
	case "password":
		return c.value(a.Password)
	case "user":
		return firstSet(c.id(a.UserID), c.value(a.Username))
	case "domain":
		return firstSet(
			c.id(a.UserDomainID), c.value(a.UserDomainName),
			c.id(a.ProjectDomainID), c.value(a.ProjectDomainName),
			c.id(a.DomainID), c.value(a.DomainName),
		)
	case "project":
		return firstSet(c.id(a.ProjectID), c.value(a.ProjectName), c.id(a.TenantID), c.value(a.TenantName))
	}
	return value{}
}
