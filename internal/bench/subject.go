//go:build unix

package main

import (
	"fmt"
	"slices"
	"strings"
)

// subject is what is measured.
type subject struct {
	Name     string
	Provider string // the binary; "" where Terraform needs none
	// Serves: the provider talks to the service, so that there are requests to
	// count, and drift is made there.
	Serves bool
	// Block is what Terraform is to plan for each repository.
	Block string
}

const (
	nameSWR   = "swr"
	nameEmpty = "empty"
	nameData  = "terraform_data"
	nameOther = "other"
)

// subjects gives all that can be measured; other may be "".
func subjects(swr, empty, other string) []subject {
	all := []subject{
		{Name: nameSWR, Provider: swr, Serves: true, Block: shareBlock},
		{Name: nameEmpty, Provider: empty, Block: shareBlock},
		{Name: nameData, Block: dataBlock},
	}
	if other != "" {
		all = append(all, subject{Name: nameOther, Provider: other, Serves: true, Block: shareBlock})
	}
	return all
}

// choose picks the subjects of these names, or all.
func choose(from []subject, names string) []subject {
	if names == "" {
		return from
	}
	return slices.DeleteFunc(from, func(s subject) bool { return !slices.Contains(strings.Split(names, ","), s.Name) })
}

const (
	namespace = "platform"
	deadline  = "2099-12-31"
	// driftEvery: each such share drifts.
	driftEvery = 10
)

func repositoryName(n int) string { return fmt.Sprintf("team/app%02d", n) }

// account and contract are what the blocks below come to for a share.
func account(repository, n int) string { return fmt.Sprintf("OTC-EU-DE-%02d%018d", repository, n) }
func contract(n int) string            { return fmt.Sprintf("Contract %d", n) }

// config is the configuration of a scenario: a block for each repository, with
// for_each over the accounts that it is shared with. (All shares in one block
// would measure Terraform, whose time grows with the square of a block's
// instances.) A tenth of the shares drift: at the service by another's hand, or,
// where there is no service, by the variable, which plans as many changes.
func (s subject) config(of scenario) string {
	var text strings.Builder
	text.WriteString("variable \"drift\" {\n  default = \"\"\n}\n")
	for n := range of.Repositories {
		fmt.Fprintf(&text, s.Block, n, of.sharesOf(n), n, repositoryName(n), driftEvery)
	}
	return text.String()
}

// The block of a repository: its number, how many shares it has, its number and
// name, and which of its shares drift.
const shareBlock = `
resource "swr_repository_share" "app%02d" {
  for_each      = { for n in range(%d) : format("OTC-EU-DE-%02d%%018d", n) => n }
  namespace     = "` + namespace + `"
  repository    = "%s"
  access_domain = each.key
  deadline      = "` + deadline + `"
  description   = each.value %% %d == 0 ? "Contract ${each.value}${var.drift}" : "Contract ${each.value}"
}
`

const dataBlock = `
resource "terraform_data" "app%02d" {
  for_each = { for n in range(%d) : format("OTC-EU-DE-%02d%%018d", n) => n }
  input = {
    namespace     = "` + namespace + `"
    repository    = "%s"
    access_domain = each.key
    deadline      = "` + deadline + `"
    description   = each.value %% %d == 0 ? "Contract ${each.value}${var.drift}" : "Contract ${each.value}"
  }
}
`
