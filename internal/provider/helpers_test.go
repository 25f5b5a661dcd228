package provider_test

import (
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// Credentials of the tests. Each is found nowhere else, so that a text can be
// searched for it.
const (
	testPassword      = "pässword-5up3r$ecret\"&</>"
	testSecretKey     = "SECRETKEYsecretkeySECRETKEYsecretkey0123"
	testSecurityToken = "SECURITYTOKENsecuritytoken+/0123=="
)

// startServer starts a simulator with the repository platform/team/app, and with
// a credential for each way to sign in.
func startServer(t testing.TB, options ...swrtest.Option) *swrtest.Server {
	t.Helper()
	server := swrtest.Start(t, options...)
	addCredentials(server)
	return server
}

func addCredentials(server *swrtest.Server) {
	server.SetOwner(swrtest.Account{Name: "OWNER-ACCOUNT", ID: "0000account"})
	server.AddRepository("platform", "team/app")
	server.AddKey(swrtest.Key{Access: "PERMANENT", Secret: testSecretKey})
	server.AddKey(swrtest.Key{Access: "TEMPORARY", Secret: testSecretKey, SecurityToken: testSecurityToken})
	server.AddUser(swrtest.User{
		Name: "jane", ID: "0000jane", Password: testPassword,
		Projects: []swrtest.Project{{Name: "eu-de", ID: "0000eude"}, {Name: "eu-de_team", ID: "0000team"}},
	})
}

// passwordBlock is a provider block that signs in as the user of startServer.
func passwordBlock(server *swrtest.Server) values {
	return values{"auth_url": server.IAMURL, "user_name": "jane", "password": testPassword, "domain_name": "OWNER-ACCOUNT", "region": "eu-de"}
}

// withVariant is a simulator that departs from the plain one in this way.
func withVariant(t testing.TB, name string) swrtest.Option {
	t.Helper()
	variant, ok := swrtest.VariantByName(name)
	if !ok {
		t.Fatalf("there is no variant %q", name)
	}
	return swrtest.WithVariants(variant.Apply)
}

// putShare makes a share as another client would, with the description "by hand".
func putShare(server *swrtest.Server, repository, account, deadline string) {
	server.PutShare(swrtest.Share{
		Namespace: "platform", Repository: repository, AccessDomain: account, Permit: "read", Deadline: deadline, Description: "by hand",
	})
}

// seedRepositories shares each repository with that many accounts, and returns
// the ids of the shares.
func seedRepositories(server *swrtest.Server, repositories map[string]int) (ids []string) {
	for repository, count := range repositories {
		namespace, name, _ := strings.Cut(repository, "/")
		server.AddRepository(namespace, name)
		for i := range count {
			share := swrtest.Share{Namespace: namespace, Repository: name, AccessDomain: fmt.Sprintf("ACME-%04d", i)}
			server.PutShare(share)
			ids = append(ids, repository+"/"+share.AccessDomain)
		}
	}
	slices.Sort(ids)
	return ids
}

// unwrap puts a message that Terraform has wrapped and framed into one line.
func unwrap(output string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(output)), " ")
}

func assertContains(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in\n%s", part, text)
		}
	}
}

func assertNotContains(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(text, part) {
			t.Errorf("%q is in\n%s", part, text)
		}
	}
}

// assertShares fails the test unless the service shares platform/team/app with
// exactly these accounts.
func assertShares(t testing.TB, server *swrtest.Server, want ...string) {
	t.Helper()
	got := []string{}
	for _, share := range server.Shares("platform", "team/app") {
		got = append(got, share.AccessDomain)
	}
	if !slices.Equal(got, append([]string{}, want...)) {
		t.Errorf("the service shares with %q instead of %q", got, want)
	}
}

// assertRequests fails the test unless the simulator received that many requests
// of these operations, and no other write, since its log was reset.
func assertRequests(t testing.TB, server *swrtest.Server, want map[swrtest.Operation]int) {
	t.Helper()
	all := map[swrtest.Operation]int{swrtest.OpCreate: 0, swrtest.OpUpdate: 0, swrtest.OpDelete: 0}
	maps.Copy(all, want)
	for operation, n := range all {
		if got := server.Count(operation); got != n {
			t.Errorf("%d requests of %s instead of %d: %v", got, operation, n, server.Counts())
		}
	}
}

// assertNoRequests fails the test if the simulator received any request.
func assertNoRequests(t testing.TB, server *swrtest.Server) {
	t.Helper()
	if server.Count() != 0 {
		t.Errorf("requests were sent: %v", server.Counts())
	}
}

// assertNoSecrets fails the test where a text holds a secret, in any form in
// which programs write texts: as it is, in JSON, in a URL, in HTML, quoted.
func assertNoSecrets(t testing.TB, texts map[string]string, secrets ...string) {
	t.Helper()
	for name, text := range texts {
		for _, secret := range secrets {
			encoded, err := json.Marshal(secret)
			if err != nil {
				t.Fatal(err)
			}
			quoted := fmt.Sprintf("%q", secret)
			forms := []string{
				secret, string(encoded[1 : len(encoded)-1]), quoted[1 : len(quoted)-1],
				url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret),
			}
			slices.Sort(forms)
			for _, form := range slices.Compact(forms) {
				if before, after, found := strings.Cut(text, form); found {
					t.Errorf("%s holds the secret %q: ...%s%s%.100s", name, secret, before[max(0, len(before)-300):], form, after)
					break
				}
			}
		}
	}
}

// secretsIn returns the credentials in the requests that a simulator received,
// such as the tokens that it issued itself, and signatures.
func secretsIn(server *swrtest.Server) []string {
	seen := map[string]bool{}
	for _, request := range server.Requests() {
		for _, name := range []string{"X-Auth-Token", "X-Security-Token", "Authorization"} {
			value := request.Header.Get(name)
			if _, signature, ok := strings.Cut(value, "Signature="); ok {
				value = signature
			}
			if value != "" {
				seen[value] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// allSecrets are the texts that may appear nowhere.
func allSecrets(server *swrtest.Server) []string {
	secrets := append(secretsIn(server), testPassword, testSecretKey, testSecurityToken, server.Token(), testIDToken)
	for _, key := range server.IssuedKeys() {
		secrets = append(secrets, key.Access, key.Secret, key.SecurityToken)
	}
	return secrets
}

// concurrently calls f for each number below n, at most limit at a time.
func concurrently(n, limit int, f func(int)) {
	var running sync.WaitGroup
	slots := make(chan struct{}, limit)
	for i := range n {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			f(i)
		})
	}
	running.Wait()
}
