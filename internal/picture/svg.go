package main

import (
	"fmt"
	"html"
	"regexp"
	"strings"
)

// Measures of the picture, in pixels, and its colours.
const (
	lineHeight = 19
	charWidth  = 8.4
	margin     = 20
	bar        = 34 // the window's upper edge

	background = "#16181d"
	foreground = "#d7dae0"
)

// colours of the terminal's codes that Terraform uses.
var colours = map[string]string{"31": "#ff6b6b", "32": "#6bd38a", "33": "#e8c468", "36": "#6cc7e0", "90": "#8a8f99"}

var code = regexp.MustCompile(`\x1b\[(\d*)m`)

// draw makes an SVG of a command and what it printed.
func draw(command, output string) string {
	lines := append([]string{command, ""}, strings.Split(output, "\n")...)
	width := 0
	for _, line := range lines {
		width = max(width, len([]rune(code.ReplaceAllString(line, ""))))
	}
	w, h := int(float64(width)*charWidth)+2*margin, bar+len(lines)*lineHeight+margin

	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`+"\n",
		w, h, w, h, html.EscapeString(command+": "+code.ReplaceAllString(strings.Join(strings.Fields(output), " "), "")))
	fmt.Fprintf(&b, `<rect width="%d" height="%d" rx="8" fill="%s"/>`+"\n", w, h, background)
	for i, dot := range []string{"#ff5f57", "#febc2e", "#28c840"} {
		fmt.Fprintf(&b, `<circle cx="%d" cy="17" r="5" fill="%s"/>`+"\n", margin+i*17, dot)
	}
	fmt.Fprintf(&b, `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="%s" xml:space="preserve">`+"\n", foreground)
	pen := pen{}
	for i, line := range lines {
		fmt.Fprintf(&b, `<text x="%d" y="%d">%s</text>`+"\n", margin, bar+(i+1)*lineHeight-4, pen.line(line))
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

// pen is how the terminal writes at the moment.
type pen struct {
	colour string
	bold   bool
}

// line turns a line with the terminal's codes into spans.
func (p *pen) line(text string) string {
	var b strings.Builder
	for text != "" {
		at := code.FindStringSubmatchIndex(text)
		if at == nil {
			p.span(&b, text)
			break
		}
		p.span(&b, text[:at[0]])
		p.take(text[at[2]:at[3]])
		text = text[at[1]:]
	}
	return b.String()
}

func (p *pen) span(b *strings.Builder, text string) {
	if text == "" {
		return
	}
	style := ""
	if p.colour != "" {
		style += fmt.Sprintf(` fill="%s"`, p.colour)
	}
	if p.bold {
		style += ` font-weight="bold"`
	}
	fmt.Fprintf(b, `<tspan%s>%s</tspan>`, style, html.EscapeString(text))
}

func (p *pen) take(number string) {
	switch number {
	case "0", "":
		*p = pen{}
	case "1":
		p.bold = true
	default:
		p.colour = colours[number]
	}
}
