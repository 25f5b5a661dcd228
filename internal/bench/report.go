//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// report is everything that was measured.
type report struct {
	machine    string
	binarySize int64 // 0 where it is not the released one
	results    []result
}

// overTen gives the result of a scenario over 10 repositories, if it was measured.
func (r report) overTen(shares int, latency time.Duration) (result, bool) {
	n := slices.IndexFunc(r.results, func(found result) bool {
		return found.scenario.Shares == shares && found.scenario.Repositories == 10 && found.scenario.Latency == latency
	})
	if n < 0 {
		return result{}, false
	}
	return r.results[n], true
}

func (r report) markdown() string {
	var text strings.Builder
	text.WriteString(reportHead)
	fmt.Fprintf(&text, "\nMachine: %s.\n\n## What is promised\n\n%s\n", r.machine, r.promises())
	text.WriteString(reportTables)
	for _, found := range r.results {
		fmt.Fprintf(&text, "\n### %s\n\n%s\n", found.scenario, found.table())
	}
	return text.String()
}

const reportHead = `# Benchmarks

Made by ` + "`make bench`" + `; nothing here is written by hand. ` + "`make bench BENCH=quick`" + ` prints a
small part of it in a few minutes.

The provider's binary, built as it is released, runs under the real Terraform
CLI against the simulator, which answers at once or after 20 ms. Beside it, turn
by turn, run

- an **empty** provider (` + "`internal/bench/empty`" + `): the same schema, no service behind
  it, the framework with all its defaults;
- **terraform_data**, as many as there are shares: what Terraform takes by itself.

The configuration has a block for each repository, with ` + "`for_each`" + ` over its
accounts. CPU time and peak memory of the provider are what the operating system counted
for its own processes; wall time is the whole command's. A tenth of the shares
drift: at the service by another's hand; for the other two, by a variable. One
image can be shared with at most 500 accounts, so there are no more shares a
repository. Garbage collection has Go's defaults throughout.

More than 1,000 shares are there before the first plan: one share a repository is
applied and then copied, in the state and at the service. To make and to delete
them takes Terraform itself a time that grows much faster than their number (see
terraform_data at 100 and at 1,000); ` + "`make bench BENCH=\"-seed-above 5000 -shares 5000\"`" + `
measures it.

![Plan of unchanged shares over 10 repositories at 20 ms](benchmarks.svg)
`

const reportTables = `
## All figures

Medians, with the least and the most in parentheses. Time in seconds, memory in
MB of 10⁶ bytes. A ratio is the median of the ratios turn by turn.
`

func (r result) table() string {
	var text strings.Builder
	text.WriteString("| step | subject | wall | CPU, Terraform | CPU, provider | peak memory | wall ÷ empty | CPU ÷ empty | requests |\n")
	text.WriteString("|---|---|---|---|---|---|---|---|---|\n")
	for _, step := range slices.Compact(r.scenario.steps()) {
		for _, subject := range []string{nameSWR, nameOther, nameEmpty, nameData} {
			if len(r.measured[step][subject]) == 0 {
				continue
			}
			wallRatio, cpuRatio := "", ""
			if subject == nameSWR {
				wallRatio = r.ratio(step, wall).text("%.2f")
				cpuRatio = r.ratio(step, providerCPU).text("%.2f")
			}
			cpu, peak := "", ""
			if subject != nameData {
				cpu, peak = r.of(step, subject, providerCPU).text("%.2f"), r.of(step, subject, providerPeak).text("%.1f")
			}
			fmt.Fprintf(&text, "| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", step, subject,
				r.of(step, subject, wall).text("%.2f"), r.of(step, subject, terraformCPU).text("%.2f"),
				cpu, peak, wallRatio, cpuRatio, r.requests(step, subject))
		}
	}
	return text.String()
}

// requests gives the requests by kind, of the turn that sent most.
func (r result) requests(step, subject string) string {
	var most measurement
	for _, taken := range r.measured[step][subject] {
		if total(taken) >= total(most) {
			most = taken
		}
	}
	var texts []string
	for _, kind := range append(swrtest.Operations(), swrtest.OpUnknown) {
		if n := most.Requests[kind]; n > 0 {
			texts = append(texts, fmt.Sprintf("%s %s", thousands(n), kind))
		}
	}
	return strings.Join(texts, ", ")
}

func total(of measurement) int {
	sum := 0
	for _, n := range of.Requests {
		sum += n
	}
	return sum
}

// write writes what is known by now.
func (r report) write(dir string) error {
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "BENCHMARKS.md"), []byte(r.markdown()), 0o600),
		os.WriteFile(filepath.Join(dir, "benchmarks.svg"), []byte(r.chart()), 0o600))
}
