package main

import (
	"context"
	"fmt"
	"html"
	"os"
	"regexp"
	"strings"

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
			return os.WriteFile(file, []byte(drawTerminal("$ terraform plan", plan+"to destroy.")), 0o600)
		}
	}
	return fmt.Errorf("terraform plan found no changes")
}

const lineHeight, charWidth, margin, titleBar = 19, 8.4, 20, 34 // pixels

var (
	colors   = map[string]string{"31": "#ff6b6b", "32": "#6bd38a", "33": "#e8c468", "36": "#6cc7e0", "90": "#8a8f99"}
	escape   = regexp.MustCompile(`\x1b\[\d*m`)
	segments = regexp.MustCompile(`(?:\x1b\[(\d*)m)?([^\x1b]*)`)
)

// drawTerminal returns an SVG of a terminal with a command and its output.
func drawTerminal(command, output string) string {
	lines := append([]string{command, ""}, strings.Split(output, "\n")...)
	columns := 0
	for _, line := range lines {
		columns = max(columns, len([]rune(escape.ReplaceAllString(line, ""))))
	}
	w, h := int(float64(columns)*charWidth)+2*margin, titleBar+len(lines)*lineHeight+margin
	var svg strings.Builder
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`+"\n",
		w, h, w, h, html.EscapeString(command+": "+escape.ReplaceAllString(strings.Join(strings.Fields(output), " "), "")))
	fmt.Fprintf(&svg, `<rect width="%d" height="%d" rx="8" fill="#16181d"/>`+"\n", w, h)
	for i, color := range []string{"#ff5f57", "#febc2e", "#28c840"} {
		fmt.Fprintf(&svg, `<circle cx="%d" cy="17" r="5" fill="%s"/>`+"\n", margin+i*17, color)
	}
	svg.WriteString(`<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#d7dae0" xml:space="preserve">` + "\n")
	style := style{}
	for i, line := range lines {
		fmt.Fprintf(&svg, `<text x="%d" y="%d">%s</text>`+"\n", margin, titleBar+(i+1)*lineHeight-4, style.spans(line))
	}
	return svg.String() + "</g>\n</svg>\n"
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
