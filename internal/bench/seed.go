//go:build unix

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// seed does what an apply of the scenario would leave behind, at the service and
// in the state, in little time: it applies one share a repository, and copies it.
// That the copies are right, the plans show: they find no changes.
func (s *stage) seed(ctx context.Context) error {
	full := s.scenario
	s.scenario.Shares = full.Repositories
	if err := s.cli.Write("main.tf", s.subject.config(s.scenario)); err != nil {
		return err
	}
	if _, err := s.measure(ctx, stepApply); err != nil {
		return err
	}
	s.scenario = full
	place := filepath.Join(s.cli.Dir, "terraform.tfstate")
	content, err := os.ReadFile(place)
	if err != nil {
		return err
	}
	if content, err = full.fillState(content); err != nil {
		return fmt.Errorf("%s: %w", place, err)
	}
	if s.server != nil {
		for repository := range full.Repositories {
			s.fillRepository(repository)
		}
	}
	return os.WriteFile(place, content, 0o600)
}

// fillState copies the only instance of each resource in a state. The resources
// are the repositories, by number.
func (s scenario) fillState(content []byte) ([]byte, error) {
	var state map[string]json.RawMessage
	var resources []map[string]json.RawMessage
	if err := json.Unmarshal(content, &state); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(state["resources"], &resources); err != nil {
		return nil, err
	}
	for repository, resource := range resources {
		var instances []json.RawMessage
		if err := json.Unmarshal(resource["instances"], &instances); err != nil {
			return nil, err
		}
		if len(instances) != 1 {
			return nil, fmt.Errorf("resource %d has %d instances instead of one", repository, len(instances))
		}
		only := string(instances[0])
		for n := 1; n < s.sharesOf(repository); n++ {
			instances = append(instances, json.RawMessage(strings.NewReplacer(
				account(repository, 0), account(repository, n),
				contract(0), contract(n),
			).Replace(only)))
		}
		var err error
		if resource["instances"], err = json.Marshal(instances); err != nil {
			return nil, err
		}
	}
	var err error
	if state["resources"], err = json.Marshal(resources); err != nil {
		return nil, err
	}
	return json.Marshal(state)
}

// fillRepository copies the only share of a repository at the service.
func (s *stage) fillRepository(repository int) {
	shares := s.server.Shares(namespace, repositoryName(repository))
	for _, share := range shares {
		for n := 1; n < s.scenario.sharesOf(repository); n++ {
			s.server.PutShare(numbered(share, repository, n))
		}
	}
}

func numbered(share swrtest.Share, repository, n int) swrtest.Share {
	share.AccessDomain, share.Description = account(repository, n), contract(n)
	return share
}
