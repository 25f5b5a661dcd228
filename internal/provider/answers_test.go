package provider_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// once is a provider that tries nothing again.
const once = "provider \"swr\" {\n  max_retries = 0\n}\n"

// Answers that make no sense are errors that quote their beginning, escaped and
// cut; neither state nor service changes, whatever is run.
func TestNonsenseChangesNothing(t *testing.T) {
	t.Parallel()
	json := http.Header{"Content-Type": {"application/json"}}
	evil := "\x1b[2J\x1b]0;title\x07\r\x00\x7f\u202e\xff\xfe"
	for name, answer := range map[string]struct {
		effect swrtest.Behavior
		words  []string
	}{
		"a list of nulls":  {swrtest.NullList(), []string{`begins with "[null,null,null]"`}},
		"wrong types":      {swrtest.WrongTypes(), []string{`"namespace":1`}},
		"another share":    {swrtest.OtherShare(), []string{`"elsewhere/other/app"`}},
		"an error":         {swrtest.SuccessWithError("SVCSTG.SWR.5000001"), []string{"SVCSTG.SWR.5000001"}},
		"100 MB":           {swrtest.HugeBody(100 << 20), []string{"larger than 8 MiB"}},
		"cut JSON":         {swrtest.Respond(200, json, `[{"namespace":"platform"`), []string{`begins with "[{"namespace":"platform""`}},
		"control signs":    {swrtest.Respond(200, json, "["+evil+strings.Repeat("x", 5000)), []string{`\x1b[2J\x1b]0;title\a\r\x00\x7f\u202e\xff\xfe`, "…"}},
		"an error with it": {swrtest.Respond(400, json, `{"errors":[{"errorCode":"\u001b[31mX","errorMessage":"\u001b[2J\u202e`+strings.Repeat("x", 5000)+`"}]}`), []string{`\x1b[31mX`, "…"}},
		"empty":            {swrtest.Respond(200, json, ""), []string{"the response is empty"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tf, server := applied(t)
			tf.write(once + partner(`deadline = "forever"`))
			before := tf.stateFile()
			server.Inject(swrtest.Fault{Behavior: answer.effect})
			for _, args := range [][]string{
				{"apply", "-refresh-only", "-auto-approve"},
				{"destroy", "-auto-approve"},
			} {
				printed := tf.run(failed, args...)
				wants(t, printed, append(answer.words, server.URL)...)
				if control := regexp.MustCompile("[\x00-\x08\x0b-\x1f\x7f\u202e\ufffd]").FindString(printed); control != "" {
					t.Errorf("%q got through", control)
				}
				if x := regexp.MustCompile("x{301,}").FindString(printed); x != "" {
					t.Errorf("%d bytes are quoted", len(x))
				}
			}
			if after := tf.stateFile(); after != before {
				t.Errorf("the state was changed:\n%s", after)
			}
			requests(t, server, nil)
			server.RemoveFaults()
			tf.plan(noChange)
		})
	}
}

// A service that takes the connection and says nothing is given up on in time,
// with a message that names the endpoint, and says how often and how long.
func TestSilenceIsGivenUpOn(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]swrtest.Operation{"SWR": swrtest.OpList, "IAM": swrtest.OpLogin, "POST": swrtest.OpCreate} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, _ := account(t)
			tf := newWorkspace(t, server, partner(`deadline = "forever"`))
			tf.Env = passwordInEnvironment(server, "SWR_REQUEST_TIMEOUT=1s", "SWR_MAX_RETRIES=1")
			if kind != swrtest.OpCreate {
				tf.apply()
				server.ResetRequests()
			}
			server.Inject(swrtest.Fault{Operation: kind, Behavior: swrtest.HangBefore()})
			began := time.Now()
			printed := tf.run(failed, "apply", "-auto-approve")
			took := time.Since(began)
			address := server.URL
			if kind == swrtest.OpLogin {
				address = "sign in at " + server.IAMURL
			}
			wants(t, printed, address, "within 1s", "after 2 attempts in ")
			if took > 20*time.Second {
				t.Errorf("it took %s", took)
			}
			requests(t, server, map[swrtest.Operation]int{kind: 2})
			if kind == swrtest.OpCreate {
				// Nobody knows whether the service is still at it.
				if ids := tf.ids(); !ids["platform/team/app/ACME"] {
					t.Errorf("in the state: %v", ids)
				}
				server.RemoveFaults()
				tf.apply()
			}
			if held := len(server.AllShares()); held != len(tf.ids()) {
				t.Errorf("%d at the service, in the state: %v", held, tf.ids())
			}
		})
	}
}

