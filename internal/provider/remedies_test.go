package provider

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/config"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// apiKinds returns the kinds that package swr declares, from its source.
func apiKinds(t *testing.T) []swr.Kind {
	t.Helper()
	var kinds []swr.Kind
	inspect(t, "../swr/*.go", func(node ast.Node) {
		spec, ok := node.(*ast.ValueSpec)
		if !ok {
			return
		}
		if typed, ok := spec.Type.(*ast.Ident); ok && typed.Name == "Kind" {
			kinds = append(kinds, swr.Kind(literals(spec)[0]))
		}
	})
	if len(kinds) < 10 {
		t.Fatalf("only %d kinds were found", len(kinds))
	}
	return kinds
}

var operations = []operation{
	opCreateShare, opVerifyShare, opReadShare, opImportShare, opLookUpShare, opUpdateShare, opDeleteShare,
	opListShares, opListRepositories, opListSharedRepositories,
	opReadExclusive, opRevokeShare, opRevokeShares, opCheckShares,
}

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// Each kind of error has its remedy, or a deliberate lack of one, for every
// operation; and no entry of the table is out of reach.
func TestRemedies(t *testing.T) {
	t.Parallel()
	kinds := append(apiKinds(t), kindContradiction, kindRepositoryGone, kindShareGone, kindUntrustedCertificate, kindCanceled, kindUndecodable,
		kindKeyLocked, kindCredentialEnded, kindForeignToken, kindClockOff, kindForbiddenPage)
	for _, kind := range kinds {
		if _, ok := remedies[kind][opAny]; !ok {
			t.Errorf("%q has no remedy for any operation", kind)
		}
		if !slices.Contains(kindPrecedence, kind) {
			t.Errorf("%q has no precedence", kind)
		}
	}
	if len(kindPrecedence) != len(kinds) || len(remedies) != len(kinds) {
		t.Errorf("%d kinds, %d in order of precedence, %d with remedies", len(kinds), len(kindPrecedence), len(remedies))
	}
	for kind, texts := range remedies {
		for op, text := range texts {
			if op != opAny && !slices.Contains(operations, op) {
				t.Errorf("%q: operation %q does not exist", kind, op)
			}
			if op != opAny && text == texts[opAny] {
				t.Errorf("%q: the entry for %q does not differ from the default", kind, op)
			}
		}
	}
	address, _ := url.Parse("https://swr.example")
	s := &session{client: swr.New(address, nil), config: config.Config{EndpointSource: "the test"}}
	key := swr.Key{Namespace: "platform", Repository: "team/app", AccessDomain: "ACME"}
	for _, op := range operations {
		for _, kind := range kinds {
			text := s.remedy(op, key, sample(kind))
			if rest := placeholder.FindString(text); rest != "" || text != strings.TrimSpace(text) {
				t.Errorf("%s, %q: %q is left in %q", op, kind, rest, text)
			}
			if op.keeps == "" && strings.Contains(text, "The state was not changed") {
				t.Errorf("%s, %q: there is no state: %q", op, kind, text)
			}
		}
	}
}

func TestRemedyOfOperation(t *testing.T) {
	t.Parallel()
	address, _ := url.Parse("https://swr.example")
	s := &session{client: swr.New(address, nil), config: config.Config{EndpointSource: "the test"}}
	key := swr.Key{Namespace: "platform", Repository: "team/app", AccessDomain: "ACME"}
	for _, check := range []struct {
		op    operation
		kind  swr.Kind
		has   string
		lacks string
	}{
		{opCreateShare, swr.KindConflict, `id = "platform/team/app/ACME"`, "removed {"},
		{opCreateShare, swr.KindNamespaceMissing, `The organization "platform" does not exist`, "removed {"},
		{opListShares, swr.KindNamespaceMissing, `The organization "platform" does not exist`, "removed {"},
		{opReadShare, swr.KindNamespaceMissing, "from = swr_repository_share.NAME", "import {"},
		{opReadExclusive, swr.KindNamespaceMissing, "from = swr_repository_shares_exclusive.NAME", "import {"},
		{opReadShare, swr.KindOtherEndpoint, "from = swr_repository_share.NAME", "Nothing was changed"},
		{opReadShare, swr.KindOtherEndpoint, `id = "platform/team/app/ACME"`, "Nothing was changed"},
		{opReadShare, swr.KindNoRoute, "https://swr.example, from the test", "-replace"},
		{opUpdateShare, swr.KindNoRoute, "terraform apply -replace=ADDRESS", "https://swr.example"},
		{opListSharedRepositories, swr.KindNoRoute, "each repository has to be named explicitly", "The state was not changed"},
		{opRevokeShares, swr.KindListingIncomplete, "Nothing was revoked. The state was not changed.", "Whether the share"},
		{opReadShare, swr.KindListingIncomplete, "Whether the share exists is not known. The state was not changed.", "revoked"},
		{opLookUpShare, kindShareGone, "swr_repository_shares lists the accounts", "ID"},
		{opImportShare, kindShareGone, "namespace/repository/access_domain", "swr_repository_shares"},
		{opVerifyShare, swr.KindInvalidResponse, "terraform untaint", "import {"},
	} {
		if text := s.remedy(check.op, key, sample(check.kind)); !strings.Contains(text, check.has) || strings.Contains(text, check.lacks) {
			t.Errorf("%s, %q: %q", check.op, check.kind, text)
		}
	}
}

