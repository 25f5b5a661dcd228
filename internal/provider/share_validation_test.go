package provider_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// Each bad value is refused at plan, in a message that names attribute, value and
// rule, with nothing sent.
func TestShareRefusesAtPlan(t *testing.T) {
	t.Parallel()
	good := map[string]string{
		"namespace": "platform", "repository": "team/app", "access_domain": "ACME", "deadline": "forever",
	}
	long := strings.Repeat("a", 129)
	for name, bad := range map[string]struct{ attribute, value, rule string }{
		"empty namespace":           {"namespace", "", "must have 1 to 64 characters"},
		"long namespace":            {"namespace", long[:65], "must have 1 to 64 characters"},
		"namespace starts":          {"namespace", "1abc", "must start with a lowercase letter"},
		"namespace ends":            {"namespace", "abc-", "must end with a lowercase letter or digit"},
		"namespace upper case":      {"namespace", "aBc", `"B"|'B' is not allowed`},
		"namespace dots":            {"namespace", "a..b", "next to each other"},
		"namespace mixed":           {"namespace", "a._b", "next to each other"},
		"namespace underscores":     {"namespace", "a___b", "more than two underscores"},
		"namespace slash":           {"namespace", "a/b", `is not allowed`},
		"empty repository":          {"repository", "", "must have 1 to 128 characters"},
		"long repository":           {"repository", long, "must have 1 to 128 characters"},
		"repository dollar":         {"repository", "team$app", `write "team/app"`},
		"repository slash at end":   {"repository", "team/", "must end with a lowercase letter or digit"},
		"repository slashes":        {"repository", "team//app", "next to each other"},
		"repository mixed":          {"repository", "team/-app", "next to each other"},
		"repository space":          {"repository", "team app", "is not allowed"},
		"blank account":             {"access_domain", "  ", "must not be blank"},
		"account slash":             {"access_domain", "a/b", `must not contain "/"`},
		"account control":           {"access_domain", `a\tb`, "must not contain control characters"},
		"account dots":              {"access_domain", "..", "must not be"},
		"permit":                    {"permit", "write", `must be "read"`},
		"deadline offset":           {"deadline", "2031-03-31T23:00:00-02:00", `the UTC day "2031-04-01"`},
		"deadline impossible":       {"deadline", "2031-02-30", "there is no such day"},
		"deadline words":            {"deadline", "never", "must be a date"},
		"deadline upper case":       {"deadline", "Forever", "must be a date"},
		"deadline without a zone":   {"deadline", "2031-03-31T16:00:00", "must be a date"},
		"description too long":      {"description", strings.Repeat("ä", 1001), "must have at most 1000 characters; it has 1001"},
		"timeout that is no time":   {"timeouts", "", `(?s)"soon"`},
		"deadline beyond the years": {"deadline", "9999-12-31", `the last possible day is 9999-12-30; for access without an end write "forever"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := swrtest.Start(t)
			server.AddRepository("platform", "team/app")
			lines := []string{}
			for attribute, value := range good {
				if attribute == bad.attribute {
					continue
				}
				lines = append(lines, attribute+` = "`+value+`"`)
			}
			want := regexp.MustCompile(`(?s)` + bad.attribute + ` = .*` + loose(bad.rule))
			if bad.attribute == "timeouts" {
				lines = append(lines, `timeouts = { create = "soon" }`)
				want = regexp.MustCompile(bad.rule)
			} else {
				lines = append(lines, bad.attribute+` = "`+bad.value+`"`)
			}
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: factories,
				Steps: []resource.TestStep{{
					Config: providerBlock(server) + share("partner", lines...), PlanOnly: true, ExpectError: want,
				}},
			})
			if n := len(server.Requests()); n != 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

// A timeout in which nothing can be done is refused at plan, in both resources.
func TestTimeoutsMustBeAboveZero(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	server.AddRepository("platform", "team/app")
	for name, bad := range map[string]struct {
		config string
		words  []string
	}{
		"share": {
			partner(`deadline = "forever"`, `timeouts = { create = "0s", read = "1s", update = "-5m", delete = "0" }`),
			[]string{`timeouts.create = "0s": must be greater than 0`, `timeouts.update = "-5m": must be greater than 0`, `timeouts.delete = "0": must be greater than 0`},
		},
		"guard": {
			`resource "swr_repository_shares_exclusive" "app" {
  namespace      = "platform"
  repository     = "team/app"
  access_domains = []
  timeouts       = { read = "-1ns" }
}`,
			[]string{`timeouts.read = "-1ns": must be greater than 0`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			printed := newWorkspace(t, server, bad.config).run(failed, "plan")
			wants(t, printed, bad.words...)
			if strings.Contains(printed, `timeouts.read = "1s"`) {
				t.Errorf("a good timeout is refused:\n%s", printed)
			}
			requests(t, server, nil)
		})
	}
}

// loose lets a text be broken over lines, as Terraform breaks messages.
func loose(text string) string {
	words := strings.Fields(text)
	for i, word := range words {
		words[i] = regexp.QuoteMeta(word)
		if strings.Contains(word, "|") {
			words[i] = word
		}
	}
	return strings.Join(words, `[\s│]+`)
}

// A value that is not known at plan is checked before it is sent.
func TestShareRefusesAtApplyWhatWasUnknown(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	server.AddRepository("platform", "team/app")
	tf := newWorkspace(t, server, `resource "terraform_data" "bad" { input = "2031-02-30" }`+"\n"+partner(`deadline = terraform_data.bad.output`))
	wants(t, tf.run(failed, "apply", "-auto-approve"), "Invalid deadline", "2031-02-30")
	requests(t, server, nil)
}

func TestValidateNeedsNoCredentials(t *testing.T) {
	t.Parallel()
	tf := newWorkspace(t, swrtest.Start(t), `provider "swr" {}`+"\n"+partner(`deadline = "forever"`))
	tf.Env = nil
	tf.run(0, "validate")
	wants(t, tf.run(failed, "plan"), "OS_TOKEN")
}

func TestShareWarnsAtPlan(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	server.AddRepository("plat--form", "team/app")
	tf := newWorkspace(t, server, share("past", `namespace = "plat--form"`, `repository = "team/app"`, `access_domain = "A"`, `deadline = "2020-01-01"`)+
		share("older", `namespace = "plat--form"`, `repository = "team/app"`, `access_domain = "B"`, `deadline = "2019-01-01"`)+
		share("hidden", `namespace = "plat--form"`, `repository = "team/app"`, `access_domain = "A\u200bB"`, `deadline = "forever"`))
	for range 2 {
		wants(t, tf.plan(changes),
			`Share plat--form/team/app/A expired at the end of 2020-01-01`, `Share plat--form/team/app/B expired at the end of 2019-01-01`,
			"hyphens next to each other", "invisible character U+200B")
	}
	tf.apply()
	wants(t, tf.plan(noChange), `Share plat--form/team/app/A expired at the end of 2020-01-01`, `Share plat--form/team/app/B expired at the end of 2019-01-01`)
}
