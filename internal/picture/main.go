// Command picture draws the plan that the README opens with: a real run of the
// provider on the simulator, in which somebody changed a share by hand and made
// another. It knows how a terminal's text becomes an SVG, and nothing of what the
// text says.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/tfcli"
)

const configuration = `
resource "swr_repository_share" "partner" {
  namespace     = "platform"
  repository    = "team/app"
  access_domain = "OTC-EU-DE-00000000001000000100"
  deadline      = "2031-03-31"
  description   = "Contract 4711"
}

resource "swr_repository_shares_exclusive" "app" {
  namespace      = "platform"
  repository     = "team/app"
  access_domains = [swr_repository_share.partner.access_domain]
}
`

func main() {
	out := flag.String("o", "", "file to write the SVG to")
	flag.Parse()
	plan, err := run(context.Background())
	if err == nil {
		err = os.WriteFile(*out, []byte(draw("$ terraform plan", plan)), 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run gives the text of the plan, with the terminal's colours.
func run(ctx context.Context) (plan string, err error) {
	dir, err := os.MkdirTemp("", "swr-picture")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	binary, err := tfcli.Binary(ctx, filepath.Join(dir, "bin"))
	if err != nil {
		return "", err
	}
	cli, err := tfcli.New(dir, binary)
	if err != nil {
		return "", err
	}
	server, err := swrtest.Listen("127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	server.AddRepository("platform", "team/app")
	cli.Env = []string{"SWR_ENDPOINT=" + server.URL, "OS_TOKEN=" + server.Token()}
	if err := cli.Write("main.tf", configuration); err != nil {
		return "", err
	}
	if result, err := cli.Run(ctx, "apply", "-auto-approve"); err != nil || result.Code != 0 {
		return "", errors.Join(err, fmt.Errorf("terraform apply: %s", result.Output))
	}

	held, _ := server.Share("platform", "team/app", "OTC-EU-DE-00000000001000000100")
	held.Deadline = "forever"
	server.PutShare(held)
	server.PutShare(swrtest.Share{
		Namespace: "platform", Repository: "team/app", AccessDomain: "somebody-else", Permit: "read", Deadline: "forever",
	})

	cli.Env = append(cli.Env, "TF_CLI_ARGS=")
	result, err := cli.Run(ctx, "plan")
	if err != nil || result.Code != 0 {
		return "", errors.Join(err, fmt.Errorf("terraform plan: %s", result.Output))
	}
	return essence(result.Output)
}

// essence takes the plan itself out of what was printed.
func essence(output string) (string, error) {
	const begin, end = "Terraform will perform the following actions:", "to destroy."
	_, plan, found := strings.Cut(output, begin)
	plan, _, whole := strings.Cut(plan, end)
	if !found || !whole {
		return "", fmt.Errorf("this is no plan: %s", output)
	}
	plan = strings.TrimPrefix(strings.TrimLeft(plan, "\n"), "\x1b[0m")
	return strings.TrimLeft(plan, "\n") + end, nil
}
