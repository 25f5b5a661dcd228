package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// command is a running command.
type command struct {
	t    *testing.T
	env  map[string]string // the printed variables, commented ones too
	curl string            // the printed command that changes the share
	stop func() (stderr string, err error)
}

// start runs the command on a free port until the test ends, or stop is called.
func start(t *testing.T, args ...string) command {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	var stderr bytes.Buffer // written under the printer's lock, read after run
	done := make(chan error, 1)
	go func() {
		err := run(ctx, append([]string{"-address", "127.0.0.1:0"}, args...), writer, &stderr)
		done <- errors.Join(err, writer.Close())
	}()
	stop := sync.OnceValues(func() (string, error) {
		cancel()
		err := <-done
		return stderr.String(), err
	})
	t.Cleanup(func() {
		if _, err := stop(); err != nil {
			t.Errorf("run: %v", err)
		}
	})
	c := command{t: t, env: map[string]string{}, stop: stop}
	lines := bufio.NewScanner(reader)
	for (len(c.env) < 9 || c.curl == "" && !slices.Contains(args, "-empty")) && lines.Scan() {
		line := strings.TrimPrefix(lines.Text(), "# ")
		if strings.HasPrefix(line, "curl ") {
			c.curl = line
		} else if name, value, ok := strings.Cut(strings.TrimPrefix(line, "export "), "="); ok {
			c.env[name] = value
		}
	}
	return c
}

// do sends a request with the printed token, and returns status and body.
func (c command) do(method, url, body string) (int, string) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Auth-Token", c.env["OS_TOKEN"])
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		c.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func (c command) get(path string) (int, string) {
	return c.do(http.MethodGet, c.env["SWR_ENDPOINT"]+path, "")
}

const demoShares = "/v2/manage/namespaces/platform/repositories/team$app/access-domains"

func assertContains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in:\n%s", part, text)
		}
	}
}

func TestServes(t *testing.T) {
	c := start(t)
	_, body := c.get(demoShares)
	assertContains(t, body, `"access_domain":"OTC-EU-DE-00000000001000000200"`)
	if status, _ := c.get("/v2/nothing"); status != http.StatusNotFound {
		t.Errorf("%d", status)
	}
	login := `{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"` + c.env["OS_USERNAME"] +
		`","password":"` + c.env["OS_PASSWORD"] + `","domain":{"name":"` + c.env["OS_USER_DOMAIN_NAME"] +
		`"}}}},"scope":{"project":{"name":"` + c.env["OS_PROJECT_NAME"] + `"}}}}`
	if status, body := c.do(http.MethodPost, c.env["OS_AUTH_URL"]+"/auth/tokens", login); status != http.StatusCreated {
		t.Errorf("login: %d %s", status, body)
	}
	log, err := c.stop()
	if err != nil {
		t.Errorf("stop: %v", err)
	}
	assertContains(t, log, " 200 GET    "+demoShares+"\n", " 404 GET    /v2/nothing\n", " 201 POST   /v3/auth/tokens\n")
	for _, secret := range []string{c.env["OS_TOKEN"], c.env["OS_PASSWORD"]} {
		if secret == "" || strings.Contains(log, secret) {
			t.Errorf("secret %q is empty or in the log", secret)
		}
	}
}

// The printed curl command changes the share.
func TestCurlCommand(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed")
	}
	c := start(t)
	shell := exec.CommandContext(t.Context(), "sh", "-c", c.curl)
	shell.Env = append(os.Environ(), "SWR_ENDPOINT="+c.env["SWR_ENDPOINT"], "OS_TOKEN="+c.env["OS_TOKEN"], "NO_PROXY=127.0.0.1")
	if output, err := shell.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", c.curl, err, output)
	}
	_, body := c.get(demoShares)
	assertContains(t, body, `"access_domain":"OTC-EU-DE-00000000001000000200","permit":"read","deadline":"forever"`)
}

// A state contains the endpoint that it was created at.
func TestPortIsFixed(t *testing.T) {
	c, err := parseConfig(nil, io.Discard)
	if err != nil || c.address != "127.0.0.1:8765" {
		t.Errorf("%q, %v", c.address, err)
	}
	address := strings.TrimPrefix(start(t).env["SWR_ENDPOINT"], "http://")
	err = run(t.Context(), []string{"-address", address}, io.Discard, io.Discard)
	if err == nil {
		t.Fatal("two simulators on one port")
	}
	assertContains(t, err.Error(), "the port of "+address+" is in use", "-address")
}