// A share that shows only moments after 201 is waited for, and so is one that
// shows still after 204.
func TestLateVisibility(t *testing.T) {
	t.Parallel()
	delay := swrtest.Delay{For: 3 * time.Second}
	late := swrtest.Delays{Create: delay, Update: delay, Delete: delay}
	server := swrtest.Start(t, swrtest.WithVariants(func(v *swrtest.Variants) { v.ListDelay, v.GetDelay = late, late }))
	server.AddRepository("platform", "team/app")
	tf := newWorkspace(t, server, partner(`deadline = "forever"`))
	for _, step := range []string{partner(`deadline = "forever"`), partner(`deadline = "2031-03-31"`), ""} {
		tf.write(step)
		began := time.Now()
		tf.apply()
		if took := time.Since(began); took < delay.For {
			t.Errorf("it was not waited for, but %s", took)
		}
		if differences := tf.differences(server); len(differences) > 0 {
			t.Errorf("differences: %v", differences)
		}
		tf.plan(noChange)
	}
	requests(t, server, map[swrtest.Operation]int{swrtest.OpCreate: 1, swrtest.OpUpdate: 1, swrtest.OpDelete: 1})
}

// One that does not show within the timeout is an error, and in the state.
func TestTooLateVisibility(t *testing.T) {
	t.Parallel()
	const hidden = 8 * time.Second
	late := swrtest.Delays{Create: swrtest.Delay{For: hidden}}
	server := swrtest.Start(t, swrtest.WithVariants(func(v *swrtest.Variants) { v.ListDelay, v.GetDelay = late, late }))
	server.AddRepository("platform", "team/app")
	tf := newWorkspace(t, server, partner(`deadline = "forever"`, `timeouts = { create = "2s" }`))
	began := time.Now()
	printed := tf.run(failed, "apply", "-auto-approve")
	if took := time.Since(began); took > hidden {
		t.Errorf("the timeout was not honoured: %s", took)
	}
	wants(t, printed, "platform/team/app/ACME", "did not show it before the operation timed out", "run terraform untaint to keep it")
	if ids := tf.ids(); len(ids) != 1 || !ids["platform/team/app/ACME"] {
		t.Errorf("in the state: %v", ids)
	}
	held, _ := server.Share("platform", "team/app", "ACME")
	time.Sleep(time.Until(held.Created.Add(hidden)))
	tf.run(0, "untaint", partnerAddress) // what the user can do, since it is there
	tf.plan(noChange)
}

// A message after several tries says how often and how long it was tried.
func TestMessagesCountTheTries(t *testing.T) {
	t.Parallel()
	tf, server := applied(t)
	tf.Env = append(tf.Env, "SWR_MAX_RETRIES=2")
	server.Inject(swrtest.Fault{Behavior: swrtest.Status(503, "SVCSTG.SWR.5030001")})
	printed := tf.run(failed, "plan")
	if !regexp.MustCompile(`503 Service Unavailable, SVCSTG\.SWR\.5030001 .*, after 3 attempts in \d+(\.\d+)?m?s`).MatchString(printed) {
		t.Errorf("it is not said:\n%s", printed)
	}
	requests(t, server, map[swrtest.Operation]int{swrtest.OpList: 3})
}
