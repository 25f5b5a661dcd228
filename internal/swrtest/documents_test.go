package swrtest_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// The API's two documents, verbatim.
const (
	createDocument = "testdata/create-share.md"
	listDocument   = "testdata/list-shares.rst"
)

// between returns the text between two parts of a document.
func between(t *testing.T, path, before, after string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), before)
	if !ok {
		t.Fatalf("%s: no %q", path, before)
	}
	found, _, ok := strings.Cut(rest, after)
	if !ok {
		t.Fatalf("%s: no %q after %q", path, after, before)
	}
	return found
}

// listExample is the list document's example, without the indentation that
// belongs to the document.
func listExample(t *testing.T) string {
	t.Helper()
	block := between(t, listDocument, "   [ {", "\n\nStatus Codes")
	return strings.ReplaceAll("   [ {"+block, "\n   ", "\n")[len("   "):]
}

// TestCreateDocumentExample sends the create document's example byte for byte.
func TestCreateDocumentExample(t *testing.T) {
	s := swrtest.Start(t)
	s.SetVariants(func(v *swrtest.Variants) { v.Routes = swrtest.MinimalRoutes() })
	s.AddRepository("demo", "paas")
	_, rest, _ := strings.Cut(between(t, createDocument, "**Request example**", "## Response"), "```")
	body, _, _ := strings.Cut(rest, "```")
	assertResponse(t, do(t, s, http.MethodPost, sharesPath("repos", "demo", "paas"), body), http.StatusCreated)
	share, ok := s.Share("demo", "paas", "otc")
	if !ok || share.Permit != "read" || share.Deadline != "2018-10-01T16:00:00.000Z" || share.Description != "description" {
		t.Errorf("stored: %+v, %v", share, ok)
	}
}

// TestListDocumentExample gets the list document's example byte for byte.
func TestListDocumentExample(t *testing.T) {
	s := swrtest.Start(t)
	s.SetVariants(func(v *swrtest.Variants) {
		v.Routes = swrtest.MinimalRoutes()
		v.DocumentLayout = true
	})
	s.PutShare(swrtest.Share{
		Namespace: "demo", Repository: "paas", AccessDomain: "swr",
		Permit: "read", Deadline: "2018-10-01T16:00:00.000Z", Description: "description",
		CreatorID: "fb3f175c1fd146ab8cdae3272be6107b", CreatorName: "user1",
		Created: time.Date(2017, 4, 8, 14, 12, 23, 0, time.UTC),
		Updated: time.Date(2017, 4, 13, 21, 1, 11, 0, time.UTC),
	})
	got := do(t, s, http.MethodGet, sharesPath("repositories", "demo", "paas"), "")
	if want := listExample(t); got.status != http.StatusOK || got.body != want {
		t.Errorf("GET: %d\n%s\nwant 200\n%s", got.status, got.body, want)
	}
}

// The layout changes only white space, whatever is in the strings.
func TestDocumentLayout(t *testing.T) {
	s, _ := start(t)
	const odd = `a "quoted" {brace}, [bracket]: back\slash <&>`
	s.PutShare(swrtest.Share{Namespace: namespace, Repository: repository, AccessDomain: "a", Description: odd})
	put(s, "b")
	for _, path := range []string{listPath(), sharePath("a"), "/v2/manage/shared-repositories?center=self"} {
		s.SetVariants(func(v *swrtest.Variants) { v.DocumentLayout = false })
		compact := do(t, s, http.MethodGet, path, "").body
		s.SetVariants(func(v *swrtest.Variants) { v.DocumentLayout = true })
		spread := do(t, s, http.MethodGet, path, "").body
		var again bytes.Buffer
		if err := json.Compact(&again, []byte(spread)); err != nil || again.String() != compact || spread == compact {
			t.Errorf("%v:\n%s\n%s", err, spread, compact)
		}
	}
	s.RemoveRepository(namespace, repository)
	s.AddRepository(namespace, repository)
	if got := do(t, s, http.MethodGet, listPath(), "").body; got != "[ ]" {
		t.Errorf("empty: %q", got)
	}
}
