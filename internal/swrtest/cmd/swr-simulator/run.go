package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"syscall"
	"text/tabwriter"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// run serves until the context ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	c, err := parseConfig(args, stderr)
	if err != nil {
		return err
	}
	if c.listVariants {
		return printVariants(stdout)
	}
	var opts []swrtest.Option
	for _, variant := range c.variants {
		opts = append(opts, swrtest.WithVariants(variant.Apply))
	}
	log := &requestPrinter{out: stderr}
	if !c.quiet {
		opts = append(opts, swrtest.WithObserver(log.print))
	}
	// Nothing reads the log here, and a long session should not grow.
	opts = append(opts, swrtest.WithLogLimit(0))
	server, err := swrtest.Listen(c.address, opts...)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("the port of %s is taken, perhaps by another simulator: stop that, or name another with -address (%w)", c.address, err)
	}
	if err != nil {
		return err
	}
	server.SetLatency(c.latency)
	seed(server, c)
	user := server.AddUser(swrtest.User{Name: "demo", Password: rand.Text()})
	err = printEnvironment(stdout, server, user)
	if err == nil && !c.empty {
		_, err = io.WriteString(stdout, changeByHand)
	}
	if err != nil {
		return errors.Join(err, server.Close())
	}
	<-ctx.Done()
	return errors.Join(server.Close(), log.failed())
}

// seed fills the service: what the command line names, and unless it is to be
// empty, something to try things out with.
func seed(server *swrtest.Server, c config) {
	if !c.empty {
		server.AddRepository("platform", "team/app")
		server.AddRepository("platform", "base")
		server.PutShare(swrtest.Share{
			Namespace: "platform", Repository: "team/app", AccessDomain: byHand,
			Deadline: "2031-03-31T00:00:00.000Z", Description: "made by hand in the console",
		})
	}
	for _, r := range c.repositories {
		server.AddRepository(r.Namespace, r.Repository)
	}
	for _, share := range c.shares {
		server.PutShare(share)
	}
}

// printEnvironment prints lines for a shell that point a provider at the server.
func printEnvironment(out io.Writer, server *swrtest.Server, user swrtest.User) error {
	_, err := fmt.Fprintf(out, `# The simulator is up; Ctrl-C stops it. In another shell:
export SWR_ENDPOINT=%s
export OS_TOKEN=%s
# Or, instead of the token, a login:
# export OS_AUTH_URL=%s
# export OS_USERNAME=%s
# export OS_PASSWORD=%s
# export OS_USER_DOMAIN_NAME=%s
# export OS_PROJECT_NAME=%s
`, server.URL, server.Token(), server.IAMURL, user.Name, user.Password, user.DomainName, user.Projects[0].Name)
	return err
}

// changeByHand is what somebody does behind Terraform's back, with the variables
// of printEnvironment.
const changeByHand = `# To change its share by hand, as in the console:
# curl -fsS -X PATCH -H "X-Auth-Token: $OS_TOKEN" -H "Content-Type: application/json" -d '{"permit": "read", "deadline": "forever"}' "$SWR_ENDPOINT/v2/manage/namespaces/platform/repositories/team\$app/access-domains/` + byHand + `"
`

func printVariants(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, v := range swrtest.NamedVariants() {
		if _, err := fmt.Fprintf(table, "%s\t%s\n", v.Name, v.Summary); err != nil {
			return err
		}
	}
	return table.Flush()
}

// requestPrinter prints requests, a line each. Neither headers nor bodies are
// printed: they hold tokens and passwords.
type requestPrinter struct {
	mu  sync.Mutex
	out io.Writer
	err error
}

func (p *requestPrinter) print(r swrtest.Request) {
	status := fmt.Sprint(r.Status)
	if r.Status == 0 {
		status = "---"
	}
	target := r.Path
	if query := r.Query.Encode(); query != "" {
		target += "?" + query
	}
	line := fmt.Sprintf("%s %s %-6s %s", r.Time.Format("15:04:05.000"), status, r.Method, target)
	if r.Fault != "" {
		line += " (" + r.Fault + ")"
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := io.WriteString(p.out, strings.TrimSpace(line)+"\n"); err != nil && p.err == nil {
		p.err = err
	}
}

// failed returns the first error of printing.
func (p *requestPrinter) failed() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}
