package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"plain":   {"a <b> & \"c\"", `<tspan>a &lt;b&gt; &amp; &#34;c&#34;</tspan>`},
		"colour":  {"\x1b[33m~\x1b[0m x", `<tspan fill="#e8c468">~</tspan><tspan> x</tspan>`},
		"bold":    {"\x1b[1m# x\x1b[0m y", `<tspan font-weight="bold"># x</tspan><tspan> y</tspan>`},
		"both":    {"\x1b[1m\x1b[31m-\x1b[0m\x1b[0m", `<tspan fill="#ff6b6b" font-weight="bold">-</tspan>`},
		"unknown": {"\x1b[4mx\x1b[0m", `<tspan>x</tspan>`},
		"empty":   {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := (&pen{}).line(c.text); got != c.want {
				t.Errorf("%q instead of %q", got, c.want)
			}
		})
	}
}

// A colour goes on over the end of a line.
func TestPenGoesOn(t *testing.T) {
	t.Parallel()
	p := pen{}
	p.line("\x1b[32m+ a")
	if got := p.line("b\x1b[0m"); got != `<tspan fill="#6bd38a">b</tspan>` {
		t.Error(got)
	}
}

func TestDrawIsXML(t *testing.T) {
	t.Parallel()
	drawn := draw("$ terraform plan", "\x1b[33m~\x1b[0m \"<&>\"\n\nPlan: 1 to add")
	for decoder := xml.NewDecoder(strings.NewReader(drawn)); ; {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err, drawn)
		}
	}
}

func TestEssence(t *testing.T) {
	t.Parallel()
	got, err := essence("noise\nTerraform will perform the following actions:\n\n\x1b[1m  # x\x1b[0m\n\nPlan: 0 to add, 1 to change, 0 to destroy.\nnoise")
	if err != nil || got != "\x1b[1m  # x\x1b[0m\n\nPlan: 0 to add, 1 to change, 0 to destroy." {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := essence("No changes."); err == nil {
		t.Error("took no plan for a plan")
	}
}
