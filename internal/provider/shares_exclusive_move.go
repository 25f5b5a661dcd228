package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
)

var _ resource.ResourceWithMoveState = (*exclusiveResource)(nil)

// MoveState takes over a guard from this provider under another address. The
// accounts that its state names stay those that the next plan may revoke.
func (r *exclusiveResource) MoveState(context.Context) []resource.StateMover {
	return []resource.StateMover{moverFromItself(typeExclusive, wayAround{then: "declare a new swr_repository_shares_exclusive, which revokes nothing when it is created"})}
}
