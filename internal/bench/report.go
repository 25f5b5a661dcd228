//go:build unix

package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"text/template"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/tfcli"
)

// figure is a value of a measurement: times in seconds, memory in MB.
type figure int

const (
	wall figure = iota
	terraformCPU
	providerCPU
	peakMemory // of the largest provider process
	requestCount
	figures
)

// measurement is what one command of one target used.
type measurement struct {
	values   [figures]float64
	requests map[swrtest.Operation]int
}

type key struct{ step, target string }

// result holds the measurements of a scenario, in the order in which they were made.
type result struct {
	scenario
	measured map[key][]measurement
}

// samples are the measurements of one figure. Medians are reported, since the machine
// may have been busy with something else.
type samples []float64

func (r result) samples(step, target string, f figure) (values samples) {
	for _, m := range r.measured[key{step, target}] {
		values = append(values, m.values[f])
	}
	return values
}

// most returns the largest figure of swr.
func (r result) most(step string, f figure) float64 { return r.samples(step, targetSWR, f).max() }

// ratio returns a figure of swr divided by that of the empty provider, turn by turn;
// nil if the empty provider was not measured.
func (r result) ratio(step string, f figure) samples {
	swr, empty := r.samples(step, targetSWR, f), r.samples(step, targetEmpty, f)
	if len(empty) == 0 {
		return nil
	}
	for n := range swr {
		swr[n] /= empty[n]
	}
	return swr
}

func (s samples) median() float64 { return s.quantile(0.5) }
func (s samples) max() float64    { return s.quantile(1) }

// quantile returns NaN if there are no samples.
func (s samples) quantile(q float64) float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	return slices.Sorted(slices.Values(s))[int(q*float64(len(s)-1))]
}

// format returns the median, with the minimum and maximum of several samples.
func (s samples) format(digits int) string {
	if len(s) == 0 || s.max() == 0 { // terraform_data has no provider
		return ""
	}
	if len(s) == 1 {
		return fmt.Sprintf("%.*f", digits, s[0])
	}
	return fmt.Sprintf("%.*f (%.*f–%.*f)", digits, s.median(), digits, s.quantile(0), digits, s.max())
}

// report is everything that was measured.
type report struct {
	Machine string
	Results []result
	binary  samples // size of the released binary in MB
}

// find returns the result for 10 repositories, which is empty if it was not measured.
func (r report) find(shares, milliseconds int) result {
	for _, result := range r.Results {
		if result.shares == shares && result.repositories == 10 && result.latency.Milliseconds() == int64(milliseconds) {
			return result
		}
	}
	return result{}
}

// exclusiveRatio returns the CPU time of the provider to plan exclusive resources of
// 500 accounts, divided by that for 50 accounts. Wall time includes Terraform's own
// time, which grows with the accounts as well.
func (r report) exclusiveRatio() float64 {
	few, many := math.NaN(), math.NaN()
	for _, result := range r.Results {
		switch median := result.samples(stepPlan, targetSWR, providerCPU).median(); result.scenario {
		case exclusiveScenario(50):
			few = median
		case exclusiveScenario(500):
			many = median
		}
	}
	return many / few
}

