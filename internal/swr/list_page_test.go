package swr

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// BenchmarkDecodeList reads one page of a listing, as a refresh does for each
// hundred shares.
func BenchmarkDecodeList(b *testing.B) {
	of := Repository{Namespace: "platform", Name: "team/app"}
	valid := true
	elements := make([]Share, pageSize)
	for n := range elements {
		elements[n] = Share{
			Namespace: of.Namespace, Repository: of.Name, AccessDomain: fmt.Sprintf("OTC-EU-DE-%020d", n),
			Permit: PermitRead, Deadline: "2099-12-31T00:00:00.000Z", Description: fmt.Sprintf("Contract %d", n),
			CreatorID: "7c0e9a1f0f8e4a3cb7f14ce3f4a2a5d1", CreatorName: "platform-team", Status: &valid,
			Created: "2026-01-02T03:04:05.678901Z", Updated: "2026-01-02T03:04:05.678901Z",
		}
	}
	body, err := json.Marshal(elements)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		shares, err := decodeList(body, of)
		if err != nil || len(shares) != pageSize {
			b.Fatal(len(shares), err)
		}
	}
}

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
