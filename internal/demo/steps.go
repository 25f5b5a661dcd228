package main

import (
	"fmt"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

const (
	namespace  = "platform"
	repository = "team/app"
	partner    = "OTC-EU-DE-00000000001000000100"
	auditor    = "OTC-EU-DE-00000000001000000200"
)

type step struct {
	title        string
	manualChange func(*swrtest.Server) // made outside Terraform, before the commands
	file, config string                // added to the configuration
	commands     []command
	shares       []share // all that must exist at the service afterwards
}

type share struct{ account, deadline, description string }

type command struct {
	args    []string
	code    int
	output  []string                  // must be in the output
	writes  map[swrtest.Operation]int // all writes that the service must have received
	checked string                    // tells the user what was checked
}

// Exit codes of terraform plan -detailed-exitcode.
const (
	noChanges = 0
	changes   = 2
)

func plan(code int, checked string, output ...string) command {
	return command{args: []string{"plan", "-detailed-exitcode"}, code: code, checked: checked, output: output}
}

func apply(checked, output string, writes map[swrtest.Operation]int) command {
	return command{args: []string{"apply", "-auto-approve"}, checked: checked, output: []string{output}, writes: writes}
}

func resource(name, account, deadline, description string) string {
	return fmt.Sprintf(`resource "swr_repository_share" %q {
  namespace     = %q
  repository    = %q
  access_domain = %q
  deadline      = %q
  description   = %q
}
`, name, namespace, repository, account, deadline, description)
}

// setDeadline changes a share outside Terraform.
func setDeadline(server *swrtest.Server) {
	share, _ := server.Share(namespace, repository, partner)
	share.Deadline = "forever"
	server.PutShare(share)
}

var (
	partnerConfig = resource("partner", partner, "2031-03-31", "Contract 4711")
	partnerShare  = share{partner, "2031-03-31T00:00:00.000Z", "Contract 4711"}
	auditorShare  = share{auditor, "forever", "Created in the console"}
)

const noWrites = "the service received no write request"

var steps = []step{
	{
		title: "Declare a share and plan it",
		file:  "partner.tf", config: partnerConfig,
		commands: []command{
			{args: []string{"init"}},
			plan(changes, noWrites, "Plan: 1 to add, 0 to change, 0 to destroy."),
		},
	},
	{
		title: "Apply the plan",
		commands: []command{apply("one POST request, and the share exists", "Resources: 1 added",
			map[swrtest.Operation]int{swrtest.OpCreate: 1})},
		shares: []share{partnerShare},
	},
	{
		title:    "Plan again: no changes",
		commands: []command{plan(noChanges, "exit code 0", "No changes.")},
		shares:   []share{partnerShare},
	},
	{
		title:        "Detect drift: someone removes the deadline in the console",
		manualChange: setDeadline,
		commands: []command{plan(changes, "exit code 2; "+noWrites,
			`"forever" -> "2031-03-31"`, "Plan: 0 to add, 1 to change, 0 to destroy.")},
		shares: []share{{partner, "forever", "Contract 4711"}},
	},
	{
		title: "Correct the drift",
		commands: []command{
			apply("one PATCH request only, so the account never lost access", "0 added, 1 changed, 0 destroyed",
				map[swrtest.Operation]int{swrtest.OpUpdate: 1}),
			plan(noChanges, "", "No changes."),
		},
		shares: []share{partnerShare},
	},
	{
		title: "Import a share that was created in the console",
		manualChange: func(server *swrtest.Server) {
			server.PutShare(swrtest.Share{Namespace: namespace, Repository: repository,
				AccessDomain: auditor, Deadline: auditorShare.deadline, Description: auditorShare.description})
		},
		file: "auditor.tf",
		config: "import {\n  to = swr_repository_share.auditor\n  id = \"" + namespace + "/" + repository + "/" + auditor + "\"\n}\n" +
			resource("auditor", auditor, auditorShare.deadline, auditorShare.description),
		commands: []command{
			plan(changes, "", "Plan: 1 to import, 0 to add, 0 to change, 0 to destroy."),
			apply(noWrites, "1 imported, 0 added, 0 changed, 0 destroyed", nil),
			plan(noChanges, "", "No changes."),
		},
		shares: []share{partnerShare, auditorShare},
	},
	{
		title: "Revoke all shares",
		commands: []command{{args: []string{"destroy", "-auto-approve"}, output: []string{"Resources: 2 destroyed."},
			writes: map[swrtest.Operation]int{swrtest.OpDelete: 2}, checked: "two DELETE requests, and no share exists"}},
	},
}