// Thresholds returns the bounds that the provider must keep, as far as they were
// measured, as a table in Markdown.
func (r report) Thresholds() string {
	planned, applied, small, large := r.find(1000, 20), r.find(1000, 0), r.find(500, 20), r.find(5000, 20)
	account := result{}
	var schema samples // does not depend on the scenario
	for _, result := range r.Results {
		schema = append(schema, result.ratio(stepSchema, wall)...)
		if result.account {
			account = result
		}
	}
	const accountShares = "`swr_shares` of 1,000 repositories with 20 shares each at 20 ms: "
	const plan, apply = "Plan of 1,000 unchanged shares of 10 repositories at 20 ms: ", "Apply of 1,000 new shares: "
	table := "| threshold | at most | measured | |\n|---|---|---|---|\n"
	for _, t := range []struct {
		name     string
		limit    float64
		unit     string
		measured float64 // NaN if it was not measured
	}{
		{plan + "requests per repository", 3, "", planned.most(stepPlan, requestCount) / 10},
		{plan + "wall time ÷ empty provider", 0.8, "", planned.ratio(stepPlan, wall).median()},
		{plan + "CPU time of the provider ÷ empty provider", 0.6, "", planned.ratio(stepPlan, providerCPU).median()},
		{plan + "peak memory", 48, " MB", planned.most(stepPlan, peakMemory)},
		{apply + "requests per share", 2.1, "", applied.most(stepApply, requestCount) / 1000},
		{apply + "wall time at 0 ms ÷ empty provider", 1.1, "", applied.ratio(stepApply, wall).median()},
		{apply + "peak memory", 48, " MB", applied.most(stepApply, peakMemory)},
		{"Plan of 5,000 shares: peak memory ÷ plan of 500 shares", 1.3, "", large.most(stepPlan, peakMemory) / small.most(stepPlan, peakMemory)},
		{"Plan of 4 unchanged exclusive resources of 500 accounts: CPU time of the provider ÷ 50 accounts", 2.5, "", r.exclusiveRatio()},
		{accountShares + "requests per repository", 1.1, "", account.most(stepShares, requestCount) / 1000},
		{accountShares + "wall time", 60, " s", account.most(stepShares, wall)},
		{accountShares + "peak memory", 300, " MB", account.most(stepShares, peakMemory)},
		{accountShares + "peak memory, one `access_domain`", 64, " MB", account.most(stepSharesOfAccount, peakMemory)},
		{"`terraform providers schema -json`: wall time ÷ empty provider (within noise)", 1.05, "", schema.median()},
		{"Size of the released binary", 20, " MB", r.binary.median()},
	} {
		verdict := "met"
		if t.measured > t.limit {
			verdict = "**exceeded**"
		}
		if !math.IsNaN(t.measured) {
			table += fmt.Sprintf("| %s | %g%s | %.2f%s | %s |\n", t.name, t.limit, t.unit, t.measured, t.unit, verdict)
		}
	}
	return table
}

// Rows returns the rows of the table of all figures.
func (r result) Rows() (rows []string) {
	for _, step := range []string{
		stepSchema, stepApply, stepPlan, stepDrift, stepDestroy, stepShares, stepSharesOfAccount, stepQuery,
	} {
		for _, target := range []string{targetSWR, targetOther, targetEmpty, targetData} {
			all := r.measured[key{step, target}]
			if len(all) == 0 {
				continue
			}
			cells := []string{step, target}
			for f, digits := range []int{wall: 2, terraformCPU: 2, providerCPU: 2, peakMemory: 1} {
				cells = append(cells, r.samples(step, target, figure(f)).format(digits))
			}
			var wallRatio, cpuRatio samples
			if target == targetSWR {
				wallRatio, cpuRatio = r.ratio(step, wall), r.ratio(step, providerCPU)
			}
			most := slices.MaxFunc(all, func(a, b measurement) int { return int(a.values[requestCount] - b.values[requestCount]) })
			requests := strings.Trim(strings.TrimPrefix(fmt.Sprint(most.requests), "map"), "[]")
			rows = append(rows, strings.Join(append(cells, wallRatio.format(2), cpuRatio.format(2), requests), " | "))
		}
	}
	return rows
}

//go:embed BENCHMARKS.md.tmpl
var reportText string

// write writes the file with what was measured so far.
func (r report) write(path string) error {
	var text bytes.Buffer
	err := template.Must(template.New("report").Parse(reportText)).Execute(&text, r)
	return errors.Join(err, os.WriteFile(path, text.Bytes(), 0o600))
}

// describeMachine returns what is known of what the figures were measured on.
func describeMachine(ctx context.Context) string {
	cli, _ := tfcli.Find()
	terraform, _ := exec.CommandContext(ctx, cli, "version").Output()
	version, _, _ := strings.Cut(string(terraform), "\n")
	machine := fmt.Sprintf("%s/%s, %d CPUs, %s, %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), version)
	cpu, _ := os.ReadFile("/proc/cpuinfo") // only Linux has these files
	memory, _ := os.ReadFile("/proc/meminfo")
	pattern := regexp.MustCompile(`(?m)^(?:model name|MemTotal).*: *(.*)`)
	for _, found := range pattern.FindAllSubmatch(append(memory, cpu...), 2) {
		machine += ", " + string(found[1])
	}
	return machine
}
