package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
)

// lockedBuffer is a buffer that a running command writes to.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// running is a command that serves.
type running struct {
	t      *testing.T
	env    map[string]string // what it printed, the commented lines too
	curl   string            // the command to change the share by hand, if any
	stderr *lockedBuffer
	stop   func() error
}

// launch runs the command on any free port until the test ends, or stop is called.
func launch(t *testing.T, args ...string) running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	stderr := &lockedBuffer{}
	done := make(chan error, 1)
	go func() {
		err := run(ctx, append([]string{"-address", "127.0.0.1:0"}, args...), writer, stderr)
		done <- errors.Join(err, writer.Close())
	}()
	stop := sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("run: %v", err)
		}
	})
	env, curl := map[string]string{}, ""
	more := !slices.Contains(args, "-empty")
	lines := bufio.NewScanner(reader)
	for (len(env) < 7 || more && curl == "") && lines.Scan() {
		if command, ok := strings.CutPrefix(lines.Text(), "# curl "); ok {
			curl = "curl " + command
		} else if name, value, ok := strings.Cut(strings.TrimPrefix(lines.Text(), "# "), "="); ok {
			env[strings.TrimPrefix(name, "export ")] = value
		}
	}
	return running{t, env, curl, stderr, stop}
}

// get asks for a path below the printed endpoint with the printed token.
func (c running) get(path string) (int, string) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.env["SWR_ENDPOINT"]+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Auth-Token", c.env["OS_TOKEN"])
	return c.do(r)
}

func (c running) do(r *http.Request) (int, string) {
	c.t.Helper()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		c.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

const demoShares = "/v2/manage/namespaces/platform/repositories/team$app/access-domains"

func TestServes(t *testing.T) {
	c := launch(t)
	status, body := c.get(demoShares)
	if status != http.StatusOK || !strings.Contains(body, `"access_domain":"OTC-EU-DE-00000000001000000200"`) {
		t.Errorf("%d %s", status, body)
	}
	if status, _ := c.get("/v2/nothing"); status != http.StatusNotFound {
		t.Errorf("%d", status)
	}
	login := `{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"` + c.env["OS_USERNAME"] +
		`","password":"` + c.env["OS_PASSWORD"] + `","domain":{"name":"` + c.env["OS_USER_DOMAIN_NAME"] +
		`"}}}},"scope":{"project":{"name":"` + c.env["OS_PROJECT_NAME"] + `"}}}}`
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.env["OS_AUTH_URL"]+"/auth/tokens", strings.NewReader(login))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if status, body := c.do(r); status != http.StatusCreated {
		t.Errorf("login: %d %s", status, body)
	}
	if err := c.stop(); err != nil {
		t.Errorf("stopped with %v", err)
	}
	log := c.stderr.String()
	for _, line := range []string{" 200 GET    " + demoShares + "\n", " 404 GET    /v2/nothing\n", " 201 POST   /v3/auth/tokens\n"} {
		if !strings.Contains(log, line) {
			t.Errorf("no %q in the log:\n%s", line, log)
		}
	}
	for _, secret := range []string{c.env["OS_TOKEN"], c.env["OS_PASSWORD"]} {
		if secret == "" || strings.Contains(log, secret) {
			t.Errorf("secret %q in the log, or empty", secret)
		}
	}
}

// What is printed to change the share by hand does so.
func TestChangesByHand(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed")
	}
	c := launch(t)
	command := exec.CommandContext(t.Context(), "sh", "-c", c.curl)
	command.Env = append(os.Environ(), "SWR_ENDPOINT="+c.env["SWR_ENDPOINT"], "OS_TOKEN="+c.env["OS_TOKEN"], "NO_PROXY=127.0.0.1")
	if said, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", c.curl, err, said)
	}
	_, body := c.get(demoShares)
	if !strings.Contains(body, `"access_domain":"OTC-EU-DE-00000000001000000200","permit":"read","deadline":"forever"`) {
		t.Errorf("after %s: %s", c.curl, body)
	}
}

// A state knows the endpoint that it was made at.
func TestPortIsFixed(t *testing.T) {
	c, err := parseConfig(nil, io.Discard)
	if err != nil || c.address != "127.0.0.1:8765" {
		t.Errorf("%q, %v", c.address, err)
	}
	taken := strings.TrimPrefix(launch(t).env["SWR_ENDPOINT"], "http://")
	err = run(t.Context(), []string{"-address", taken}, io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "the port of "+taken+" is taken") || !strings.Contains(err.Error(), "-address") {
		t.Errorf("%v", err)
	}
}