func TestSeedsAndVariants(t *testing.T) {
	c := start(t, "-empty", "-quiet", "-latency", "1ms", "-variant", "accounts-lower", "-variant", "dollar-in-bodies",
		"-repository", "platform/bare", "-share", "platform/a/b/ACME=2031-03-31", "-share", "platform/a/b/Other")
	if status, _ := c.get(demoShares); status != http.StatusNotFound {
		t.Errorf("the default repository: %d", status)
	}
	if status, body := c.get("/v2/manage/namespaces/platform/repositories/bare/access-domains?limit=1&offset=0"); status != http.StatusOK || body != "[]" {
		t.Errorf("bare: %d %s", status, body)
	}
	_, body := c.get("/v2/manage/namespaces/platform/repositories/a$b/access-domains")
	assertContains(t, body,
		`"repository":"a$b","access_domain":"acme","permit":"read","deadline":"2031-03-31T00:00:00.000Z"`,
		`"access_domain":"other","permit":"read","deadline":"forever"`)
	if log, _ := c.stop(); log != "" {
		t.Errorf("-quiet: %s", log)
	}
}

// The requests of older clients are accepted, unless the simulator is strict.
func TestStrict(t *testing.T) {
	for _, test := range []struct {
		args   []string
		status int
	}{
		{nil, http.StatusOK},
		{[]string{"-strict"}, http.StatusBadRequest},
	} {
		c := start(t, test.args...)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.env["SWR_ENDPOINT"]+demoShares, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Auth-Token", c.env["OS_TOKEN"]) // and no Content-Type
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil || resp.StatusCode != test.status {
			t.Errorf("%v: %d, %v", test.args, resp.StatusCode, err)
		}
	}
}

func TestOutput(t *testing.T) {
	for _, test := range []struct {
		args   string
		status int
		want   []string
	}{
		{"-variants", 0, []string{"list-ignores-paging  ", "gzip  "}},
		{"-help", 0, []string{"-share", "127.0.0.1:8765", "and platform/base", "OTC-EU-DE-00000000001000000200", "partner/app"}},
		{"-address 0.0.0.0:0", 1, []string{"loopback"}},
		{"-address 127.0.0.1:port", 1, []string{"port"}},
		{"-variant unknown", 2, []string{"-variants lists them"}},
		{"-share a", 2, []string{"must be namespace/repository/account"}},
		{"-share a/b", 2, []string{"must be namespace/repository"}},
		{"-share a/b/", 2, []string{"must be namespace/repository/account"}},
		{"-share a/b/c=tomorrow", 2, []string{"must be forever, a date, or a UTC time"}},
		{"-repository a", 2, []string{"must be namespace/repository"}},
		{"-unknown", 2, []string{"unknown"}},
		{"extra", 1, []string{"extra"}},
	} {
		var out bytes.Buffer
		if status := exitStatus(run(t.Context(), strings.Fields(test.args), &out, &out), &out); status != test.status {
			t.Errorf("%s: status %d", test.args, status)
		}
		assertContains(t, out.String(), test.want...)
	}
}

func TestParseShare(t *testing.T) {
	for value, want := range map[string]swrtest.Share{
		"a/b/c":                           {Namespace: "a", Repository: "b", AccessDomain: "c"},
		"a/b/c/d":                         {Namespace: "a", Repository: "b/c", AccessDomain: "d"},
		"a/b/c=forever":                   {Namespace: "a", Repository: "b", AccessDomain: "c", Deadline: "forever"},
		"a/b/c=2031-04-01T01:00:00+02:00": {Namespace: "a", Repository: "b", AccessDomain: "c", Deadline: "2031-03-31T23:00:00.000Z"},
	} {
		if got, err := parseShare(value); err != nil || got != want {
			t.Errorf("%s: %+v %v", value, got, err)
		}
	}
}

// closedWriter is a closed standard output.
type closedWriter struct{}

func (closedWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestClosedOutput(t *testing.T) {
	for _, args := range [][]string{{"-address", "127.0.0.1:0"}, {"-variants"}} {
		if err := run(t.Context(), args, closedWriter{}, io.Discard); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%v: %v", args, err)
		}
	}
}
