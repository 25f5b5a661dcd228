//go:build unix

package main

import (
	_ "embed"
	"errors"
	"fmt"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// accountScenario is an account that is read as a whole. Every repository is shared
// with the same accounts.
var accountScenario = scenario{shares: 20_000, repositories: 1000, latency: 20 * time.Millisecond, account: true}

const (
	stepShares          = "plan with swr_shares"
	stepSharesOfAccount = "plan with swr_shares of one access_domain"
	stepQuery           = "query of one access_domain"
)

// accountSteps returns what is measured of an account.
func (s scenario) accountSteps() (steps []step) {
	one := []step{
		{stepShares, "plan", fmt.Sprintf("+ shares = %d", s.shares)},
		{stepSharesOfAccount, "plan -var=account=" + account(0, 0), fmt.Sprintf("+ shares = %d", s.repositories)},
		{stepQuery, "query", fmt.Sprintf("platform/team/app%04d/%s", s.repositories-1, account(0, 0))},
	}
	for range 3 {
		steps = append(steps, one...)
	}
	return steps
}

//go:embed account.tf.tmpl
var accountConfig string

const accountQuery = `list "swr_repository_share" "all" {
  provider = swr
  limit    = 1000000

  config {
    access_domain = %q
  }
}
`

// prepareAccount creates the shares, and the configuration that reads them.
func (w *workspace) prepareAccount() error {
	for repository := range w.repositories {
		for n := range w.shares / w.repositories {
			w.server.PutShare(swrtest.Share{
				Namespace: "platform", Repository: fmt.Sprintf("team/app%04d", repository), AccessDomain: account(0, n),
				Deadline: "2099-12-31T00:00:00.000Z", Description: fmt.Sprint("Contract ", n),
			})
		}
	}
	return errors.Join(
		w.cli.Write("provider.tf", accountConfig),
		w.cli.Write("list.tfquery.hcl", fmt.Sprintf(accountQuery, account(0, 0))))
}
