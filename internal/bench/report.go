//go:build unix

package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"text/template"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
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
	CLIs    []*cliReport
}

// cliReport is what was measured with one CLI.
type cliReport struct {
	CLI     string // name and version
	Results []result
	binary  samples // size of the released binary in MB
}

// find returns the result for 10 repositories, which is empty if it was not measured.
func (r cliReport) find(shares, milliseconds int) result {
	for _, result := range r.Results {
		if !result.exclusive && result.shares == shares && result.repositories == 10 && result.latency.Milliseconds() == int64(milliseconds) {
			return result
		}
	}
	return result{}
}

// exclusive returns the result for exclusive resources, which is empty if it was not
// measured.
func (r cliReport) exclusive(repositories, accounts int) result {
	for _, result := range r.Results {
		if result.scenario == exclusiveScenario(repositories, accounts) {
			return result
		}
	}
	return result{}
}

// pages returns how long it takes to request the pages of a repository that one
// scenario has more than another one, one after the other.
func (r result) pages(fewer result) float64 {
	more := r.most(stepPlan, requestCount) - fewer.most(stepPlan, requestCount)
	return more / float64(r.repositories) * r.latency.Seconds()
}

// Thresholds returns the bounds that the provider must keep, as far as they were
// measured, as a table in Markdown.
func (r cliReport) Thresholds() string {
	measured, immediate, small, large := r.find(1000, 20), r.find(1000, 0), r.find(500, 20), r.find(5000, 20)
	few, many, guards := r.exclusive(4, 50), r.exclusive(4, 500), r.exclusive(100, 100)
	account := result{}
	var schema samples // does not depend on the scenario
	for _, result := range r.Results {
		schema = append(schema, result.ratio(stepSchema, wall)...)
		if result.account {
			account = result
		}
	}
	const accountShares = "`swr_shares` of 1,000 repositories with 20 shares each at 20 ms: "
	const shares = " 1,000 shares of 10 repositories at 20 ms: "
	const exclusive, exclusives = "Plan of 4 exclusive resources of 500 accounts at 20 ms: ", "Plan of 100 exclusive resources of 100 accounts at 20 ms: "
	table := "| threshold | at most | measured | |\n|---|---|---|---|\n"
	for _, t := range []struct {
		name     string
		limit    float64
		unit     string
		measured float64 // NaN if it was not measured
	}{
		{"Plan of" + shares + "requests", 10, "", measured.most(stepPlan, requestCount)},
		{"Plan of" + shares + "wall time ÷ empty provider", 0.7, "", measured.ratio(stepPlan, wall).median()},
		{"Plan of" + shares + "CPU time of the provider ÷ empty provider", 0.6, "", measured.ratio(stepPlan, providerCPU).median()},
		{"Plan of" + shares + "peak memory", 32, " MB", measured.most(stepPlan, peakMemory)},
		{"Apply of" + shares + "requests per share", 1.2, "", measured.most(stepApply, requestCount) / 1000},
		{"Apply of" + shares + "wall time ÷ empty provider", 1.1, "", measured.ratio(stepApply, wall).median()},
		{"Apply of 1,000 shares of 10 repositories at 0 ms: wall time ÷ empty provider", 1.1, "", immediate.ratio(stepApply, wall).median()},
		{"Destroy of" + shares + "requests per share", 1.2, "", measured.most(stepDestroy, requestCount) / 1000},
		{"Destroy of" + shares + "wall time ÷ empty provider", 1.1, "", measured.ratio(stepDestroy, wall).median()},
		{"Plan of 5,000 shares: peak memory ÷ plan of 500 shares", 1.2, "", large.most(stepPlan, peakMemory) / small.most(stepPlan, peakMemory)},
		{exclusive + "wall time without the further pages ÷ 50 accounts", 1.3, "",
			(many.samples(stepPlan, targetSWR, wall).median() - many.pages(few)) / few.samples(stepPlan, targetSWR, wall).median()},
		{exclusive + "CPU time of the provider ÷ 50 accounts", 2.5, "",
			many.samples(stepPlan, targetSWR, providerCPU).median() / few.samples(stepPlan, targetSWR, providerCPU).median()},
		{exclusives + "requests per repository", 4, "", guards.most(stepPlan, requestCount) / 100},
		{exclusives + "wall time", 15, " s", guards.most(stepPlan, wall)},
		{exclusives + "peak memory", 64, " MB", guards.most(stepPlan, peakMemory)},
		{accountShares + "requests per repository", 1.1, "", account.most(stepShares, requestCount) / 1000},
		{accountShares + "wall time", 60, " s", account.most(stepShares, wall)},
		{accountShares + "peak memory", 300, " MB", account.most(stepShares, peakMemory)},
		{accountShares + "peak memory, one `access_domain`", 64, " MB", account.most(stepSharesOfAccount, peakMemory)},
		{"`terraform query` of one `access_domain` in the same account: wall time", 30, " s", account.most(stepQuery, wall)},
		{"`terraform query` of one `access_domain` in the same account: peak memory", 64, " MB", account.most(stepQuery, peakMemory)},
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

// write writes BENCHMARKS.md with what was measured so far to a directory, if one is
// given.
func (r report) write(dir string) error {
	if dir == "" {
		return nil
	}
	var text bytes.Buffer
	err := template.Must(template.New("report").Parse(reportText)).Execute(&text, r)
	return errors.Join(err, os.WriteFile(filepath.Join(dir, "BENCHMARKS.md"), text.Bytes(), 0o600))
}

// describeMachine returns what is known of what the figures were measured on.
func describeMachine() string {
	machine := fmt.Sprintf("%s/%s, %d CPUs, %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	cpu, _ := os.ReadFile("/proc/cpuinfo") // only Linux has these files
	memory, _ := os.ReadFile("/proc/meminfo")
	pattern := regexp.MustCompile(`(?m)^(?:model name|MemTotal).*: *(.*)`)
	for _, found := range pattern.FindAllSubmatch(append(memory, cpu...), 2) {
		machine += ", " + string(found[1])
	}
	return machine
}
