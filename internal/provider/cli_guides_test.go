package provider_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/tfcli"
)

// guide is what a reader of one of templates/guides does: the blocks of its
// sections, in order.
type guide struct {
	t        *testing.T
	sections map[string]string // by heading; "" is what comes before the first
}

var (
	guideHeading = regexp.MustCompile(`(?m)^## (.+)$`)
	guideBlock   = regexp.MustCompile("(?ms)^```(terraform|shell)\n(.*?)^```$")
	guideFile    = regexp.MustCompile(`^# (\S+\.(?:tf|hcl))\n`)
)

func readGuide(t *testing.T, name string) guide {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "templates", "guides", name+".md.tmpl"))
	if err != nil {
		t.Fatal(err)
	}
	g := guide{t: t, sections: map[string]string{}}
	text := string(content)
	heading, from := "", 0
	for _, at := range guideHeading.FindAllStringSubmatchIndex(text, -1) {
		g.sections[heading] = text[from:at[0]]
		heading, from = text[at[2]:at[3]], at[1]
	}
	g.sections[heading] = text[from:]
	return g
}

// follow does what the sections say, in the CLI's directory. A
// Terraform block that begins with the name of a file is written to that file;
// commands are run and must succeed. It returns what they printed.
func (g guide) follow(tf *cli, headings ...string) string {
	g.t.Helper()
	// The guide has its own, and no terraform init is needed.
	if err := os.Remove(filepath.Join(tf.Dir, "provider.tf")); err != nil {
		g.t.Fatal(err)
	}
	var printed strings.Builder
	for _, heading := range headings {
		blocks := guideBlock.FindAllStringSubmatch(g.sections[heading], -1)
		if len(blocks) == 0 {
			g.t.Fatalf("the guide has nothing under %q", heading)
		}
		for _, block := range blocks {
			if block[1] == "shell" {
				for command := range strings.Lines(block[2]) {
					printed.WriteString(g.run(tf, strings.Fields(command)))
				}
			} else if file := guideFile.FindStringSubmatch(block[2]); file != nil {
				tf.write(file[1], block[2])
			}
		}
	}
	return unwrap(printed.String())
}

func (g guide) run(tf *cli, command []string) string {
	g.t.Helper()
	switch {
	case command[0] == "rm":
		for _, file := range command[1:] {
			if err := os.Remove(filepath.Join(tf.Dir, file)); err != nil {
				g.t.Fatal(err)
			}
		}
		return ""
	case command[0] != "terraform":
		g.t.Fatalf("the guide runs %v", command)
	case command[1] == "init":
		return ""
	case command[1] == "apply":
		command = append(command, "-auto-approve")
	}
	args, file := command[1:], ""
	if n := len(args); n > 2 && args[n-2] == ">" {
		args, file = args[:n-2], args[n-1]
	}
	if strings.HasPrefix(strings.Join(args, " "), "plan -generate-config-out") {
		return tf.generateConfig("imports.tf", args...)
	}
	output := tf.output(success, args...)
	if file != "" {
		tf.write(file, output)
	}
	return output
}

func TestCLIGuideAdopt(t *testing.T) {
	t.Parallel()
	for heading, needsQuery := range map[string]bool{"With terraform query": true, "Without terraform query": false} {
		t.Run(heading, func(t *testing.T) {
			t.Parallel()
			server := swrtest.Start(t)
			seedRepositories(server, map[string]int{"platform/app": 2, "platform/team/app": 3, "staging/app": 1})
			putShare(server, "team/app", "Ünï ${corp}", "2031-03-31T16:00:00.000Z")
			tf := newCLI(t, server, "")
			if needsQuery {
				tf.skipUnless("-generate-config-out", "query")
			}
			output := readGuide(t, "adopt-shares").follow(tf, "", heading)
			assertContains(t, output, "6 imported, 0 added, 0 changed, 0 destroyed", "No changes. Your infrastructure matches the configuration")
			if ids := tf.ids(); len(ids) != 6 {
				t.Errorf("in the state: %v", ids)
			}
			assertRequests(t, server, nil)
		})
	}
}

func TestCLIGuideMove(t *testing.T) {
	t.Parallel()
	for name, older := range olderShares {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := swrtest.Start(t)
			older.seed(server, olderAccount)
			tf := newCLIWithOlderState(t, server, older, "", older.state(t, nil))
			output := readGuide(t, "move-from-"+name).follow(tf, "One share")
			assertContains(t, output, older.resourceType+".partner has moved to swr_repository_share.partner",
				"0 added, 0 changed, 0 destroyed", "No changes. Your infrastructure matches the configuration")
			assertRequests(t, server, nil)
		})
	}
}

// One moved block does for a whole for_each.
func TestCLIMoveForEach(t *testing.T) {
	t.Parallel()
	older := olderShares["opentelekomcloud"]
	server := swrtest.Start(t)
	var states []json.RawMessage
	for _, account := range []string{"ACME", "BETA", "GAMMA"} {
		older.seed(server, account)
		states = append(states, older.state(t, func(s map[string]any) { s["access_domain"], s["id"] = account, account }))
	}
	tf := newCLIWithOlderState(t, server, older, fmt.Sprintf("moved {\n  from = %s.partner\n  to   = swr_repository_share.partner\n}\n", older.resourceType)+
		share("partner", `for_each = toset(["acme", "beta", "gamma"])`, `namespace = "platform"`, `repository = "team/app"`,
			`access_domain = each.key`, `deadline = "forever"`, `description = "partner"`), states...)
	assertContains(t, tf.apply(), "Resources: 0 added, 0 changed, 0 destroyed")
	tf.plan(noChange)
	if ids := tf.ids(); len(ids) != 3 {
		t.Errorf("in the state: %v", ids)
	}
	assertRequests(t, server, nil)
}

// newCLIWithOlderState returns a CLI whose state was written by an older provider:
// one instance, or those of a for_each by account. Terraform needs that provider
// as long as the state does, but calls nothing of it: this provider's own binary
// will do.
func newCLIWithOlderState(t *testing.T, server *swrtest.Server, older olderShare, config string, states ...json.RawMessage) *cli {
	t.Helper()
	tf := newCLI(t, server, config)
	address := older.provider + "/" + older.provider
	dir := t.TempDir()
	if err := os.Symlink(binary, filepath.Join(dir, "terraform-provider-"+older.provider)); err != nil {
		t.Fatal(err)
	}
	tf.write("cli.tfrc", fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n    %q = %q\n  }\n}\n",
		tfcli.Address, filepath.Dir(binary), address, dir))
	var instances []map[string]any
	for _, attributes := range states {
		instance := map[string]any{"schema_version": 0, "attributes": attributes}
		if len(states) > 1 {
			var names struct {
				Account string `json:"access_domain"`
			}
			if err := json.Unmarshal(attributes, &names); err != nil {
				t.Fatal(err)
			}
			instance["index_key"] = strings.ToLower(names.Account)
		}
		instances = append(instances, instance)
	}
	state, err := json.Marshal(map[string]any{
		"version": 4, "serial": 1, "lineage": "older",
		"resources": []any{map[string]any{
			"mode": "managed", "type": older.resourceType, "name": "partner",
			"provider": fmt.Sprintf("provider[%q]", tfcli.Registry()+"/"+address), "instances": instances,
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	tf.write("terraform.tfstate", string(state))
	return tf
}
