package provider

import (
	"context"
	"errors"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// Without a client, a revocation that is started panics.
func TestRevokeStartsNothingAfterCancellation(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	toRevoke := accounts{"A", "B", "C"}
	r := exclusiveResource{resourceBase{session: &session{}}}
	errs := r.revoke(ctx, observation{repo: swr.Repository{Namespace: "n", Name: "r"}}, toRevoke)
	if len(errs) != len(toRevoke) {
		t.Fatalf("%d errors for %d accounts", len(errs), len(toRevoke))
	}
	for i, err := range errs {
		if !errors.Is(err, errNotStarted) || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", toRevoke[i], err)
		}
	}
}
