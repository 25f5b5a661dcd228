package main

import "testing"

func TestEssential(t *testing.T) {
	const plan = `swr_repository_share.partner: Refreshing state... [id=platform/team/app/ACME]

Terraform will perform the following actions:

  # swr_repository_share.partner will be updated in-place
  ~ resource "swr_repository_share" "partner" {
      ~ deadline      = "forever" -> "2031-03-31"
        id            = "platform/team/app/ACME"
      ~ updated       = "2026-11-22T03:25:40Z" -> (known after apply)
        # (8 unchanged attributes hidden)
    }

Plan: 0 to add, 1 to change, 0 to destroy.
`
	const done = `swr_repository_share.partner: Modifying... [id=platform/team/app/ACME]
swr_repository_share.partner: Modifications complete after 0s [id=platform/team/app/ACME]

Apply complete! Resources: 0 added, 1 changed, 0 destroyed.
`
	for _, test := range []struct{ name, command, output, want string }{
		{"plan", "plan", plan, `  # swr_repository_share.partner will be updated in-place
      ~ deadline      = "forever" -> "2031-03-31"
Plan: 0 to add, 1 to change, 0 to destroy.
`},
		{"apply", "apply", plan + done, `swr_repository_share.partner: Modifications complete after 0s [id=platform/team/app/ACME]
Apply complete! Resources: 0 added, 1 changed, 0 destroyed.
`},
		{"no changes", "plan", "\nNo changes. Your infrastructure matches the configuration.\n\nTerraform has compared\n",
			"No changes. Your infrastructure matches the configuration.\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := essential(test.command, test.output); got != test.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, test.want)
			}
		})
	}
}
