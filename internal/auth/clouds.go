package auth

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

// cloudEntry is the part of an entry of clouds.yaml that this package needs.
// All settings are strings: the YAML library then gives a number or a boolean as
// it was written, and a project id of digits keeps its leading zeros.
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

// cloudRegion is an element of regions: a name, or a name with settings that
// differ there.
type cloudRegion struct {
	Name   string    `yaml:"name"`
	Values yaml.Node `yaml:"values"`
}

// UnmarshalYAML takes both forms.
func (r *cloudRegion) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		r.Name = node.Value
		return nil
	}
	type plain cloudRegion
	return node.Decode((*plain)(r))
}

// cloudsFile is clouds.yaml, secure.yaml or clouds-public.yaml. The entries stay
// nodes, because decoding one node after the other into one cloudEntry merges
// them.
type cloudsFile struct {
	path         string
	Clouds       map[string]yaml.Node `yaml:"clouds"`
	PublicClouds map[string]yaml.Node `yaml:"public-clouds"`
}

// cloud is an entry of clouds.yaml, merged with what belongs to it.
type cloud struct {
	name, path string
	entry      cloudEntry
}

// loadCloud finds the named entry: the profile of clouds-public.yaml that it
// names, under the entry itself, under secure.yaml, under what regions says of
// the region, each overriding setting by setting what it lies on. The region is
// the given one, else the entry's, else the first of its list.
func loadCloud(env Environment, name, region string) (*cloud, error) {
	clouds, searched, err := findCloudsFile(env, "OS_CLIENT_CONFIG_FILE", "clouds", env.CloudsDirs)
	if err != nil {
		return nil, err
	}
	if clouds == nil {
		return nil, fmt.Errorf("no clouds.yaml was found; looked for %s", strings.Join(searched, ", "))
	}
	besideFirst := append([]string{filepath.Dir(clouds.path)}, env.CloudsDirs...)
	secure, _, err := findCloudsFile(env, "OS_CLIENT_SECURE_FILE", "secure", besideFirst)
	if err != nil {
		return nil, err
	}

	var layers []yaml.Node
	node, found := clouds.Clouds[name]
	if found {
		layers = append(layers, node)
	}
	if secure != nil {
		if node, ok := secure.Clouds[name]; ok {
			layers = append(layers, node)
			found = true
		}
	}
	if !found {
		return nil, fmt.Errorf("there is no cloud of that name in %s; it has: %s", clouds.path, listNames(clouds.Clouds))
	}

	c := &cloud{name: name, path: clouds.path}
	if c.entry, err = mergeEntry(layers); err != nil {
		return nil, c.formError(err)
	}
	if c.entry.Profile != "" {
		if layers, err = c.addProfile(env, layers, besideFirst); err != nil {
			return nil, err
		}
	}
	return c, c.chooseRegion(layers, region)
}

// addProfile puts the profile that the entry names under it. OpenStack clients
// have profiles of well-known clouds built in; here only clouds-public.yaml has
// them, and an entry with an auth_url of its own needs none.
func (c *cloud) addProfile(env Environment, layers []yaml.Node, dirs []string) ([]yaml.Node, error) {
	public, _, err := findCloudsFile(env, "", "clouds-public", dirs)
	if err != nil {
		return nil, err
	}
	if public != nil {
		if node, ok := public.PublicClouds[c.entry.Profile]; ok {
			layers = append([]yaml.Node{node}, layers...)
			if c.entry, err = mergeEntry(layers); err != nil {
				return nil, c.formError(err)
			}
			return layers, nil
		}
	}
	if c.entry.Auth.AuthURL == "" {
		return nil, fmt.Errorf("it names the profile %q, which no clouds-public.yaml has, and no auth_url of its own; write auth_url under auth in %s", c.entry.Profile, c.path)
	}
	return layers, nil
}

