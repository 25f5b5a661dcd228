// Package tfcli runs the real Terraform CLI, or OpenTofu's, with the real
// provider binary in a directory of its own: for tests, the demo and the
// benchmark. It knows how the CLI is called and fed, and nothing of what the
// provider does.
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
	"runtime"
	"strings"
)

// Address is the provider's source address, without the host that the CLI adds.
const Address = "terraform-provider-swr/swr"

// Binary builds the provider into the directory and gives the file's path.
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

// Find gives the CLI to run: TF_ACC_TERRAFORM_PATH, as for all of the tests, or
// else terraform from the path.
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

// CLI is one working directory with the provider at hand.
type CLI struct {
	Dir  string
	Env  []string // added to every command, as NAME=value
	path string
	rc   string
}

// New prepares the directory: the provider binary overrides the registry, so
// that no terraform init is needed and nothing is downloaded.
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
	return cli, cli.Write("provider.tf", fmt.Sprintf(
		"terraform {\n  required_providers {\n    swr = {\n      source = %q\n    }\n  }\n}\n", Address))
}

// Write writes a file of the configuration.
func (c *CLI) Write(name, content string) error {
	return os.WriteFile(filepath.Join(c.Dir, name), []byte(content), 0o600)
}

// Command gives a command of the CLI, not started yet. Nothing of the caller's
// environment that could change what Terraform or the provider do gets in.
func (c *CLI) Command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, c.path, args...)
	cmd.Dir = c.Dir
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if !steers(name) {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	cmd.Env = append(cmd.Env, "TF_CLI_CONFIG_FILE="+c.rc, "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1", "TF_CLI_ARGS=-no-color")
	cmd.Env = append(cmd.Env, c.Env...)
	return cmd
}

func steers(name string) bool {
	for _, prefix := range []string{"TF_", "OS_", "HW_", "SWR_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// Result is what a command came to.
type Result struct {
	Args []string
	// Output is what it printed, standard output and error in turn.
	Output string
	Code   int
}

// Run runs a command to its end. That it failed is in the result's code; the
// error says that it could not be run.
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

// State is what a state file holds of the managed resources.
type State struct {
	Serial    int `json:"serial"`
	Resources []struct {
		Mode      string `json:"mode"`
		Type      string `json:"type"`
		Name      string `json:"name"`
		Instances []struct {
			Status     string         `json:"status"` // "tainted" or ""
			Attributes map[string]any `json:"attributes"`
			Private    []byte         `json:"private"`
			Identity   map[string]any `json:"identity"`
		} `json:"instances"`
	} `json:"resources"`
}

// State reads the state file; there may be none yet.
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

// IDs gives the ids of the managed resources in the state, and whether each is
// tainted.
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
