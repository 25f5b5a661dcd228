package swr

import (
	"strings"
	"testing"
	"time"
)

func TestRangeTotal(t *testing.T) {
	for header, want := range map[string]int{
		"":                                  0,
		"0-100/450":                         450,
		"400-50/450":                        450,
		"0-0/0":                             0,
		"items 0-99/450":                    450,
		"0-100/*":                           0,
		"0-100/-5":                          0,
		"0-100/":                            0,
		"450":                               0,
		"0-100/4.5":                         0,
		"0-100/450/1":                       0,
		"0-100/99999999999999999":           99999999999999999,
		"0-100/9" + strings.Repeat("9", 20): 0,
	} {
		if got := rangeTotal(header); got != want {
			t.Errorf("Content-Range %q: %d; want %d", header, got, want)
		}
	}
}

func FuzzRangeTotal(f *testing.F) {
	for _, header := range []string{"0-100/450", "", "/", "0-1/-1", "bytes 0-1/2"} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if got := rangeTotal(header); got < 0 {
			t.Errorf("Content-Range %q: %d", header, got)
		}
	})
}

func TestExponentialBackoff(t *testing.T) {
	backoff := ExponentialBackoff(500*time.Millisecond, 15*time.Second)
	for n, most := range map[int]time.Duration{
		1: 500 * time.Millisecond, 2: time.Second, 3: 2 * time.Second, 5: 8 * time.Second, 6: 15 * time.Second, 7: 15 * time.Second,
		31: 15 * time.Second, 64: 15 * time.Second, 1 << 30: 15 * time.Second,
	} {
		jittered := map[time.Duration]bool{}
		for range 100 {
			d := backoff(n)
			if d < most/2 || d > most {
				t.Fatalf("try %d: %s; want from %s to %s", n, d, most/2, most)
			}
			jittered[d] = true
		}
		if len(jittered) < 50 {
			t.Errorf("try %d: %d different waits of 100", n, len(jittered))
		}
	}
}