func TestTokenIsRandom(t *testing.T) {
	if one, other := launch(t), launch(t); one.env["OS_TOKEN"] == other.env["OS_TOKEN"] {
		t.Error("two starts, one token")
	}
}

func TestSeedsAndVariants(t *testing.T) {
	c := launch(t, "-empty", "-quiet", "-latency", "1ms", "-variant", "accounts-lower", "-variant", "dollar-in-bodies",
		"-repository", "platform/bare", "-share", "platform/a/b/ACME=2031-03-31", "-share", "platform/a/b/Other")
	if status, _ := c.get(demoShares); status != http.StatusNotFound {
		t.Errorf("the demonstration's repository: %d", status)
	}
	if status, body := c.get("/v2/manage/namespaces/platform/repositories/bare/access-domains?limit=1&offset=0"); status != http.StatusOK || body != "[]" {
		t.Errorf("bare: %d %s", status, body)
	}
	_, body := c.get("/v2/manage/namespaces/platform/repositories/a$b/access-domains")
	for _, want := range []string{
		`"repository":"a$b","access_domain":"acme","permit":"read","deadline":"2031-03-31T00:00:00.000Z"`,
		`"access_domain":"other","permit":"read","deadline":"forever"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
	if log := c.stderr.String(); log != "" {
		t.Errorf("quiet: %s", log)
	}
}

func TestVariantsAreListed(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-variants"}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "list-ignores-paging  ") || strings.Count(out.String(), "\n") < 50 {
		t.Errorf("%s", out.String())
	}
}

func TestBadCommandLines(t *testing.T) {
	for _, test := range []struct {
		args []string
		say  string
	}{
		{[]string{"-address", "0.0.0.0:0"}, "loopback"},
		{[]string{"-address", "127.0.0.1:port"}, "port"},
		{[]string{"-variant", "nonsense"}, "-variants lists them"},
		{[]string{"-share", "a"}, "want namespace/repository/account"},
		{[]string{"-share", "a/b"}, "want namespace/repository"},
		{[]string{"-share", "a/b/"}, "want namespace/repository/account"},
		{[]string{"-share", "a/b/c=tomorrow"}, "want forever, a date, or a UTC time"},
		{[]string{"-repository", "a"}, "want namespace/repository"},
		{[]string{"-nonsense"}, "nonsense"},
		{[]string{"surplus"}, "surplus"},
	} {
		var stderr bytes.Buffer
		err := run(t.Context(), test.args, io.Discard, &stderr)
		if status := report(err, &stderr); status == 0 || !strings.Contains(stderr.String(), test.say) {
			t.Errorf("%v: status %d, %s", test.args, status, stderr.String())
		}
	}
	var stderr bytes.Buffer
	err := run(t.Context(), []string{"-help"}, io.Discard, &stderr)
	if !errors.Is(err, flag.ErrHelp) || report(err, &stderr) != 0 {
		t.Errorf("-help: %v", err)
	}
	for _, say := range []string{"-share", "127.0.0.1:8765", "platform/team/app and platform/base", "OTC-EU-DE-00000000001000000200"} {
		if !strings.Contains(stderr.String(), say) {
			t.Errorf("no %q in -help: %s", say, stderr.String())
		}
	}
}

func TestParseShare(t *testing.T) {
	for value, want := range map[string]string{
		"a/b/c":                           "a|b|c|",
		"a/b/c/d":                         "a|b/c|d|",
		"a/b/c=forever":                   "a|b|c|forever",
		"a/b/c=2031-03-31":                "a|b|c|2031-03-31T00:00:00.000Z",
		"a/b/c=2031-03-31T16:00:00Z":      "a|b|c|2031-03-31T16:00:00.000Z",
		"a/b/c=2031-04-01T01:00:00+02:00": "a|b|c|2031-03-31T23:00:00.000Z",
	} {
		s, err := parseShare(value)
		if got := strings.Join([]string{s.Namespace, s.Repository, s.AccessDomain, s.Deadline}, "|"); err != nil || got != want {
			t.Errorf("%s: %s %v, want %s", value, got, err, want)
		}
	}
}

// brokenWriter is a closed standard output.
type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestClosedOutput(t *testing.T) {
	for _, args := range [][]string{{"-address", "127.0.0.1:0"}, {"-variants"}} {
		if err := run(t.Context(), args, brokenWriter{}, io.Discard); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%v: %v", args, err)
		}
	}
}
