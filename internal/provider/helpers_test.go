package provider_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/protoserver"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/provider"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/tfcli"
)

// factories serve the provider to the Terraform CLI from within the test.
var factories = map[string]func() (tfprotov6.ProviderServer, error){
	"swr": func() (tfprotov6.ProviderServer, error) { return protoserver.Server(provider.New("test")()) },
}

// binary is the provider as users run it.
var binary string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "swr-provider-test")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer func() { _ = os.RemoveAll(dir) }()
		if binary, err = tfcli.Binary(context.Background(), dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

// providerBlock points the provider at a simulator.
func providerBlock(server *swrtest.Server) string {
	return fmt.Sprintf("provider \"swr\" {\n  endpoint = %q\n  token    = %q\n}\n", server.URL, server.Token())
}

// partner is a share of platform/team/app with ACME, with lines of its own.
func partner(lines ...string) string {
	return share("partner", append([]string{
		`namespace = "platform"`, `repository = "team/app"`, `access_domain = "ACME"`}, lines...)...)
}

// share is a resource of that name.
func share(name string, lines ...string) string {
	return fmt.Sprintf("resource \"swr_repository_share\" %q {\n  %s\n}\n", name, strings.Join(lines, "\n  "))
}

// workspace is the CLI with the provider binary, in a directory of its own, with
// a simulator in the environment.
type workspace struct {
	*tfcli.CLI
	t *testing.T
}

func newWorkspace(t *testing.T, server *swrtest.Server, config string) *workspace {
	t.Helper()
	cli, err := tfcli.New(t.TempDir(), binary)
	if err != nil {
		t.Fatal(err)
	}
	tf := &workspace{CLI: cli, t: t}
	tf.use(server)
	tf.write(config)
	return tf
}

// use points the provider at a simulator, through the environment.
func (tf *workspace) use(server *swrtest.Server) {
	tf.Env = []string{"SWR_ENDPOINT=" + server.URL, "OS_TOKEN=" + server.Token()}
}

func (tf *workspace) write(config string) {
	tf.t.Helper()
	if err := tf.Write("main.tf", config); err != nil {
		tf.t.Fatal(err)
	}
}

// run runs a command that is to end with the code, and gives what it printed,
// with line breaks and the frames of messages taken out.
func (tf *workspace) run(code int, args ...string) string {
	tf.t.Helper()
	result, err := tf.Run(tf.t.Context(), args...)
	if err != nil {
		tf.t.Fatal(err)
	}
	if result.Code != code {
		tf.t.Fatalf("terraform %s: code %d instead of %d\n%s", strings.Join(args, " "), result.Code, code, result.Output)
	}
	return flat(result.Output)
}

func (tf *workspace) apply() string   { tf.t.Helper(); return tf.run(0, "apply", "-auto-approve") }
func (tf *workspace) destroy() string { tf.t.Helper(); return tf.run(0, "destroy", "-auto-approve") }

// Codes of terraform plan -detailed-exitcode.
const (
	noChange = 0
	failed   = 1
	changes  = 2
)

func (tf *workspace) plan(code int, args ...string) string {
	tf.t.Helper()
	return tf.run(code, append([]string{"plan", "-detailed-exitcode"}, args...)...)
}

// ids gives the ids in the state, each with whether it is tainted.
func (tf *workspace) ids() map[string]bool {
	tf.t.Helper()
	state, err := tf.State()
	if err != nil {
		tf.t.Fatal(err)
	}
	return state.IDs()
}

// stateFile gives the state as it is on disk, to compare.
func (tf *workspace) stateFile() string {
	tf.t.Helper()
	content, err := os.ReadFile(tf.Dir + "/terraform.tfstate")
	if err != nil {
		tf.t.Fatal(err)
	}
	return string(content)
}

// flat puts a message that Terraform has broken and framed into one line.
func flat(output string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(output)), " ")
}

// wants fails where the text lacks one of the parts.
func wants(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("the output lacks %q:\n%s", part, text)
		}
	}
}

// requests fails unless the simulator got so many requests of these kinds, and
// no other write since the log was reset.
func requests(t *testing.T, server *swrtest.Server, want map[swrtest.Operation]int) {
	t.Helper()
	for _, kind := range []swrtest.Operation{swrtest.OpCreate, swrtest.OpUpdate, swrtest.OpDelete} {
		if got := server.Count(kind); got != want[kind] {
			t.Errorf("%d requests of kind %s instead of %d", got, kind, want[kind])
		}
	}
	for kind, n := range want {
		if got := server.Count(kind); got != n {
			t.Errorf("%d requests of kind %s instead of %d", got, kind, n)
		}
	}
}

// atOnce calls for each number below n, so many at a time.
func atOnce(n, most int, call func(int)) {
	var running sync.WaitGroup
	slots := make(chan struct{}, most)
	for i := range n {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			call(i)
		})
	}
	running.Wait()
}
