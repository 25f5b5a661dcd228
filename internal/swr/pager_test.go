package swr

import (
	"strings"
	"testing"
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
