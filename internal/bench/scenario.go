//go:build unix

package main

import (
	"fmt"
	"time"
)

// scenario is one size of the work.
type scenario struct {
	Shares, Repositories int
	Latency              time.Duration
	Rounds               int
	// Seeded: the shares are there before the first step, and stay.
	Seeded bool
}

func (s scenario) String() string {
	return fmt.Sprintf("%s of %s, %d ms", counted(s.Shares, "share", "shares"), counted(s.Repositories, "repository", "repositories"), s.Latency.Milliseconds())
}

// sharesOf gives how many shares the repository of that number has.
func (s scenario) sharesOf(repository int) int {
	count := s.Shares / s.Repositories
	if repository < s.Shares%s.Repositories {
		count++
	}
	return count
}

func counted(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + more
}

func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}

// maxAccounts is how many accounts SWR lets one image be shared with: no
// scenario has more shares a repository.
const maxAccounts = 500

// scenarios gives each count of shares over each count of repositories that SWR
// allows, with each latency in milliseconds. Of large ones there are fewer
// rounds, since a command takes minutes; and above a count the shares are seeded,
// since the time that Terraform itself takes to make and to delete them grows much
// faster than their number.
func scenarios(shares, repositories, latencies []int, rounds, seedAbove int) []scenario {
	var all []scenario
	for _, n := range shares {
		for _, over := range repositories {
			if n > over*maxAccounts {
				continue
			}
			for _, ms := range latencies {
				all = append(all, scenario{
					Shares: n, Repositories: over, Latency: time.Duration(ms) * time.Millisecond,
					Rounds: max(1, min(rounds, rounds*1000/n)),
					Seeded: n > seedAbove,
				})
			}
		}
	}
	return all
}
