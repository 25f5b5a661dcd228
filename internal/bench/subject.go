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
	// Resource is the block that Terraform is to plan, for each of local.shares.
	Resource string
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
		{Name: nameSWR, Provider: swr, Serves: true, Resource: shareBlock},
		{Name: nameEmpty, Provider: empty, Resource: shareBlock},
		{Name: nameData, Resource: dataBlock},
	}
	if other != "" {
		all = append(all, subject{Name: nameOther, Provider: other, Serves: true, Resource: shareBlock})
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

// config is the configuration of a scenario. A tenth of the shares drift: at the
// service by another's hand, or, where there is no service, by the variable,
// which plans as many changes. (range gives no more than 1,024 numbers at once.)
func (s subject) config(of scenario) string {
	return fmt.Sprintf(`variable "drift" {
  default = ""
}

locals {
  numbers = slice(flatten([for thousand in range(%d) : range(thousand * 1000, (thousand + 1) * 1000)]), 0, %d)
  shares = { for n in local.numbers : format("share%%05d", n) => {
    repository  = format("team/app%%02d", n %% %d)
    account     = format("OTC-EU-DE-%%020d", n)
    description = n %% %d == 0 ? "Contract ${n}${var.drift}" : "Contract ${n}"
  } }
}

`, of.Shares/1000+1, of.Shares, of.Repositories, driftEvery) + s.Resource
}

const shareBlock = `resource "swr_repository_share" "partner" {
  for_each      = local.shares
  namespace     = "` + namespace + `"
  repository    = each.value.repository
  access_domain = each.value.account
  deadline      = "` + deadline + `"
  description   = each.value.description
}
`

const dataBlock = `resource "terraform_data" "partner" {
  for_each = local.shares
  input = {
    namespace     = "` + namespace + `"
    repository    = each.value.repository
    access_domain = each.value.account
    deadline      = "` + deadline + `"
    description   = each.value.description
  }
}
`
