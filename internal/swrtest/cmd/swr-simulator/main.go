// Command swr-simulator serves SWR's sharing API and an IAM on a loopback
// address, in memory, and prints the environment that points the provider at it.
//
// It has the flags and what is printed; all else is in package swrtest. It is for
// trials and for the tests of modules. Releases have it in archives of its own.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"text/tabwriter"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(exitStatus(run(ctx, os.Args[1:], os.Stdout, os.Stderr), os.Stderr))
}

// exitStatus prints an error and returns the exit status: 2 for a bad command
// line, as package flag has it.
func exitStatus(err error, stderr io.Writer) int {
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		return 2 // package flag has printed why
	}
	fmt.Fprintln(stderr, "swr-simulator:", err)
	return 1
}

// run serves until the context ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	c, err := parseConfig(args, stderr)
	if err != nil {
		return err
	}
	if c.listVariants {
		return printVariants(stdout)
	}
	log := &requestPrinter{out: stderr}
	opts := []swrtest.Option{swrtest.WithLogLimit(0)} // only the printed log is used
	if older, ok := swrtest.VariantByName("older-clients"); ok && !c.strict {
		opts = append(opts, swrtest.WithVariants(older.Apply))
	}
	for _, variant := range c.variants {
		opts = append(opts, swrtest.WithVariants(variant.Apply))
	}
	if !c.quiet {
		opts = append(opts, swrtest.WithObserver(log.print))
	}
	server, err := swrtest.Listen(c.address, opts...)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("the port of %s is in use, perhaps by another simulator: "+
			"stop that one, or set another with -address (%w)", c.address, err)
	}
	if err != nil {
		return err
	}
	server.SetLatency(c.latency)
	seed(server, c)
	user := server.AddUser(swrtest.User{Name: "demo", Password: rand.Text()})
	key := swrtest.Key{Access: rand.Text(), Secret: rand.Text() + rand.Text(), UserID: user.ID}
	server.AddKey(key)
	if err := printEnvironment(stdout, server, user, key, c); err != nil {
		return errors.Join(err, server.Close())
	}
	<-ctx.Done()
	return errors.Join(server.Close(), log.firstError())
}

// seed adds what the command line names, and the default content unless -empty.
func seed(server *swrtest.Server, c config) {
	if !c.empty {
		server.AddRepository("platform", "team/app")
		server.AddRepository("platform", "base")
		server.PutShare(swrtest.Share{
			Namespace: "platform", Repository: "team/app", AccessDomain: defaultAccount,
			Deadline: "2031-03-31T00:00:00.000Z", Description: "created by hand in the console",
		})
		server.AddAccount(swrtest.Account{Name: defaultAccount})
		server.AddAgency(swrtest.Agency{Name: defaultAgency, Account: defaultAccount})
		server.AssignNamespace("partner", defaultAccount)
		server.AddRepository("partner", "app")
	}
	for _, r := range c.repositories {
		server.AddRepository(r.Namespace, r.Repository)
	}
	for _, share := range c.shares {
		server.PutShare(share)
	}
}

// printEnvironment prints shell commands that point a provider at the server,
// this one or an older one, and one that changes its share without Terraform.
func printEnvironment(out io.Writer, server *swrtest.Server, user swrtest.User, key swrtest.Key, c config) error {
	project := user.Projects[0].Name
	text := fmt.Sprintf(`# The simulator is running. Press Ctrl-C to stop it. In another shell:
export SWR_ENDPOINT=%s
export OS_TOKEN=%s
# Or sign in with a password instead of the token:
# export OS_AUTH_URL=%s
# export OS_USERNAME=%s
# export OS_PASSWORD=%s
# export OS_USER_DOMAIN_NAME=%s
# export OS_PROJECT_NAME=%s
`, server.URL, server.Token(), server.IAMURL, user.Name, user.Password, user.DomainName, project)
	text += fmt.Sprintf(`# Or with a key pair:
# export OS_ACCESS_KEY=%s
# export OS_SECRET_KEY=%s
`, key.Access, key.Secret)
	if !c.empty {
		text += fmt.Sprintf(`# Or, on top of any of these, act in the account that has partner/app:
# export OS_AGENCY_NAME=%s
# export OS_AGENCY_DOMAIN_NAME=%s
# export OS_DELEGATED_PROJECT=%s
`, defaultAgency, defaultAccount, project)
	}
	if !c.strict {
		text += fmt.Sprintf(`# The opentelekomcloud provider reads the variables of the password. The huaweicloud provider:
# provider "huaweicloud" {
#   region                  = "%s"
#   auth_url                = "%s"
#   access_key              = "%s"
#   secret_key              = "%s"
#   endpoints               = { swr = "%s", iam = "%s" }
#   skip_check_website_type = true
#   skip_check_upgrade      = true
# }
`, project, server.IAMURL, key.Access, key.Secret, server.URL, server.URL)
	}
	if !c.empty {
		text += `# To change the share by hand, as in the console:
# curl -fsS -X PATCH -H "X-Auth-Token: $OS_TOKEN" -H "Content-Type: application/json" ` +
			`-d '{"permit": "read", "deadline": "forever"}' ` +
			`"$SWR_ENDPOINT/v2/manage/namespaces/platform/repositories/team\$app/access-domains/` + defaultAccount + "\"\n"
	}
	_, err := io.WriteString(out, text)
	return err
}

func printVariants(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, v := range swrtest.NamedVariants() {
		fmt.Fprintf(table, "%s\t%s\n", v.Name, v.Summary) // Flush returns the error
	}
	return table.Flush()
}

// requestPrinter prints requests, a line each, without headers and bodies: they
// contain tokens and passwords.
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

// firstError returns the first error of printing.
func (p *requestPrinter) firstError() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}