// sample returns an error of the kind.
func sample(kind swr.Kind) error {
	switch kind {
	case kindContradiction:
		return &swr.Error{Kind: swr.KindInvalidResponse, Err: &swr.Error{Kind: swr.KindRepositoryMissing}}
	case kindRepositoryGone:
		return &swr.Gone{Repository: true}
	case kindShareGone:
		return &swr.Gone{}
	case kindUntrustedCertificate:
		return &swr.Error{Kind: swr.KindNetwork, Err: &tls.CertificateVerificationError{Err: errors.New("unknown authority")}}
	case kindCanceled:
		return &swr.Error{Kind: swr.KindNetwork, Err: fmt.Errorf("interrupted: %w", context.Canceled)}
	case kindUndecodable:
		return &swr.Error{Kind: swr.KindInvalidResponse, Excerpt: "<html>"}
	case kindForbiddenPage:
		return &swr.Error{Kind: swr.KindForbidden, Excerpt: "<html>"}
	case kindKeyLocked:
		return refused("AK access failed to reach the limit,forbidden")
	case kindCredentialEnded:
		return refused("ak not exist")
	case kindForeignToken:
		return refused("decrypt token fail")
	case kindClockOff:
		return &clockError{err: refused("verify aksk signature fail"), offset: 20 * time.Minute}
	}
	return &swr.Error{Kind: kind}
}

func refused(text string) error {
	return &swr.Error{Kind: swr.KindUnauthorized, Message: "Incorrect IAM authentication information: " + text}
}

func TestClockError(t *testing.T) {
	t.Parallel()
	for want, offset := range map[string]time.Duration{
		"20m behind": 20*time.Minute - time.Second, "16m ahead of": -16 * time.Minute, "26h5m behind": 26*time.Hour + 5*time.Minute,
	} {
		if got := (&clockError{offset: offset}).String(); got != want {
			t.Errorf("%s: %q instead of %q", offset, got, want)
		}
	}
}

func TestKindOf(t *testing.T) {
	t.Parallel()
	for kind := range remedies {
		if got := kindOf(fmt.Errorf("wrapped: %w", sample(kind))); got != kind {
			t.Errorf("%v is of the kind %q instead of %q", sample(kind), got, kind)
		}
	}
	if got := kindOf(refused("token expires, expires_at: 2030-06-01T12:00:00.000000Z")); got != kindCredentialEnded {
		t.Errorf("an expired token is of the kind %q", got)
	}
	if got := kindOf(errors.New("anything")); got != swr.KindOther {
		t.Errorf("an unknown error is of the kind %q", got)
	}
	both := fmt.Errorf("%w; %w", &swr.Error{Kind: swr.KindNetwork}, &swr.Error{Kind: swr.KindUnauthorized})
	if got := kindOf(both); got != swr.KindUnauthorized {
		t.Errorf("a network error and a refused credential are of the kind %q", got)
	}
}

func TestErrorsNameOperationAndShare(t *testing.T) {
	t.Parallel()
	address, _ := url.Parse("https://swr.example")
	s := &session{client: swr.New(address, nil)}
	for want, in := range map[string]struct {
		op  operation
		key swr.Key
	}{
		"Unable to create share a/b/c/D":                          {opCreateShare, swr.Key{Namespace: "a", Repository: "b/c", AccessDomain: "D"}},
		"Unable to list shares of a/b":                            {opListShares, swr.Key{Namespace: "a", Repository: "b"}},
		"Unable to list shared repositories of a":                 {opListSharedRepositories, swr.Key{Namespace: "a"}},
		"Unable to list shared repositories of all organizations": {opListSharedRepositories, swr.Key{}},
		`Unable to revoke share a/b/\u202e`:                       {opRevokeShare, swr.Key{Namespace: "a", Repository: "b", AccessDomain: "\u202e"}},
	} {
		var diags diag.Diagnostics
		s.addError(&diags, in.op, in.key, errors.New("broken"))
		if len(diags) != 1 || diags[0].Summary() != want || diags[0].Detail() != "Broken." {
			t.Errorf("%v instead of %q", diags, want)
		}
	}
}

