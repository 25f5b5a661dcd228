package swrtest

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"testing"
)

// TestCanonicalRequestOfVendor compares the verifier with the worked example of
// the vendor's "AK/SK Signing and Authentication Guide", which publishes the
// hash of the canonical request (its secret key is masked, so that the
// signature itself can't be compared).
func TestCanonicalRequestOfVendor(t *testing.T) {
	a := authorization{signedHeaders: []string{"content-type", "host", "x-sdk-date"}}
	got, err := a.canonicalRequest(signedRequest{
		method: http.MethodGet,
		host:   "service.region.example.com",
		path:   "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs",
		query:  "limit=2&marker=13551d6b-755d-4757-b956-536f674975c0",
		header: http.Header{
			"Content-Type": {"application/json"},
			"X-Sdk-Date":   {"20191115T033655Z"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256([]byte(got))
	const want = "b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a"
	if hex.EncodeToString(hash[:]) != want {
		t.Errorf("hash %x, want %s, of:\n%s", hash, want, got)
	}
}
