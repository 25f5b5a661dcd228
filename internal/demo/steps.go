package main

import (
	"embed"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

const namespace, repository = "platform", "team/app"

//go:embed *.tf
var configs embed.FS

type step struct {
	title    string
	manual   []share // created or changed outside Terraform, before the commands
	config   string  // file that is added to the configuration
	commands []command
	shares   []share // all that must exist at the service afterwards
	picture  bool    // the output of the last command is the README's picture
}

type share struct{ account, deadline, description string }

var (
	partner        = share{"OTC-EU-DE-00000000001000000100", "2031-03-31T00:00:00.000Z", "Contract 4711"}
	partnerDrifted = share{partner.account, "forever", partner.description}
	auditor        = share{"OTC-EU-DE-00000000001000000200", "forever", "Created in the console"}
	undeclared     = share{"somebody-else", "forever", ""}
)

type command struct {
	args    []string
	code    int                       // exit code; of plans 0 without changes, 2 with changes
	output  []string                  // must be in the output
	writes  map[swrtest.Operation]int // all writes that the service must have received
	checked string                    // tells the user what was checked
}

const noWrites = "the service received no write request"

func plan(code int, checked string, output ...string) command {
	return command{args: []string{"plan", "-detailed-exitcode"}, code: code, checked: checked, output: output}
}

func apply(checked, output string, writes map[swrtest.Operation]int) command {
	return command{args: []string{"apply", "-auto-approve"}, checked: checked, output: []string{output}, writes: writes}
}

var steps = []step{
	{
		title:  "Declare a share and plan it",
		config: "partner.tf",
		commands: []command{
			{args: []string{"init"}},
			plan(2, noWrites, "Plan: 1 to add, 0 to change, 0 to destroy."),
		},
	}, {
		title: "Apply the plan",
		commands: []command{apply("one POST request, and the share exists", "Resources: 1 added",
			map[swrtest.Operation]int{swrtest.OpCreate: 1})},
		shares: []share{partner},
	}, {
		title:    "Plan again: no changes",
		commands: []command{plan(0, "exit code 0", "No changes.")},
		shares:   []share{partner},
	}, {
		title:  "Import a share that was created in the console",
		manual: []share{auditor},
		config: "auditor.tf",
		commands: []command{
			plan(2, "", "Plan: 1 to import, 0 to add, 0 to change, 0 to destroy."),
			apply(noWrites, "1 imported, 0 added, 0 changed, 0 destroyed", nil),
			plan(0, "", "No changes."),
		},
		shares: []share{partner, auditor},
	}, {
		title:    "Guard the repository: declare that no other account has access",
		config:   "exclusive.tf",
		commands: []command{apply(noWrites, "1 added, 0 changed, 0 destroyed", nil)},
		shares:   []share{partner, auditor},
	}, {
		title:  "Someone removes the deadline in the console, and shares with somebody-else: the plan shows both",
		manual: []share{partnerDrifted, undeclared},
		commands: []command{plan(2, "exit code 2; the plan names the account somebody-else; "+noWrites,
			`"forever" -> "2031-03-31"`, `- "somebody-else"`, "Plan: 0 to add, 2 to change, 0 to destroy.")},
		shares:  []share{partnerDrifted, auditor, undeclared},
		picture: true,
	}, {
		title: "Apply the plan: the deadline is restored, and somebody-else is revoked",
		commands: []command{
			apply("one PATCH and one DELETE request only; the partner never lost access",
				"0 added, 2 changed, 0 destroyed", map[swrtest.Operation]int{swrtest.OpUpdate: 1, swrtest.OpDelete: 1}),
			plan(0, "", "No changes."),
		},
		shares: []share{partner, auditor},
	}, {
		title: "Revoke all shares",
		commands: []command{{args: []string{"destroy", "-auto-approve"}, output: []string{"Resources: 3 destroyed."},
			writes: map[swrtest.Operation]int{swrtest.OpDelete: 2}, checked: "two DELETE requests, and no share exists"}},
	},
}
