package swrtest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

const sharedPath = "/v2/manage/shared-repositories?"

type sharedRepository struct {
	Name       string
	Namespace  string
	DomainName string `json:"domain_name"`
	Status     bool
	TotalRange int `json:"total_range"`
}

// shared returns the response to a query and its repositories.
func shared(t *testing.T, s *swrtest.Server, query string) ([]sharedRepository, reply) {
	t.Helper()
	got := do(t, s, http.MethodGet, sharedPath+query, "")
	assertResponse(t, got, http.StatusOK)
	return decode[[]sharedRepository](t, got.body), got
}

func TestSharedRepositories(t *testing.T) {
	s, _ := start(t)
	s.AddRepository("platform", "unshared")
	for _, name := range []string{"platform/app", "platform/team/app", "platform/team/apple", "other/app"} {
		namespace, repository, _ := strings.Cut(name, "/")
		s.PutShare(swrtest.Share{Namespace: namespace, Repository: repository, AccessDomain: "a"})
	}
	s.AddReceivedRepositories(
		swrtest.ReceivedRepository{DomainName: "them", Namespace: "z", Repository: "app"},
		swrtest.ReceivedRepository{DomainName: "them", Namespace: "y", Repository: "app", Expired: true},
		swrtest.ReceivedRepository{DomainName: "others", Namespace: "z", Repository: "app"},
	)
	for query, want := range map[string]string{
		"center=self":                           "other/app platform/app platform/team/app platform/team/apple",
		"center=self&namespace=platform":        "platform/app platform/team/app platform/team/apple",
		"center=self&name=team/app":             "platform/team/app platform/team/apple",
		"center=self&name=team%2Fapple":         "platform/team/apple",
		"center=self&domain_name=nobody":        "",
		"center=self&status=true":               "other/app platform/app platform/team/app platform/team/apple",
		"center=self&limit=2&offset=1":          "platform/app platform/team/app",
		"center=thirdparty":                     "y/app z/app z/app",
		"center=thirdparty&status=true":         "z/app z/app",
		"center=thirdparty&status=false":        "y/app",
		"center=thirdparty&domain_name=others":  "z/app",
		"center=thirdparty&limit=1&offset=5":    "",
		"center=thirdparty&namespace=y&name=pp": "y/app",
	} {
		items, _ := shared(t, s, query)
		var names []string
		for _, item := range items {
			names = append(names, item.Namespace+"/"+item.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	for _, query := range []string{
		"", "center=", "center=me", "center=self&limit=1", "center=self&order=name", "center=self&status=1", "center=self&center=self", "%zz",
	} {
		assertResponse(t, do(t, s, http.MethodGet, sharedPath+query, ""), http.StatusBadRequest)
	}
	items, _ := shared(t, s, "center=self&limit=1&offset=2")
	if items[0].DomainName != s.Owner() || items[0].Status || items[0].TotalRange != 4 {
		t.Errorf("%+v", items[0])
	}
	items, _ = shared(t, s, "center=thirdparty")
	if got := fmt.Sprintln(items[0].Status, items[1].Status, items[1].DomainName, items[2].DomainName); got != "false true others them\n" {
		t.Errorf("%s", got)
	}
}

func TestRepositories(t *testing.T) {
	s, _ := start(t)
	for _, name := range []string{"platform/app", "platform/team/app", "platform/team/apple", "other/app"} {
		namespace, repository, _ := strings.Cut(name, "/")
		s.AddRepository(namespace, repository)
	}
	s.SetPublic("platform", "public")
	for query, want := range map[string]string{
		"":                                    "other/app platform/app platform/public platform/team/app platform/team/apple",
		"namespace=platform":                  "platform/app platform/public platform/team/app platform/team/apple",
		"name=team$app":                       "platform/team/app",
		"name=app&namespace=other":            "other/app",
		"name=ap":                             "",
		"is_public=true":                      "platform/public",
		"is_public=false&namespace=other":     "other/app",
		"namespace=nobody":                    "",
		"namespace=platform&limit=2&offset=1": "platform/public platform/team/app",
	} {
		got := do(t, s, http.MethodGet, "/v2/manage/repos?"+query, "")
		assertResponse(t, got, http.StatusOK)
		var names []string
		for _, item := range decode[[]sharedRepository](t, got.body) {
			names = append(names, item.Namespace+"/"+item.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	for _, query := range []string{
		"center=self", "name=team/app", "is_public=1", "limit=1", "offset=1", "limit=1001&offset=0", "filter=namespace::platform",
	} {
		assertResponse(t, do(t, s, http.MethodGet, "/v2/manage/repos?"+query, ""), http.StatusBadRequest)
	}
	// Only private images can be shared.
	assertResponse(t, do(t, s, http.MethodPost, sharesPath("repos", "platform", "public"), createBody), http.StatusBadRequest)
}

// The fields are those of the document, in its order.
func TestSharedRepositoryFields(t *testing.T) {
	s, _ := start(t)
	put(s, account)
	_, got := shared(t, s, "center=self")
	const want = `[{"name":"team/app","category":"other","description":"","size":22613216,"is_public":false,"num_images":1,` +
		`"num_download":0,"created_at":"2030-06-01T12:00:00Z","updated_at":"2030-06-01T12:00:00Z",` +
		`"path":"swr.example.com/platform/team/app:latest","internal_path":"10.125.0.198:20202/platform/team/app:latest",` +
		`"domain_name":"OTC-EU-DE-00000000001000000001","namespace":"platform","tags":["latest"],"status":false,"total_range":1}]`
	if got.body != want {
		t.Errorf("got  %s\nwant %s", got.body, want)
	}
}
