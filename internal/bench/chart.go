//go:build unix

package main

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// The chart has three panels side by side, each with the plan of unchanged shares
// over 10 repositories at 20 ms by the number of shares.
const (
	chartHeight = 300
	panelWidth  = 270
	plotLeft    = 50
	plotWidth   = 200
	plotTop     = 70
	plotHeight  = 180
)

// lines are the subjects of the chart, with their colours.
var lines = []struct{ subject, label, colour string }{
	{nameSWR, "this provider", "#0969da"},
	{nameEmpty, "empty provider", "#cf222e"},
	{nameData, "terraform_data", "#6e7781"},
}

// chart draws the SVG.
func (r report) chart() string {
	var svg strings.Builder
	fmt.Fprintf(&svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"11\">\n", 3*panelWidth, chartHeight)
	fmt.Fprintf(&svg, "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n")
	for n, line := range lines {
		x := plotLeft + 140*n
		fmt.Fprintf(&svg, "<rect x=\"%d\" y=\"14\" width=\"12\" height=\"12\" fill=\"%s\"/><text x=\"%d\" y=\"24\" fill=\"#1f2328\">%s</text>\n", x, line.colour, x+18, line.label)
	}
	for n, panel := range []struct {
		title  string
		figure quantity
	}{
		{"Wall time of a plan, seconds", wall},
		{"The provider's CPU time, seconds", providerCPU},
		{"The provider's peak memory, MB", providerPeak},
	} {
		fmt.Fprintf(&svg, "<g transform=\"translate(%d 0)\">\n%s</g>\n", n*panelWidth, r.panel(panel.title, panel.figure))
	}
	return svg.String() + "</svg>\n"
}

// panel draws one figure.
func (r report) panel(title string, figure quantity) string {
	var points []result
	for _, found := range r.results {
		if found.scenario.Repositories == 10 && found.scenario.Latency == 20*time.Millisecond {
			points = append(points, found)
		}
	}
	mostShares, most := 1.0, 0.0
	for _, point := range points {
		mostShares = max(mostShares, float64(point.scenario.Shares))
		for _, line := range lines {
			most = max(most, point.of(stepPlan, line.subject, figure).median())
		}
	}
	top := roundUp(most)
	x := func(shares int) float64 { return plotLeft + plotWidth*float64(shares)/mostShares }
	y := func(value float64) float64 { return plotTop + plotHeight*(1-value/top) }

	var svg strings.Builder
	fmt.Fprintf(&svg, "<text x=\"%d\" y=\"%d\" fill=\"#1f2328\" font-weight=\"bold\">%s</text>\n", plotLeft, plotTop-16, title)
	for n := range 5 {
		value := top * float64(n) / 4
		fmt.Fprintf(&svg, "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#d0d7de\"/>", plotLeft, plotLeft+plotWidth, y(value), y(value))
		fmt.Fprintf(&svg, "<text x=\"%d\" y=\"%.1f\" fill=\"#59636e\" text-anchor=\"end\">%g</text>\n", plotLeft-6, y(value)+4, value)
	}
	for _, point := range points {
		if shares := point.scenario.Shares; shares >= 1000 { // what is less would not fit
			fmt.Fprintf(&svg, "<text x=\"%.1f\" y=\"%d\" fill=\"#59636e\" text-anchor=\"middle\">%s</text>\n", x(shares), plotTop+plotHeight+18, thousands(shares))
		}
	}
	fmt.Fprintf(&svg, "<text x=\"%d\" y=\"%d\" fill=\"#59636e\" text-anchor=\"middle\">shares</text>\n", plotLeft+plotWidth/2, plotTop+plotHeight+36)
	for _, line := range lines {
		var path, dots strings.Builder
		for _, point := range points {
			value := point.of(stepPlan, line.subject, figure).median()
			if value == 0 {
				continue // terraform_data has no provider
			}
			at := fmt.Sprintf("%.1f,%.1f", x(point.scenario.Shares), y(value))
			path.WriteString(at + " ")
			left, height, _ := strings.Cut(at, ",")
			fmt.Fprintf(&dots, "<circle cx=\"%s\" cy=\"%s\" r=\"3\" fill=\"%s\"/>\n", left, height, line.colour)
		}
		if dots.Len() > 0 {
			fmt.Fprintf(&svg, "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n%s", strings.TrimSpace(path.String()), line.colour, dots.String())
		}
	}
	return svg.String()
}

// roundUp gives the end of an axis: a number with one digit or a half more that
// is not less.
func roundUp(value float64) float64 {
	if value <= 0 {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(value))) / 2
	return math.Ceil(value/unit) * unit
}
