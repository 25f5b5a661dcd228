package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

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

// findCloudsFile reads the first file that exists: the one that the variable names,
// or else base with .yaml, .yml or .json in one of the directories. It returns nil if none
// exists, and the paths that it searched.
func findCloudsFile(env Environment, variable, base string, dirs []string) (*cloudsFile, []string, error) {
	var paths []string
	named := env.variable(variable)
	if named.isSet() {
		paths = append(paths, named.text)
	}
	for _, dir := range dirs {
		for _, extension := range []string{".yaml", ".yml", ".json"} {
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
		if err := file.decode(data); err != nil {
			return nil, paths, err
		}
		return &file, paths, nil
	}
	return nil, paths, nil
}

// decode sets the entries of the file to what data contains.
func (f *cloudsFile) decode(data []byte) error {
	var err error
	if filepath.Ext(f.path) == ".json" {
		// The YAML library does not know all escapes of JSON.
		var content any
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.UseNumber()
		if err = decoder.Decode(&content); err != nil {
			return fmt.Errorf("%s %w", f.path, jsonError(err, data))
		}
		err = jsonNode(content).Decode(f)
	} else {
		err = yaml.Unmarshal(data, f)
	}
	if err != nil {
		return fmt.Errorf("%s %w", f.path, yamlError(err))
	}
	return nil
}

// jsonNode returns a decoded JSON value as YAML. Numbers and booleans stay as they
// are written.
func jsonNode(content any) *yaml.Node {
	switch content := content.(type) {
	case map[string]any:
		node := &yaml.Node{Kind: yaml.MappingNode, Content: make([]*yaml.Node, 0, 2*len(content))}
		for key, element := range content {
			node.Content = append(node.Content, jsonNode(key), jsonNode(element))
		}
		return node
	case []any:
		node := &yaml.Node{Kind: yaml.SequenceNode, Content: make([]*yaml.Node, 0, len(content))}
		for _, element := range content {
			node.Content = append(node.Content, jsonNode(element))
		}
		return node
	case nil:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
	default:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: fmt.Sprint(content)}
	}
}

// jsonError returns only the line of an error of the JSON library, whose texts quote
// the file.
func jsonError(err error, data []byte) error {
	offset := int64(len(data))
	if syntaxError, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = syntaxError.Offset
	} else if typeError, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset = typeError.Offset
	}
	return fmt.Errorf("is not valid JSON, see line %d", 1+bytes.Count(data[:min(offset, int64(len(data)))], []byte("\n")))
}

var yamlLine = regexp.MustCompile(`\bline ([1-9]\d*)\b`)

// yamlError returns only the line of an error of the YAML library, whose texts quote
// the file, and with it perhaps a password.
func yamlError(err error) error {
	if line := yamlLine.FindString(err.Error()); line != "" {
		return fmt.Errorf("is not a valid clouds.yaml, see %s", line)
	}
	return errors.New("is not a valid clouds.yaml")
}

// listNames returns some of the names, printable and in order.
func listNames(names iter.Seq[string], none string) string {
	const maxListed = 20
	list := slices.Sorted(names)
	if len(list) == 0 {
		return none
	}
	more := ""
	if n := len(list) - maxListed; n > 0 {
		list, more = list[:maxListed], fmt.Sprintf(" and %d more", n)
	}
	for i, name := range list {
		list[i] = httpsafe.Printable(name)
	}
	return strings.Join(list, ", ") + more
}
