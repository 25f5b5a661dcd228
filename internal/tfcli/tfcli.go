// Package tfcli runs the real Terraform CLI, or OpenTofu, with the real provider
// binary in a working directory: for tests, the demo and the benchmark.
package tfcli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
)

// Address is the provider's source address without the host, which the CLI adds.
const Address = "terraform-provider-swr/swr"

// Requirements is the block that every configuration with the provider needs.
const Requirements = `terraform {
  required_providers {
    swr = {
      source = "` + Address + `"
    }
  }
}
`

// Binary builds the provider into a directory, and returns the path of the file.
func Binary(ctx context.Context, dir string) (string, error) {
	_, here, _, _ := runtime.Caller(0)
	binary := filepath.Join(dir, "terraform-provider-swr")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, ".")
	build.Dir = filepath.Join(filepath.Dir(here), "..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the provider: %w\n%s", err, out)
	}
	return binary, nil
}

// Find returns the path of the CLI: TF_ACC_TERRAFORM_PATH, as for all tests, or else
// terraform from the PATH.
func Find() (string, error) {
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path, nil
	}
	path, err := exec.LookPath("terraform")
	if err != nil {
		return "", errors.New("the Terraform CLI is not installed: get it from https://developer.hashicorp.com/terraform/install, " +
			"or name one in TF_ACC_TERRAFORM_PATH")
	}
	return path, nil
}

// CLI runs the Terraform CLI in a working directory.
type CLI struct {
	Dir  string
	Env  []string // added to every command, as NAME=value
	path string
	rc   string
}

// New prepares a working directory. The provider binary overrides the registry, so
// terraform init is not needed, and nothing is downloaded.
func New(dir, providerBinary string) (*CLI, error) {
	path, err := Find()
	if err != nil {
		return nil, err
	}
	cli := &CLI{Dir: dir, path: path, rc: filepath.Join(dir, "cli.tfrc")}
	rc := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n  }\n}\n", Address, filepath.Dir(providerBinary))
	if err := os.WriteFile(cli.rc, []byte(rc), 0o600); err != nil {
		return nil, err
	}
	return cli, cli.Write("provider.tf", Requirements)
}

// Write writes a file to the working directory.
func (c *CLI) Write(name, content string) error {
	return os.WriteFile(filepath.Join(c.Dir, name), []byte(content), 0o600)
}

// Command returns a command of the CLI that is not started yet. It does not inherit
// variables that change what Terraform or the provider do.
func (c *CLI) Command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, c.path, args...)
	cmd.Dir = c.Dir
	for _, variable := range os.Environ() {
		if !configures.MatchString(variable) {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	cmd.Env = append(cmd.Env, "TF_CLI_CONFIG_FILE="+c.rc, "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1", "TF_CLI_ARGS=-no-color")
	cmd.Env = append(cmd.Env, c.Env...)
	return cmd
}

// configures matches variables that Terraform or the provider read.
var configures = regexp.MustCompile(`^(TF|OS|HW|SWR)_`)

// Result is the result of a command.
type Result struct {
	Args   []string
	Output string // standard output and standard error
	Code   int    // exit code
}

// Run runs a command. It returns an error only if the command cannot be run; whether
// the command failed is in the exit code.
func (c *CLI) Run(ctx context.Context, args ...string) (Result, error) {
	cmd := c.Command(ctx, args...)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	err := cmd.Run()
	result := Result{Args: args, Output: output.String(), Code: cmd.ProcessState.ExitCode()}
	if _, exited := errors.AsType[*exec.ExitError](err); exited {
		err = nil
	}
	return result, err
}

// State is the content of a state file, as far as tests read it.
type State struct {
	Serial    int `json:"serial"`
	Resources []struct {
		Mode      string `json:"mode"`
		Type      string `json:"type"`
		Name      string `json:"name"`
		Instances []struct {
			IndexKey   any            `json:"index_key"` // of for_each or count
			Status     string         `json:"status"`    // "tainted" or ""
			Attributes map[string]any `json:"attributes"`
			Private    []byte         `json:"private"`
			Identity   map[string]any `json:"identity"`
		} `json:"instances"`
	} `json:"resources"`
}

// State reads the state file. If there is none, the state is empty.
func (c *CLI) State() (State, error) {
	var state State
	content, err := os.ReadFile(filepath.Join(c.Dir, "terraform.tfstate"))
	if errors.Is(err, os.ErrNotExist) {
		return state, nil
	}
	if err != nil {
		return state, err
	}
	return state, json.Unmarshal(content, &state)
}

// IDs returns the IDs of the managed resources, and whether each is tainted.
func (s State) IDs() map[string]bool {
	ids := map[string]bool{}
	for _, resource := range s.Resources {
		if resource.Mode != "managed" {
			continue
		}
		for _, instance := range resource.Instances {
			id, _ := instance.Attributes["id"].(string)
			ids[id] = instance.Status == "tainted"
		}
	}
	return ids
}
