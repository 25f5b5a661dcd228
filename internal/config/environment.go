package config

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Environment is the environment of the process. The zero value has no variables
// and no files.
type Environment struct {
	// LookupEnv is os.LookupEnv. A variable that is set to "" counts as not set.
	LookupEnv func(name string) (string, bool)
	// ReadFile reads a file of at most limit bytes.
	ReadFile func(path string, limit int64) ([]byte, error)
	// HomeDir replaces a leading ~ in a path that the user sets.
	HomeDir string
	// CloudsDirs are the directories that may contain clouds.yaml, secure.yaml and
	// clouds-public.yaml, in the order of the search. The first is the working
	// directory.
	CloudsDirs []string
}

// OSEnvironment returns the environment of this process. As in OpenStack clients,
// the directories for clouds.yaml are the working directory, the configuration
// directory of the user and /etc/openstack.
func OSEnvironment() Environment {
	env := Environment{LookupEnv: os.LookupEnv, ReadFile: readRegularFile, CloudsDirs: []string{"."}}
	add := func(dir string) {
		if !slices.Contains(env.CloudsDirs, dir) {
			env.CloudsDirs = append(env.CloudsDirs, dir)
		}
	}
	// UserConfigDir is $XDG_CONFIG_HOME or ~/.config on Linux. Elsewhere it is the
	// directory of the system, which OpenStack clients search as well.
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

const variableSource = "the environment variable "

// variable returns the first of the variables that is set.
func (e Environment) variable(names ...string) value {
	if e.LookupEnv == nil {
		return value{}
	}
	for _, name := range names {
		if text, ok := e.LookupEnv(name); ok && text != "" {
			return value{text: text, source: variableSource + name}
		}
	}
	return value{}
}

// lookup returns the value of an attribute or object from the variables with the
// prefix. If both name and ID of an object are set, it returns the ID, which is
// exact: files that the console of a cloud generates set both.
func (e Environment) lookup(attribute, prefix string) value {
	if attribute == idToken {
		return lookupIDToken(func(attribute string) value { return e.lookup(attribute, prefix) })
	}
	if !isObject(attribute) {
		return e.variable(variables(attribute, prefix)...)
	}
	ids := variables(attribute+"_id", prefix)
	for _, name := range variables(attribute+"_name", prefix) {
		var id value
		if idName := idVariable(name); slices.Contains(ids, idName) {
			id = e.variable(idName)
			id.isID = id.isSet()
		}
		if v := firstSet(id, e.variable(name)); v.isSet() {
			return v
		}
	}
	return value{}
}

// idVariable returns the variable for the ID of the object whose name the given
// variable has: OS_USER_ID for OS_USERNAME, OS_TENANT_ID for OS_TENANT_NAME. It need
// not exist.
func idVariable(name string) string {
	return strings.TrimSuffix(strings.TrimSuffix(name, "NAME"), "_") + "_ID"
}

func (e Environment) readFile(path string, limit int64) ([]byte, error) {
	if e.ReadFile == nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	return e.ReadFile(path, limit)
}

// expandHome replaces a leading ~ with the home directory.
func (e Environment) expandHome(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok && e.HomeDir != "" {
		return filepath.Join(e.HomeDir, rest)
	}
	return path
}
