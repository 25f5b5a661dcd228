//go:build unix

package main

import (
	_ "embed"
	"fmt"
	"strings"
	"text/template"
	"time"
)

// scenario is a number of shares, spread evenly over repositories.
type scenario struct {
	shares, repositories int
	latency              time.Duration // of the service
	seeded               bool          // the shares exist before the first step, and are not destroyed
}

const (
	maxAccounts = 500 // SWR shares a repository with at most this many accounts
	namespace   = "platform"
	driftEvery  = 10 // every tenth share of a repository drifts, see main.tf.tmpl
)

func repositoryName(n int) string      { return fmt.Sprintf("team/app%02d", n) }
func account(repository, n int) string { return fmt.Sprintf("OTC-EU-DE-%02d%018d", repository, n) }
func contract(n int) string            { return fmt.Sprintf("Contract %d", n) }

// scenarios returns all combinations that SWR allows; latencies are in milliseconds.
func scenarios(shares, repositories, latencies []int, seedAbove int) (all []scenario) {
	for _, n := range shares {
		for _, r := range repositories {
			for _, ms := range latencies {
				if n <= r*maxAccounts {
					all = append(all, scenario{n, r, time.Duration(ms) * time.Millisecond, n > seedAbove})
				}
			}
		}
	}
	return all
}

func (s scenario) String() string {
	return fmt.Sprintf("Shares: %d, repositories: %d, latency: %d ms", s.shares, s.repositories, s.latency.Milliseconds())
}

// spread returns the number of shares of each repository.
func (s scenario) spread() []int {
	counts := make([]int, s.repositories)
	for n := range s.shares {
		counts[n%s.repositories]++
	}
	return counts
}

// step is a Terraform command and what it must print.
type step struct{ name, command, output string }

const (
	stepSchema = "schema"
	stepApply  = "apply"
	stepPlan   = "plan"
	stepDrift  = "plan with drift"
)

// steps returns what is measured. Commands that change nothing are repeated.
func (s scenario) steps() []step {
	drifted := 0
	for _, n := range s.spread() {
		drifted += (n + driftEvery - 1) / driftEvery
	}
	schema := step{stepSchema, "providers schema -json", `"swr_repository_share"`}
	plan := step{stepPlan, "plan", "No changes."}
	drift := step{stepDrift, "plan", fmt.Sprintf("Plan: 0 to add, %d to change, 0 to destroy.", drifted)}
	destroy := step{"destroy", "destroy -auto-approve", fmt.Sprintf("Resources: %d destroyed.", s.shares)}
	if s.seeded {
		return []step{plan, plan, plan, drift}
	}
	return []step{schema, schema, schema, s.apply(), plan, plan, plan, drift, destroy}
}

func (s scenario) apply() step {
	return step{stepApply, "apply -auto-approve", fmt.Sprintf("Resources: %d added", s.shares)}
}

// target is what is measured.
type target struct {
	name     string
	binary   string // path of the provider; "" if Terraform needs none
	usesAPI  bool   // calls the simulator, where shares drift and requests are counted
	resource string // type of the resources
}

const (
	targetSWR   = "swr"
	targetOther = "other"
	targetEmpty = "empty"
	targetData  = "terraform_data"
)

// targets returns all targets, with another build of the provider unless it is "".
func targets(swr, empty, other string) []target {
	const share = "swr_repository_share"
	all := []target{{targetSWR, swr, true, share}, {targetEmpty, empty, false, share}, {targetData, "", false, targetData}}
	if other != "" {
		all = append(all, target{targetOther, other, true, share})
	}
	return all
}

//go:embed main.tf.tmpl
var configText string

var configTemplate = template.Must(template.New("config").Parse(configText))

// config returns the configuration of a scenario: a block for each repository, with
// for_each over its accounts. (All shares in one block would measure Terraform, which
// takes time quadratic in the instances of a block.) Shares drift at the service or,
// if the target does not use it, with the variable.
func (t target) config(s scenario) (string, error) {
	var text strings.Builder
	err := configTemplate.Execute(&text, struct {
		Resource string
		Spread   []int
	}{t.resource, s.spread()})
	return text.String(), err
}
