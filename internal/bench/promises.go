//go:build unix

package main

import (
	"fmt"
	"strings"
	"time"
)

// promise is a bound that the provider is to keep.
type promise struct {
	text  string
	bound float64
	value float64
	unit  string
	known bool // it was measured
}

// promises gives the bounds, and what was measured, as a table.
func (r report) promises() string {
	var text strings.Builder
	text.WriteString("| promise | at most | measured | |\n|---|---|---|---|\n")
	for _, p := range r.judge() {
		if !p.known {
			continue
		}
		verdict := "holds"
		if p.value > p.bound {
			verdict = "**does not hold**"
		}
		fmt.Fprintf(&text, "| %s | %g%s | %.2f%s | %s |\n", p.text, p.bound, p.unit, p.value, p.unit, verdict)
	}
	return text.String()
}

func (r report) judge() []promise {
	const latency = 20 * time.Millisecond
	slow, isSlow := r.overTen(1000, latency)
	fast, isFast := r.overTen(1000, 0)
	small, isSmall := r.overTen(500, latency)
	large, isLarge := r.overTen(5000, latency)
	refresh := "Plan of 1,000 unchanged shares of 10 repositories at 20 ms: "
	all := []promise{
		{refresh + "requests a repository", 3, slow.perUnit(stepPlan, 10), "", isSlow},
		{refresh + "wall time, of the empty provider's", 0.8, slow.ratio(stepPlan, wall).median(), "", isSlow},
		{refresh + "the provider's CPU, of the empty provider's", 0.6, slow.ratio(stepPlan, providerCPU).median(), "", isSlow},
		{refresh + "peak memory", 48, slow.of(stepPlan, nameSWR, providerPeak).most(), " MB", isSlow},
		{"Apply of 1,000 new shares: requests a share", 2.1, fast.perUnit(stepApply, 1000), "", isFast},
		{"Apply of 1,000 new shares at 0 ms: wall time, of the empty provider's", 1.1, fast.ratio(stepApply, wall).median(), "", isFast},
		{"Apply of 1,000 new shares: peak memory", 48, fast.of(stepApply, nameSWR, providerPeak).most(), " MB", isFast},
		{"Peak memory of a plan of 5,000 shares, of that of 500", 1.3, large.of(stepPlan, nameSWR, providerPeak).most() / small.of(stepPlan, nameSWR, providerPeak).most(), "", isLarge && isSmall},
		{"`terraform providers schema -json`: wall time, of the empty provider's (within noise)", 1.05, r.schemaRatio(), "", r.schemaRatio() > 0},
		{"The binary, as it is released", 20, float64(r.binarySize) / 1e6, " MB", r.binarySize > 0},
	}
	return all
}

// perUnit gives the most requests that a step took, divided by a count.
func (r result) perUnit(step string, count int) float64 {
	most := 0
	for _, taken := range r.measured[step][nameSWR] {
		most = max(most, total(taken))
	}
	return float64(most) / float64(count)
}

// schemaRatio is over all scenarios: the schema has nothing to do with them.
func (r report) schemaRatio() float64 {
	var ratios spread
	for _, found := range r.results {
		ratios = append(ratios, found.ratio(stepSchema, wall)...)
	}
	return ratios.median()
}