func TestEnumerate(t *testing.T) {
	t.Parallel()
	for want, names := range map[string]accounts{"no account": nil, "A": {"A"}, "A and B": {"A", "B"}, "A, B and C": {"A", "B", "C"}} {
		if got := names.String(); got != want {
			t.Errorf("%q instead of %q", got, want)
		}
	}
}

// guideFragments returns the texts that the troubleshooting guide quotes.
func guideFragments(t *testing.T) []string {
	t.Helper()
	content, err := os.ReadFile("../../templates/guides/troubleshooting.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	var fragments []string
	for _, quote := range regexp.MustCompile(`"([^"\n]+)"`).FindAllStringSubmatch(string(content), -1) {
		for fragment := range strings.SplitSeq(quote[1], "…") {
			if fragment = strings.TrimSpace(fragment); len(fragment) >= len("No project") {
				fragments = append(fragments, fragment)
			}
		}
	}
	return fragments
}

// Each remedy can be found in the troubleshooting guide by a part of its text,
// and each summary by what does not vary in it.
func TestTroubleshootingGuide(t *testing.T) {
	t.Parallel()
	fragments := guideFragments(t)
	inGuide := func(text string) bool {
		return slices.ContainsFunc(fragments, func(fragment string) bool { return strings.Contains(text, fragment) })
	}
	for kind, texts := range remedies {
		for op, text := range texts {
			if placeholder.ReplaceAllString(text, "") != "" && !inGuide(text) {
				t.Errorf("%q, %q: the guide lacks %q", kind, op, text)
			}
		}
	}
	for _, summary := range append(summaries(t), configSummaries(t)...) {
		if !inGuide(summary) {
			t.Errorf("the guide lacks %q", summary)
		}
	}
}

// summaries returns the format strings of the summaries of this package. A broken
// rule, or a bug, is explained by its own message.
func summaries(t *testing.T) []string {
	t.Helper()
	arguments := map[string]int{"AddError": 0, "AddWarning": 0, "AddAttributeError": 1, "AddAttributeWarning": 1}
	explained := regexp.MustCompile(`^Invalid |^Unable to %s %s$|This is a bug|private state|API client`)
	var found []string
	inspect(t, "*.go", func(node ast.Node) {
		call, ok := node.(*ast.CallExpr)
		if !ok {
			return
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return
		}
		if argument, ok := arguments[method.Sel.Name]; ok {
			texts := literals(call.Args[argument])
			if len(texts) > 0 && !slices.ContainsFunc(literals(call), explained.MatchString) {
				found = append(found, texts[0])
			}
		}
	})
	if len(found) < 10 {
		t.Fatalf("only %d summaries were found", len(found))
	}
	return found
}

// configSummaries returns the summaries of package config, but for those that begin
// with a variable.
func configSummaries(t *testing.T) (found []string) {
	t.Helper()
	add := func(node ast.Node) {
		if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			found = append(found, literals(literal)...)
		}
	}
	constant := regexp.MustCompile(`^(summary|incomplete.*)$`)
	inspect(t, "../config/*.go", func(node ast.Node) {
		switch node := node.(type) {
		case *ast.CallExpr:
			if method, ok := node.Fun.(*ast.SelectorExpr); ok && (method.Sel.Name == "fail" || method.Sel.Name == "warn") {
				add(node.Args[1])
			}
		case *ast.KeyValueExpr:
			if key, ok := node.Key.(*ast.Ident); ok && constant.MatchString(key.Name) {
				add(node.Value)
			}
		case *ast.ValueSpec:
			for i, value := range node.Values {
				if constant.MatchString(node.Names[min(i, len(node.Names)-1)].Name) {
					add(value)
				}
			}
		}
	})
	if len(found) < 30 {
		t.Fatalf("only %d summaries were found", len(found))
	}
	return found
}

// inspect calls f for each node of the Go files that are no tests.
func inspect(t *testing.T, pattern string, f func(ast.Node)) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(node ast.Node) bool { f(node); return true })
	}
}

// literals returns the string literals in a node.
func literals(node ast.Node) []string {
	var texts []string
	ast.Inspect(node, func(node ast.Node) bool {
		if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			text, _ := strconv.Unquote(literal.Value)
			texts = append(texts, text)
		}
		return true
	})
	return texts
}