// chooseRegion adds what the entry's list of regions says of the region.
func (c *cloud) chooseRegion(layers []yaml.Node, region string) error {
	if region == "" {
		region = c.entry.RegionName
	}
	for _, listed := range c.entry.Regions {
		if region != "" && listed.Name != region {
			continue
		}
		if listed.Values.Kind != 0 {
			merged, err := mergeEntry(append(layers, listed.Values))
			if err != nil {
				return c.formError(err)
			}
			c.entry = merged
		}
		region = listed.Name
		break
	}
	c.entry.RegionName = region
	return nil
}

func mergeEntry(layers []yaml.Node) (cloudEntry, error) {
	var entry cloudEntry
	for _, layer := range layers {
		if err := layer.Decode(&entry); err != nil {
			return cloudEntry{}, err
		}
	}
	return entry, nil
}

// findCloudsFile reads the first file there is: the one that the variable names,
// else base with .yaml or .yml in one of the directories. No file is no error.
func findCloudsFile(env Environment, variable, base string, dirs []string) (*cloudsFile, []string, error) {
	var paths []string
	if named := env.variable(variable); named.set() {
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
		data, err := env.readFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, paths, fmt.Errorf("%s can't be read: %s", path, pathErrorText(err))
		}
		file, err := parseCloudsFile(data)
		if err != nil {
			return nil, paths, fmt.Errorf("%s %w", path, err)
		}
		file.path = path
		return file, paths, nil
	}
	return nil, paths, nil
}

func parseCloudsFile(data []byte) (*cloudsFile, error) {
	var file cloudsFile
	if err := yaml.Unmarshal(data, &file); err != nil {
		return nil, yamlError(err)
	}
	return &file, nil
}

var yamlLine = regexp.MustCompile(`\bline (\d+)\b`)

// yamlError keeps of an error of the YAML library nothing but the line: its
// texts quote the file, and in this file that may be a password.
func yamlError(err error) error {
	if line := yamlLine.FindString(err.Error()); line != "" {
		return fmt.Errorf("does not have the form of a clouds.yaml, see %s", line)
	}
	return errors.New("does not have the form of a clouds.yaml")
}

func (c *cloud) formError(err error) error {
	return fmt.Errorf("%s (or a file that is merged with it) %w", c.path, yamlError(err))
}

func listNames(clouds map[string]yaml.Node) string {
	if len(clouds) == 0 {
		return "no cloud at all"
	}
	names := slices.Sorted(maps.Keys(clouds))
	for i, name := range names {
		names[i] = httpsafe.Printable(name)
	}
	return strings.Join(names, ", ")
}

func (c *cloud) source() string { return fmt.Sprintf("cloud %q in %s", c.name, c.path) }

func (c *cloud) value(text string) value { return value{text: text, source: c.source()} }

func (c *cloud) id(text string) value {
	return value{text: text, source: c.source(), isID: true}
}

func (c *cloud) region() value  { return c.value(c.entry.RegionName) }
func (c *cloud) authURL() value { return c.value(c.entry.Auth.AuthURL) }
func (c *cloud) caCert() value  { return c.value(c.entry.CACert) }
func (c *cloud) verify() value  { return c.value(c.entry.Verify) }

func (c *cloud) user() value {
	return firstSet(c.id(c.entry.Auth.UserID), c.value(c.entry.Auth.Username))
}

// domain is the account, under whichever name the entry has it: an entry with
// only user_domain_name is enough.
func (c *cloud) domain() value {
	a := c.entry.Auth
	return firstSet(
		c.id(a.UserDomainID), c.value(a.UserDomainName),
		c.id(a.ProjectDomainID), c.value(a.ProjectDomainName),
		c.id(a.DomainID), c.value(a.DomainName),
	)
}

func (c *cloud) project() value {
	a := c.entry.Auth
	return firstSet(c.id(a.ProjectID), c.value(a.ProjectName), c.id(a.TenantID), c.value(a.TenantName))
}
