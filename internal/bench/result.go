//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// result is what a scenario came to: the measurements of each step and subject,
// in the order in which they were made.
type result struct {
	scenario scenario
	measured map[string]map[string][]measurement
}

// round goes through all steps once. At each step the subjects take turns, so
// that what else the machine does concerns all of them alike.
func (r *result) round(ctx context.Context, dir string, all []subject, out io.Writer) (err error) {
	place, err := os.MkdirTemp(dir, "round-")
	if err != nil {
		return err
	}
	var stages []*stage
	defer func() {
		for _, s := range stages {
			err = errors.Join(err, s.close())
		}
		err = errors.Join(err, os.RemoveAll(place))
	}()
	for n, of := range all {
		s, err := newStage(ctx, filepath.Join(place, strconv.Itoa(n)), of, r.scenario)
		if err != nil {
			return err
		}
		stages = append(stages, s)
	}
	for _, step := range r.scenario.steps() {
		for _, s := range stages {
			if step == stepSchema && s.subject.Provider == "" {
				continue
			}
			taken, err := s.measure(ctx, step)
			if err != nil {
				return err
			}
			r.add(step, s.subject.Name, taken)
			fmt.Fprintf(out, "  %-15s %-14s wall %6.2f s, CPU of terraform %6.2f s, of the provider %5.2f s, its peak %5.1f MB, requests %v over %d connections\n",
				step, s.subject.Name, taken.Wall.Seconds(), taken.TerraformCPU.Seconds(), taken.ProviderCPU.Seconds(),
				float64(taken.ProviderPeak)/1e6, taken.Requests, taken.Connections)
		}
	}
	return nil
}

func (r *result) add(step, subject string, taken measurement) {
	if r.measured == nil {
		r.measured = map[string]map[string][]measurement{}
	}
	if r.measured[step] == nil {
		r.measured[step] = map[string][]measurement{}
	}
	r.measured[step][subject] = append(r.measured[step][subject], taken)
}

// quantity is a figure of a measurement.
type quantity func(measurement) float64

func wall(m measurement) float64         { return m.Wall.Seconds() }
func terraformCPU(m measurement) float64 { return m.TerraformCPU.Seconds() }
func providerCPU(m measurement) float64  { return m.ProviderCPU.Seconds() }
func providerPeak(m measurement) float64 { return float64(m.ProviderPeak) / 1e6 }

// spread is several values of a figure. Medians are quoted: the machine may have
// been busy with something else.
type spread []float64

func (r result) of(step, subject string, figure quantity) spread {
	var values spread
	for _, taken := range r.measured[step][subject] {
		values = append(values, figure(taken))
	}
	return values
}

// ratio gives a figure of swr divided by that of the empty provider, turn by turn.
func (r result) ratio(step string, figure quantity) spread {
	ours, theirs := r.of(step, nameSWR, figure), r.of(step, nameEmpty, figure)
	var values spread
	for n := range min(len(ours), len(theirs)) {
		values = append(values, ours[n]/theirs[n])
	}
	return values
}

func (s spread) median() float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}

// most gives the largest value, which is what counts of a peak.
func (s spread) most() float64 {
	if len(s) == 0 {
		return 0
	}
	return slices.Max(s)
}

// text gives the median, and the extremes where there are several values.
func (s spread) text(format string) string {
	if len(s) == 0 {
		return "–"
	}
	text := fmt.Sprintf(format, s.median())
	if len(s) > 1 {
		text += fmt.Sprintf(" ("+format+"–"+format+")", slices.Min(s), slices.Max(s))
	}
	return text
}
