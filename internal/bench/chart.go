//go:build unix

package main

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// panel is a part of the chart: one figure of a plan of unchanged shares by the number
// of shares, over 10 repositories at 20 ms. Positions are in the plot of
// benchmarks.svg.tmpl, which has 200×180 pixels.
type panel struct {
	Title  string
	Scale  map[float64]string // labels by y
	Shares map[float64]string // labels by x
	Lines  map[string]string  // points by target
}

var chartTargets = []string{targetSWR, targetEmpty, targetData}

// Panels returns the panels of the chart by their positions.
func (r report) Panels() map[int]panel {
	return map[int]panel{
		50:  r.panel("Wall time of a plan, seconds", wall),
		320: r.panel("CPU time of the provider, seconds", providerCPU),
		590: r.panel("Peak memory of the provider, MB", peakMemory),
	}
}

func (r report) panel(title string, f figure) panel {
	p := panel{title, map[float64]string{}, map[float64]string{}, map[string]string{}}
	results := slices.DeleteFunc(slices.Clone(r.Results), func(r result) bool {
		return r.repositories != 10 || r.latency != 20*time.Millisecond
	})
	maxShares, top := 0, 0.0
	for _, result := range results {
		maxShares = max(maxShares, result.shares)
		for _, target := range chartTargets {
			top = max(top, result.samples(stepPlan, target, f).median())
		}
	}
	if len(results) == 0 {
		return p
	}
	unit := math.Pow(10, math.Floor(math.Log10(top))) / 2
	top = math.Ceil(top/unit) * unit
	for n := range 5 {
		p.Scale[180-45*float64(n)] = fmt.Sprintf("%g", top*float64(n)/4)
	}
	for _, result := range results {
		x := 200 * float64(result.shares) / float64(maxShares)
		if result.shares >= 1000 { // smaller numbers would overlap
			p.Shares[x] = fmt.Sprint(result.shares)
		}
		for _, target := range chartTargets {
			if value := result.samples(stepPlan, target, f).median(); value > 0 { // terraform_data has no provider
				p.Lines[target] += fmt.Sprintf("%.1f,%.1f ", x, 180*(1-value/top))
			}
		}
	}
	return p
}
