package main

import (
	_ "embed"
	"errors"
	"os"
	"regexp"
	"strings"
	"text/template"
)

var (
	//go:embed terminal.svg.tmpl
	terminal string

	// styles are the attributes of SVG for Terraform's escape codes.
	styles = map[string]string{
		"1": ` font-weight="bold"`, "31": ` fill="#ff6b6b"`, "32": ` fill="#6bd38a"`, "33": ` fill="#e8c468"`,
		"36": ` fill="#6cc7e0"`, "90": ` fill="#8a8f99"`,
	}
	escapeCode = regexp.MustCompile(`\x1b\[\d*m`)
	segments   = regexp.MustCompile(`(?:\x1b\[(\d+)m)?([^\x1b]*)`)
	planned    = regexp.MustCompile(`(?s)following actions:\n(?:\x1b\[0m)?\n*(.*to destroy\.)`)
)

// drawPlan draws the changes in the output of a plan into an SVG file.
func drawPlan(file, output string) error {
	changes := planned.FindStringSubmatch(output)
	if changes == nil {
		return errors.New("the plan has no changes")
	}
	svg, err := drawTerminal("$ terraform plan", changes[1])
	return errors.Join(err, os.WriteFile(file, []byte(svg), 0o600))
}

// drawTerminal returns an SVG of a terminal with a command and its output.
func drawTerminal(command, output string) (string, error) {
	const charWidth, lineHeight, margin, titleBar = 8.4, 19, 20, 34 // pixels
	type span struct{ Style, Text string }
	rows, columns := map[int][]span{}, 0 // by y
	style := ""                          // continues on the next line
	for i, line := range strings.Split(command+"\n\n"+output, "\n") {
		y := titleBar + (i+1)*lineHeight - 4
		rows[y] = nil
		columns = max(columns, len([]rune(escapeCode.ReplaceAllString(line, ""))))
		for _, segment := range segments.FindAllStringSubmatch(line, -1) {
			if segment[1] == "0" {
				style = ""
			}
			style += styles[segment[1]]
			rows[y] = append(rows[y], span{style, segment[2]})
		}
	}
	var svg strings.Builder
	err := template.Must(template.New("terminal").Parse(terminal)).Execute(&svg, map[string]any{
		"Label": command + ": " + strings.Join(strings.Fields(escapeCode.ReplaceAllString(output, "")), " "), "Rows": rows,
		"Width": int(float64(columns)*charWidth) + 2*margin, "Height": titleBar + len(rows)*lineHeight + margin,
	})
	return svg.String(), err
}
