package auth

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Environment is what [Resolve] may look at besides the provider block. The
// zero value is an environment with no variables and no files.
type Environment struct {
	// LookupEnv is os.LookupEnv. A variable that is set to "" counts as unset.
	LookupEnv func(name string) (string, bool)
	// ReadFile is os.ReadFile.
	ReadFile func(path string) ([]byte, error)
	// HomeDir stands for a leading ~ in the path of a CA file.
	HomeDir string
	// CloudsDirs are the directories in which clouds.yaml, secure.yaml and
	// clouds-public.yaml are looked for, first one first.
	CloudsDirs []string
}

// OSEnvironment is the environment of this process. clouds.yaml is looked for
// where OpenStack clients do: in the working directory, in the user's
// configuration, in /etc/openstack.
func OSEnvironment() Environment {
	env := Environment{LookupEnv: os.LookupEnv, ReadFile: os.ReadFile, CloudsDirs: []string{"."}}
	add := func(dir string) {
		if !slices.Contains(env.CloudsDirs, dir) {
			env.CloudsDirs = append(env.CloudsDirs, dir)
		}
	}
	// UserConfigDir is $XDG_CONFIG_HOME or ~/.config on Linux; elsewhere it is
	// the system's own place, which OpenStack clients look at as well.
	if dir, err := os.UserConfigDir(); err == nil {
		add(filepath.Join(dir, "openstack"))
	}
	if home, err := os.UserHomeDir(); err == nil {
		env.HomeDir = home
		add(filepath.Join(home, ".config", "openstack"))
	}
	add(filepath.FromSlash("/etc/openstack"))
	return env
}

// variable reads the first of the named variables that is set.
func (e Environment) variable(names ...string) value {
	if e.LookupEnv == nil {
		return value{}
	}
	for _, name := range names {
		if text, ok := e.LookupEnv(name); ok && text != "" {
			return value{text: text, source: "the environment variable " + name}
		}
	}
	return value{}
}

// nameOrID reads the first of the given variables that is set, where variables
// come in pairs of name and id. Where a pair has both, the id is taken: it is
// the exact one, and files made by a cloud's console set both.
func (e Environment) nameOrID(pairs [][2]string) value {
	for _, pair := range pairs {
		if v := e.variable(pair[1]); v.set() {
			v.isID = true
			return v
		}
		if v := e.variable(pair[0]); v.set() {
			return v
		}
	}
	return value{}
}

func (e Environment) readFile(path string) ([]byte, error) {
	if e.ReadFile == nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	return e.ReadFile(path)
}

// expandHome puts the home directory for a leading ~.
func (e Environment) expandHome(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok && e.HomeDir != "" {
		return filepath.Join(e.HomeDir, rest)
	}
	return path
}

// family is one of the two sets of variables that users of these clouds have. A
// key pair comes whole from one family, and so does a login: the halves of two
// sets belong to different accounts.
type family struct {
	accessKey, secretKey, securityToken string
	password                            string
	// user, domain and project are pairs of variables, name and id.
	user, domain, project [][2]string
}

// families are the sets of variables, in the order in which they are asked.
var families = []family{
	{
		accessKey:     "OS_ACCESS_KEY",
		secretKey:     "OS_SECRET_KEY",
		securityToken: "OS_SECURITY_TOKEN",
		password:      "OS_PASSWORD",
		user:          [][2]string{{"OS_USERNAME", "OS_USER_ID"}},
		domain: [][2]string{
			{"OS_USER_DOMAIN_NAME", "OS_USER_DOMAIN_ID"},
			{"OS_PROJECT_DOMAIN_NAME", "OS_PROJECT_DOMAIN_ID"},
			{"OS_DOMAIN_NAME", "OS_DOMAIN_ID"},
		},
		project: [][2]string{
			{"OS_PROJECT_NAME", "OS_PROJECT_ID"},
			{"OS_TENANT_NAME", "OS_TENANT_ID"},
		},
	},
	{
		accessKey:     "HW_ACCESS_KEY",
		secretKey:     "HW_SECRET_KEY",
		securityToken: "HW_SECURITY_TOKEN",
		password:      "HW_USER_PASSWORD",
		user:          [][2]string{{"HW_USER_NAME", "HW_USER_ID"}},
		domain:        [][2]string{{"HW_DOMAIN_NAME", "HW_DOMAIN_ID"}},
		project:       [][2]string{{"HW_PROJECT_NAME", "HW_PROJECT_ID"}},
	},
}

// The variables of the attributes that belong to no family.
var (
	endpointVariables        = []string{"SWR_ENDPOINT"}
	regionVariables          = []string{"OS_REGION_NAME", "OS_REGION", "HW_REGION_NAME"}
	authURLVariables         = []string{"OS_AUTH_URL", "HW_AUTH_URL"}
	tokenVariables           = []string{"OS_TOKEN", "OS_AUTH_TOKEN", "HW_AUTH_TOKEN"}
	cloudVariables           = []string{"OS_CLOUD"}
	signatureFormatVariables = []string{"SWR_SIGNATURE_FORMAT"}
	caCertVariables          = []string{"OS_CACERT"}
	insecureVariables        = []string{"OS_INSECURE", "HW_INSECURE"}
	maxRetriesVariables      = []string{"SWR_MAX_RETRIES"}
	requestTimeoutVariables  = []string{"SWR_REQUEST_TIMEOUT"}
)
