package main

import "github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"

// The names of the story.
const (
	namespace  = "platform"
	repository = "team/app"
	partner    = "OTC-EU-DE-00000000001000000100"
	auditor    = "OTC-EU-DE-00000000001000000200"
)

// The exit codes of terraform plan -detailed-exitcode.
const (
	unchanged = 0
	changes   = 2
)

// scene is one step of the story.
type scene struct {
	title string
	// file and declares are added to the configuration first.
	file, declares string
	// byHand is what somebody does on the service, behind Terraform's back.
	byHand func(*swrtest.Server)
	acts   []act
	// holds is all that the service must hold in the end.
	holds []grant
}

// act is one Terraform command, and what must come of it.
type act struct {
	command []string
	code    int
	shows   []string
	// writes are all the writing requests that the service must have got.
	writes map[swrtest.Operation]int
	// proves says what was checked.
	proves string
}

// grant is what a share grants.
type grant struct{ account, deadline, description string }

var (
	partnerAsDeclared = grant{partner, "2031-03-31T00:00:00.000Z", "Contract 4711"}
	auditorByHand     = grant{auditor, "forever", "made in the console"}
)

var (
	plan    = []string{"plan", "-detailed-exitcode"}
	apply   = []string{"apply", "-auto-approve"}
	destroy = []string{"destroy", "-auto-approve"}
)

// requirements stand in every configuration that uses the provider.
const requirements = `terraform {
  required_providers {
    swr = {
      source = "terraform-provider-swr/swr"
    }
  }
}
`

var story = []scene{
	{
		title: "Declare a share and plan it",
		file:  "partner.tf",
		declares: `resource "swr_repository_share" "partner" {
  namespace     = "` + namespace + `"
  repository    = "` + repository + `"
  access_domain = "` + partner + `"
  deadline      = "2031-03-31"
  description   = "Contract 4711"
}
`,
		acts: []act{
			{command: []string{"init"}},
			{command: plan, code: changes, shows: []string{"Plan: 1 to add, 0 to change, 0 to destroy."},
				proves: "the service got no request that changes anything"},
		},
	},
	{
		title: "Apply it",
		acts: []act{{command: apply, shows: []string{"Resources: 1 added"}, writes: map[swrtest.Operation]int{swrtest.OpCreate: 1},
			proves: "one POST, and the service holds the share"}},
		holds: []grant{partnerAsDeclared},
	},
	{
		title: "Plan again: nothing to do",
		acts: []act{{command: plan, code: unchanged, shows: []string{"No changes."},
			proves: "exit code 0"}},
		holds: []grant{partnerAsDeclared},
	},
	{
		title: "Somebody makes the share endless in the console; the plan shows it",
		byHand: func(server *swrtest.Server) {
			share, _ := server.Share(namespace, repository, partner)
			share.Deadline = "forever"
			server.PutShare(share)
		},
		acts: []act{{command: plan, code: changes,
			shows:  []string{`"forever" -> "2031-03-31"`, "Plan: 0 to add, 1 to change, 0 to destroy."},
			proves: "exit code 2, and the service got no request that changes anything"}},
		holds: []grant{{partner, "forever", "Contract 4711"}},
	},
	{
		title: "Repair it",
		acts: []act{
			{command: apply, shows: []string{"0 added, 1 changed, 0 destroyed"}, writes: map[swrtest.Operation]int{swrtest.OpUpdate: 1},
				proves: "one PATCH alone, so the account never lost access"},
			{command: plan, code: unchanged, shows: []string{"No changes."}},
		},
		holds: []grant{partnerAsDeclared},
	},
	{
		title: "Take over a share that was made by hand, with an import block",
		byHand: func(server *swrtest.Server) {
			server.PutShare(swrtest.Share{Namespace: namespace, Repository: repository,
				AccessDomain: auditor, Deadline: auditorByHand.deadline, Description: auditorByHand.description})
		},
		file: "auditor.tf",
		declares: `import {
  to = swr_repository_share.auditor
  id = "` + namespace + "/" + repository + "/" + auditor + `"
}
resource "swr_repository_share" "auditor" {
  namespace     = "` + namespace + `"
  repository    = "` + repository + `"
  access_domain = "` + auditor + `"
  deadline      = "forever"
  description   = "made in the console"
}
`,
		acts: []act{
			{command: plan, code: changes, shows: []string{"Plan: 1 to import, 0 to add, 0 to change, 0 to destroy."}},
			{command: apply, shows: []string{"1 imported, 0 added, 0 changed, 0 destroyed"},
				proves: "the service got no request that changes anything"},
			{command: plan, code: unchanged, shows: []string{"No changes."}},
		},
		holds: []grant{partnerAsDeclared, auditorByHand},
	},
	{
		title: "Revoke everything",
		acts: []act{{command: destroy, shows: []string{"Destroy complete! Resources: 2 destroyed."}, writes: map[swrtest.Operation]int{swrtest.OpDelete: 2},
			proves: "two DELETEs, and the service holds no share"}},
	},
}
