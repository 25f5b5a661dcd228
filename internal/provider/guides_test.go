package provider_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// guide is what a reader of one of templates/guides does: the blocks of its
// sections, in order.
type guide struct {
	t        *testing.T
	sections map[string]string // by heading; "" is what stands before the first
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

// follow does what the sections say, with the workspace as the directory. A
// Terraform block that begins with the name of a file is written to that file;
// commands are run, and are to succeed. It gives what they printed.
func (g guide) follow(tf *workspace, headings ...string) string {
	g.t.Helper()
	// The guide has its own, and the workspace needs no terraform init.
	if err := os.Remove(filepath.Join(tf.Dir, "provider.tf")); err != nil {
		g.t.Fatal(err)
	}
	var said strings.Builder
	for _, heading := range headings {
		blocks := guideBlock.FindAllStringSubmatch(g.sections[heading], -1)
		if len(blocks) == 0 {
			g.t.Fatalf("the guide has nothing under %q", heading)
		}
		for _, block := range blocks {
			if block[1] == "shell" {
				for command := range strings.Lines(block[2]) {
					said.WriteString(g.run(tf, strings.Fields(command)))
				}
			} else if file := guideFile.FindStringSubmatch(block[2]); file != nil {
				if err := tf.Write(file[1], block[2]); err != nil {
					g.t.Fatal(err)
				}
			}
		}
	}
	return flat(said.String())
}

func (g guide) run(tf *workspace, command []string) string {
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
	output := tf.raw(args...)
	if file != "" {
		if err := tf.Write(file, output); err != nil {
			g.t.Fatal(err)
		}
	}
	return output
}

func TestGuideAdopt(t *testing.T) {
	t.Parallel()
	for heading, needsQuery := range map[string]bool{"With terraform query": true, "Without terraform query": false} {
		t.Run(heading, func(t *testing.T) {
			t.Parallel()
			server := swrtest.Start(t)
			seeded(server, map[string]int{"platform/app": 2, "platform/team/app": 3, "staging/app": 1})
			byHand(server, "team/app", "Ünï ${corp}", "2031-03-31T16:00:00.000Z")
			tf := newWorkspace(t, server, "")
			if needsQuery {
				tf.skipWithoutQuery()
			}
			said := readGuide(t, "adopt-shares").follow(tf, "", heading)
			wants(t, said, "6 imported, 0 added, 0 changed, 0 destroyed", "No changes. Your infrastructure matches the configuration")
			if ids := tf.ids(); len(ids) != 6 {
				t.Errorf("in the state: %v", ids)
			}
			requests(t, server, nil)
		})
	}
}

func TestGuideMove(t *testing.T) {
	t.Parallel()
	for name, older := range olderShares {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := swrtest.Start(t)
			older.seed(server, olderAccount)
			tf := newMove(t, server, older, "", olderInstance{state: older.state(t, nil)})
			said := readGuide(t, "move-from-"+name).follow(tf, "One share")
			wants(t, said, older.resourceType+".partner has moved to swr_repository_share.partner",
				"0 added, 0 changed, 0 destroyed", "No changes. Your infrastructure matches the configuration")
			requests(t, server, nil)
		})
	}
}
