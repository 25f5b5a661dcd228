package protoserver

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// UnchangedPlanner is a provider that can plan an unchanged resource without the
// framework.
//
// Upstream: to plan an unchanged resource, terraform-plugin-framework v1.19.0 takes
// every step that a change needs, and copies the map of all attributes at each step
// to one of them. That is a third of the time to plan 1,000 unchanged shares. See
// Schema.GetAttributes in
// https://github.com/hashicorp/terraform-plugin-framework/blob/v1.19.0/resource/schema/schema.go.
// Once such plans are fast, this file and PlanUnchanged in package provider can go.
type UnchangedPlanner interface {
	// PlanUnchanged returns the response that the framework would return, or false
	// if the framework has to plan.
	PlanUnchanged(*tfprotov6.PlanResourceChangeRequest) (resp *tfprotov6.PlanResourceChangeResponse, ok bool)
}

// unchangedShortcut asks the provider before the framework.
type unchangedShortcut struct {
	frameworkServer
	planner UnchangedPlanner
}

func (s unchangedShortcut) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	if resp, ok := s.planner.PlanUnchanged(req); ok {
		return resp, nil
	}
	return s.frameworkServer.PlanResourceChange(ctx, req)
}
