package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

func TestPlanRegistry(t *testing.T) {
	t.Parallel()
	share := func(account string, action shareAction) func(*planRegistry, *diag.Diagnostics) {
		return func(r *planRegistry, diags *diag.Diagnostics) {
			r.recordShare(swr.Key{Namespace: "n", Repository: "r", AccessDomain: account}, action, diags)
		}
	}
	exclusive := func(allowed ...string) func(*planRegistry, *diag.Diagnostics) {
		return func(r *planRegistry, diags *diag.Diagnostics) {
			r.recordExclusive(swr.Repository{Namespace: "n", Name: "r"}, allowed, diags)
		}
	}
	for name, test := range map[string]struct {
		first, second func(*planRegistry, *diag.Diagnostics)
		want          string // of the only diagnostic, or ""
		severity      diag.Severity
	}{
		"renamed":             {share("A", shareDeleted), share("a", shareCreated), "revoked and created again", diag.SeverityWarning},
		"key exchanged":       {share("A", shareDeleted), share("A", shareReplaced), "revoked and created again", diag.SeverityWarning},
		"two new":             {share("A", shareCreated), share("a", shareCreated), "Duplicate", diag.SeverityWarning},
		"new and kept":        {share("A", shareCreated), share("A", shareKept), "Duplicate", diag.SeverityWarning},
		"in the state twice":  {share("A", shareDeleted), share("A", shareKept), "in the state twice", diag.SeverityError},
		"forgotten account":   {share("A", shareKept), exclusive("B"), "not in access_domains", diag.SeverityError},
		"allowed account":     {share("A", shareCreated), exclusive("a"), "", diag.SeverityInvalid},
		"deleted, forgotten":  {share("A", shareDeleted), exclusive("B"), "", diag.SeverityInvalid},
		"other accounts":      {share("A", shareDeleted), share("B", shareCreated), "", diag.SeverityInvalid},
		"duplicate exclusive": {exclusive("A"), exclusive("B"), "Duplicate", diag.SeverityError},
	} {
		for order, calls := range map[string][2]func(*planRegistry, *diag.Diagnostics){
			"forward": {test.first, test.second}, "backward": {test.second, test.first},
		} {
			var registry planRegistry
			var before, diags diag.Diagnostics
			calls[0](&registry, &before)
			calls[1](&registry, &diags)
			if len(before) > 0 {
				t.Errorf("%s, %s: the first call reports %v", name, order, before)
			}
			if test.want == "" && len(diags) == 0 {
				continue
			}
			if len(diags) != 1 || test.want == "" || diags[0].Severity() != test.severity ||
				!strings.Contains(diags[0].Summary(), test.want) {
				t.Errorf("%s, %s: got %v, want %q", name, order, diags, test.want)
			}
		}
	}
}

func TestHCLString(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"n/r/ACME":    `"n/r/ACME"`,
		`a"b\c`:       `"a\"b\\c"`,
		"a\nb\x07":    `"a\nb\u0007"`,
		"${a}%{b}$c%": `"$${a}%%{b}$c%"`,
		"\u202e":      `"\u202E"`,
		"\U000E0001":  `"\U000E0001"`,
		"Müller":      `"Müller"`,
	} {
		if got := hclString(text); got != want {
			t.Errorf("hclString(%q) = %s, want %s", text, got, want)
		}
	}
}
