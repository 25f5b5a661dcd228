package provider

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// shareValueType is the type of a share's state, plan and configuration.
var shareValueType = sync.OnceValue(func() tftypes.Type {
	return shareResourceSchema().Type().TerraformType(context.Background())
})

// PlanUnchanged plans a share of which nothing changes, as most plans do of most
// shares: the plan is the state. It answers just what the framework would, or
// says that it can't tell; see package protoserver, which asks.
//
// Terraform proposes the configured values, and the state's for what is not
// configured. Where that is the state to the byte, no plan modifier of the schema
// and nothing in ModifyPlan has anything to do, except for two things: a value
// that is not configured may have a default, and a share that is over earns a
// warning.
func (p *swrProvider) PlanUnchanged(req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, bool) {
	deferrable := req.ClientCapabilities != nil && req.ClientCapabilities.DeferralAllowed
	if req.TypeName != typeShare || deferrable || !sameBytes(req.PriorState, req.ProposedNewState) {
		return nil, false
	}
	state, known := shareOf(req.PriorState)
	config, valid := shareOf(req.Config)
	if !known || !valid ||
		config.Permit.IsNull() && state.Permit != types.StringValue(swr.PermitRead) ||
		config.Description.IsNull() && state.Description != types.StringValue("") {
		return nil, false
	}
	end, err := swr.ParseDeadline(state.Deadline.ValueString())
	if err != nil || end.Past(time.Now()) {
		return nil, false
	}
	return &tfprotov6.PlanResourceChangeResponse{
		PlannedState:    req.PriorState,
		PlannedPrivate:  req.PriorPrivate,
		PlannedIdentity: req.PriorIdentity,
	}, true
}

func sameBytes(a, b *tfprotov6.DynamicValue) bool {
	return a != nil && b != nil && len(a.MsgPack) > 0 && bytes.Equal(a.MsgPack, b.MsgPack)
}

// shareOf reads a share from a value of the protocol; ok is false where there is
// none.
func shareOf(value *tfprotov6.DynamicValue) (share shareResourceModel, ok bool) {
	if value == nil {
		return share, false
	}
	raw, err := value.Unmarshal(shareValueType())
	if err != nil || raw.IsNull() {
		return share, false
	}
	return share, share.decode(context.Background(), raw) == nil
}
