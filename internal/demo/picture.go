package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"html"
	"io"
	"os"
	"regexp"
	"strings"
	"text/template"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

const exclusiveConfig = `
resource "swr_repository_shares_exclusive" "app" {
  namespace      = "` + namespace + `"
  repository     = "` + repository + `"
  access_domains = [swr_repository_share.partner.access_domain]
}
`

// drawPlan draws a real plan after someone changed a share by hand and created another.
func drawPlan(ctx context.Context, r *runner, file string) error {
	if err := r.cli.Write("main.tf", partnerConfig+exclusiveConfig); err != nil {
		return err
	}
	for _, args := range [][]string{{"init"}, {"apply", "-auto-approve"}, {"plan"}} {
		if args[0] == "plan" {
			setDeadline(r.server)
			r.server.PutShare(swrtest.Share{Namespace: namespace, Repository: repository,
				AccessDomain: "somebody-else", Permit: "read", Deadline: "forever"})
			r.cli.Env = append(r.cli.Env, "TF_CLI_ARGS=") // with colors
		}
		output, code, err := r.terraform(ctx, args...)
		if err != nil || code != 0 {
			return fmt.Errorf("terraform %s: exit code %d, %w\n%s", args[0], code, err, output)
		}
		if _, plan, found := strings.Cut(output, "Terraform will perform the following actions:"); found && args[0] == "plan" {
			plan, _, _ = strings.Cut(plan, "to destroy.")
			plan = strings.TrimLeft(strings.TrimPrefix(strings.TrimLeft(plan, "\n"), "\x1b[0m"), "\n")
			picture, err := os.Create(file)
			if err != nil {
				return err
			}
			return errors.Join(drawTerminal(picture, "$ terraform plan", plan+"to destroy."), picture.Close())
		}
	}
	return errors.New("terraform plan found no changes")
}

var (
	//go:embed terminal.svg.tmpl
	terminalText string
	terminal     = template.Must(template.New("terminal").Parse(terminalText))

	colors   = map[string]string{"31": "#ff6b6b", "32": "#6bd38a", "33": "#e8c468", "36": "#6cc7e0", "90": "#8a8f99"}
	escape   = regexp.MustCompile(`\x1b\[\d*m`)
	segments = regexp.MustCompile(`(?:\x1b\[(\d*)m)?([^\x1b]*)`)
)

// drawTerminal writes an SVG of a terminal with a command and its output.
func drawTerminal(w io.Writer, command, output string) error {
	const charWidth, lineHeight, margin, titleBar = 8.4, 19, 20, 34 // pixels
	text := escape.ReplaceAllString(output, "")
	columns := len(command)
	for line := range strings.Lines(text) {
		columns = max(columns, len([]rune(strings.TrimSuffix(line, "\n"))))
	}
	rows := map[int]string{} // spans by y
	style := style{}
	for i, line := range append([]string{command, ""}, strings.Split(output, "\n")...) {
		rows[titleBar+(i+1)*lineHeight-4] = style.spans(line)
	}
	return terminal.Execute(w, map[string]any{
		"Label": html.EscapeString(command + ": " + strings.Join(strings.Fields(text), " ")),
		"Width": int(float64(columns)*charWidth) + 2*margin, "Height": titleBar + len(rows)*lineHeight + margin, "Rows": rows,
	})
}

// style is the terminal's current style, which continues on the next line.
type style struct{ color, weight string } // as attributes of SVG

// spans returns the SVG of a line with ANSI escape codes.
func (s *style) spans(line string) string {
	var svg strings.Builder
	for _, segment := range segments.FindAllStringSubmatch(line, -1) {
		if escape.MatchString(segment[0]) {
			switch code := segment[1]; code {
			case "0", "":
				*s = style{}
			case "1":
				s.weight = ` font-weight="bold"`
			default:
				s.color = ""
				if color := colors[code]; color != "" {
					s.color = ` fill="` + color + `"`
				}
			}
		}
		if text := segment[2]; text != "" {
			svg.WriteString("<tspan" + s.color + s.weight + ">" + html.EscapeString(text) + "</tspan>")
		}
	}
	return svg.String()
}
