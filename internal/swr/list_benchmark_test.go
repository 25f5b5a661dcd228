package swr

import (
	"encoding/json"
	"fmt"
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
