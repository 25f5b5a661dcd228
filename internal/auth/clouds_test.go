package auth

import (
	"io/fs"
	"strings"
	"testing"
)

func TestClouds(t *testing.T) {
	const minimal = "clouds: {c: {auth: {auth_url: 'https://iam.eu-de.otc.t-systems.com', token: t}}}"
	for _, test := range []struct {
		name  string
		block Settings
		env   vars
		files vars
		want  vars
	}{
		{
			name:  "the file that OS_CLIENT_CONFIG_FILE names comes first",
			env:   vars{"OS_CLIENT_CONFIG_FILE": "/x/my.yaml"},
			files: vars{"/x/my.yaml": minimal, "/work/clouds.yaml": "clouds: {}"},
			want:  vars{"source": `token from cloud "c" in /x/my.yaml`},
		},
		{
			name:  "then the working directory",
			files: vars{"/work/clouds.yaml": minimal, "/home/u/.config/openstack/clouds.yaml": "clouds: {}"},
			want:  vars{"source": `token from cloud "c" in /work/clouds.yaml`},
		},
		{
			name:  "then the user's configuration, with .yml",
			env:   vars{"OS_CLIENT_CONFIG_FILE": "/x/missing.yaml"},
			files: vars{"/home/u/.config/openstack/clouds.yml": minimal, "/etc/openstack/clouds.yaml": "clouds: {}"},
			want:  vars{"source": `token from cloud "c" in /home/u/.config/openstack/clouds.yml`},
		},
		{
			name:  "then the system's",
			files: vars{"/etc/openstack/clouds.yaml": minimal},
			want:  vars{"source": `token from cloud "c" in /etc/openstack/clouds.yaml`},
		},
		{
			name: "secure.yaml is merged",
			files: vars{
				"/work/clouds.yaml":         "clouds: {c: {auth: {auth_url: 'https://iam.eu-de.otc.t-systems.com', username: u, password: old, user_domain_name: d}, region_name: eu-de}}",
				"/work/secure.yaml":         "clouds: {c: {auth: {password: p}}}",
				"/etc/openstack/secure.yml": "clouds: {c: {auth: {password: x}}}",
			},
			want: vars{"user": "u", "password": "p", "domain": "d", "project": "eu-de"},
		},
		{
			name: "secure.yaml stands beside a clouds.yaml that was named",
			env:  vars{"OS_CLIENT_CONFIG_FILE": "/x/my.yaml"},
			files: vars{
				"/x/my.yaml":        "clouds: {c: {auth: {auth_url: 'https://iam.eu-de.otc.t-systems.com'}}}",
				"/x/secure.yaml":    "clouds: {c: {auth: {token: right}}}",
				"/work/secure.yaml": "clouds: {c: {auth: {token: wrong}}}",
			},
			want: vars{"token": "right"},
		},
		{
			name: "OS_CLIENT_SECURE_FILE",
			env:  vars{"OS_CLIENT_SECURE_FILE": "/x/s.yaml"},
			files: vars{
				"/work/clouds.yaml": "clouds: {c: {auth: {auth_url: 'https://iam.eu-de.otc.t-systems.com'}}}",
				"/x/s.yaml":         "clouds: {c: {auth: {token: right}}}",
				"/work/secure.yaml": "clouds: {c: {auth: {token: wrong}}}",
			},
			want: vars{"token": "right"},
		},
		{
			name: "a profile of clouds-public.yaml lies under the entry",
			files: vars{
				"/work/clouds.yaml":                "clouds: {c: {profile: vendor, auth: {token: t}, region_name: EU-DE}}",
				"/etc/openstack/clouds-public.yml": "public-clouds: {vendor: {auth: {auth_url: 'https://iam.eu-de.otc.t-systems.com', token: x}, region_name: theirs}}",
			},
			want: vars{"token": "t", "auth_url": otcIAM, "region": "EU-DE"},
		},
		{
			name:  "an unknown profile does no harm where nothing of it is needed",
			files: vars{"/work/clouds.yaml": "clouds: {c: {profile: otc, auth: {auth_url: 'https://iam.eu-de.otc.t-systems.com', token: t}}}"},
			want:  vars{"token": "t"},
		},
		{
			name: "anchors and merges",
			files: vars{"/work/clouds.yaml": `
x: &base
  auth: &auth {auth_url: "https://iam.eu-de.otc.t-systems.com", username: u, password: p, user_domain_name: d}
clouds:
  c:
    <<: *base
    auth:
      <<: *auth
      project_name: pr
`},
			want: vars{"user": "u", "password": "p", "domain": "d", "project": "pr"},
		},
		{
			name: "numbers and booleans are taken as they are written",
			files: vars{"/work/clouds.yaml": `
clouds: {c: {auth: {auth_url: "https://iam.eu-de.otc.t-systems.com", user_id: 0123, password: yes, project_id: 007e1}}}
`},
			want: vars{"user id": "0123", "password": "yes", "project id": "007e1"},
		},
		{
			name: "only user_domain_name",
			files: vars{"/work/clouds.yaml": `
clouds: {c: {auth: {auth_url: "https://iam.eu-de.otc.t-systems.com", username: u, password: p, user_domain_name: d, project_name: pr}}}
`},
			want: vars{"domain": "d", "project": "pr"},
		},
		{
			name: "ids and tenants",
			files: vars{"/work/clouds.yaml": `
clouds: {c: {auth: {auth_url: "https://iam.eu-de.otc.t-systems.com", username: u, password: p, project_domain_id: d, domain_name: x, tenant_id: pr, tenant_name: x}}}
`},
			want: vars{"domain id": "d", "project id": "pr"},
		},
		{
			name: "auth_type decides among several",
			files: vars{"/work/clouds.yaml": `
clouds: {c: {auth_type: v3password, auth: {auth_url: "https://iam.eu-de.otc.t-systems.com", username: u, password: p, domain_id: d, tenant_name: pr, ak: a, sk: s}}}
`},
			want: vars{"method": "password", "domain id": "d", "project": "pr"},
		},
		{
			name: "without auth_type a key pair comes before a login",
			files: vars{"/work/clouds.yaml": `
clouds: {c: {auth: {auth_url: "https://iam.eu-de.otc.t-systems.com", username: u, password: p, ak: a, sk: s}}}
`},
			want: vars{"method": "key pair", "ak": "a", "sk": "s"},
		},
		{
			name:  "auth_type aksk",
			files: vars{"/work/clouds.yaml": `clouds: {c: {auth_type: aksk, auth: {auth_url: "https://iam.eu-de.otc.t-systems.com", token: x, ak: a, sk: s}}}`},
			want:  vars{"method": "key pair"},
		},
		{
			name:  "auth_type v3token",
			files: vars{"/work/clouds.yaml": `clouds: {c: {auth_type: v3token, auth: {auth_url: "https://iam.eu-de.otc.t-systems.com", token: t, ak: a, sk: s}}}`},
			want:  vars{"token": "t"},
		},
		{
			name:  "the first of several regions",
			files: vars{"/work/clouds.yaml": regionsYAML},
			want:  vars{"region": "eu-de", "auth_url": otcIAM},
		},
		{
			name:  "one of several regions, with settings of its own",
			block: Settings{Region: new("eu-nl")},
			files: vars{"/work/clouds.yaml": regionsYAML},
			want:  vars{"region": "eu-nl", "auth_url": "https://iam.eu-nl.otc.t-systems.com/v3", "token": "t"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.block.Cloud = new("c")
			config, _, err := Resolve(test.block, fakeEnvironment(test.env, test.files))
			if err != nil {
				t.Fatal(err)
			}
			got := show(config)
			for name, want := range test.want {
				if got[name] != want {
					t.Errorf("%s: got %q, want %q", name, got[name], want)
				}
			}
		})
	}
}

const regionsYAML = `
clouds:
  c:
    auth: {auth_url: "https://iam.eu-de.otc.t-systems.com", token: t}
    regions:
      - eu-de
      - name: eu-nl
        values: {auth: {auth_url: "https://iam.eu-nl.otc.t-systems.com"}}
`

func TestCloudErrors(t *testing.T) {
	for _, test := range []struct {
		name    string
		block   Settings
		env     vars
		files   vars
		summary string
		detail  string
	}{
		{
			name: "no clouds.yaml", summary: "Invalid cloud",
			detail: `The cloud "c", named by the provider block, can't be used: no clouds.yaml was found; looked for /work/clouds.yaml, /work/clouds.yml, /home/u/.config/openstack/clouds.yaml, /home/u/.config/openstack/clouds.yml, /etc/openstack/clouds.yaml, /etc/openstack/clouds.yml.`,
		},
		{
			name: "an unknown cloud", files: vars{"/work/clouds.yaml": "clouds: {b: {}, a: {}}"}, summary: "Invalid cloud",
			detail: `The cloud "c", named by the provider block, can't be used: there is no cloud of that name in /work/clouds.yaml; it has: a, b.`,
		},
		{
			name: "an empty file", files: vars{"/work/clouds.yaml": ""}, summary: "Invalid cloud",
			detail: `The cloud "c", named by the provider block, can't be used: there is no cloud of that name in /work/clouds.yaml; it has: no cloud at all.`,
		},
		{
			name: "no YAML", files: vars{"/work/clouds.yaml": "clouds:\n  c: {password: s3cret"}, summary: "Invalid cloud",
			detail: `The cloud "c", named by the provider block, can't be used: /work/clouds.yaml does not have the form of a clouds.yaml, see line 1.`,
		},
		{
			name: "an unknown anchor, which the library's error quotes", files: vars{"/work/clouds.yaml": "clouds: {c: {auth: {password: *s3cret}}}"}, summary: "Invalid cloud",
			detail: `The cloud "c", named by the provider block, can't be used: /work/clouds.yaml does not have the form of a clouds.yaml.`,
		},
		{
			name: "a text where settings should be", files: vars{"/work/clouds.yaml": "clouds:\n  c:\n    auth: s3cret\n"}, summary: "Invalid cloud",
			detail: `The cloud "c", named by the provider block, can't be used: /work/clouds.yaml (or a file that is merged with it) does not have the form of a clouds.yaml, see line 3.`,
		},
		{
			name: "a bad secure.yaml", files: vars{"/work/clouds.yaml": "clouds: {c: {}}", "/work/secure.yaml": "["}, summary: "Invalid cloud",
			detail: `The cloud "c", named by the provider block, can't be used: /work/secure.yaml does not have the form of a clouds.yaml, see line 1.`,
		},
		{
			name: "a profile that is nowhere", files: vars{"/work/clouds.yaml": "clouds: {c: {profile: otc}}"}, summary: "Invalid cloud",
			detail: `The cloud "c", named by the provider block, can't be used: it names the profile "otc", which no clouds-public.yaml has, and no auth_url of its own; write auth_url under auth in /work/clouds.yaml.`,
		},
		{
			name: "application credentials", files: vars{"/work/clouds.yaml": "clouds: {c: {auth_type: v3applicationcredential}}"}, summary: "Unsupported auth_type",
			detail: `The auth_type "v3applicationcredential" of cloud "c" in /work/clouds.yaml is not supported. Supported are password (v3password), token (v3token) and aksk; without auth_type, what stands under auth decides.`,
		},
		{
			name: "no credential", files: vars{"/work/clouds.yaml": "clouds: {c: {auth: {application_credential_id: x}}}"}, summary: "Nothing to sign in with",
			detail: `Cloud "c" in /work/clouds.yaml has none of these under auth: token; ak and sk; username (or user_id) and password.`,
		},
		{
			name: "half a key pair", files: vars{"/work/clouds.yaml": "clouds: {c: {auth: {ak: x}}}"}, summary: "Incomplete cloud",
			detail: `Cloud "c" in /work/clouds.yaml, together with the provider block, must give ak and sk (under auth, in clouds.yaml or secure.yaml).`,
		},
		{
			name: "half a login, in spite of the environment", env: vars{"OS_PASSWORD": "s3cret"}, files: vars{"/work/clouds.yaml": "clouds: {c: {auth: {username: x}}}"}, summary: "Incomplete cloud",
			detail: `Cloud "c" in /work/clouds.yaml, together with the provider block, must give username (or user_id) and password (under auth, in clouds.yaml or secure.yaml).`,
		},
		{
			name: "no token", files: vars{"/work/clouds.yaml": "clouds: {c: {auth_type: token}}"}, summary: "Incomplete cloud",
			detail: `Cloud "c" in /work/clouds.yaml, together with the provider block, must give token (under auth, in clouds.yaml or secure.yaml).`,
		},
		{
			name: "the block's part of a key pair for a login", block: Settings{SecretKey: new("s3cret")}, files: vars{"/work/clouds.yaml": "clouds: {c: {auth: {username: x, password: s3cret}}}"}, summary: "Incomplete cloud",
			detail: `Cloud "c" in /work/clouds.yaml, together with the provider block, must give ak and sk (under auth, in clouds.yaml or secure.yaml).`,
		},
		{
			name: "a login without an account", env: vars{"OS_USER_DOMAIN_NAME": "x"}, summary: "No account",
			files:  vars{"/work/clouds.yaml": "clouds: {c: {auth: {auth_url: 'https://iam.eu-de.otc.t-systems.com', username: x, password: s3cret, project_id: x}}}"},
			detail: `A login with the name of a user or of a project needs the account that it belongs to. Set domain_name or domain_id in the provider block, or user_domain_name under auth in cloud "c" in /work/clouds.yaml.`,
		},
		{
			name: "verify is a word", summary: "Invalid clouds.yaml",
			files:  vars{"/work/clouds.yaml": "clouds: {c: {auth: {auth_url: 'https://iam.eu-de.otc.t-systems.com', token: s3cret}, verify: perhaps}}"},
			detail: `verify in cloud "c" in /work/clouds.yaml must be true or false.`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.block.Cloud = new("c")
			_, _, err := Resolve(test.block, fakeEnvironment(test.env, test.files))
			all := ConfigErrors(err)
			if len(all) != 1 {
				t.Fatalf("got %d errors, want one: %v", len(all), err)
			}
			if all[0].Summary != test.summary || all[0].Detail != test.detail {
				t.Errorf("got  %s: %s\nwant %s: %s", all[0].Summary, all[0].Detail, test.summary, test.detail)
			}
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("a secret shows: %v", err)
			}
		})
	}
}

func TestCloudFileThatCannotBeRead(t *testing.T) {
	env := fakeEnvironment(nil, nil)
	env.ReadFile = func(path string) ([]byte, error) {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrPermission}
	}
	_, _, err := Resolve(Settings{Cloud: new("c")}, env)
	if err == nil || !strings.Contains(err.Error(), "/work/clouds.yaml can't be read: permission denied.") {
		t.Errorf("got %v", err)
	}
}

// Whatever the files hold: no panic, and either a whole configuration or errors
// that say where they belong.
func FuzzClouds(f *testing.F) {
	f.Add(cloudsYAML, "clouds: {otc: {auth: {password: p}}}", "")
	f.Add(regionsYAML, "", "public-clouds: {v: {}}")
	f.Add("clouds: {otc: {profile: v, regions: [a, {name: b, values: {regions: [c]}}]}}", "a: &a [*a]", "public-clouds: {v: *x}")
	f.Add("clouds: &c {otc: {<<: *c}}", "clouds: {otc: !!int x}", "- 1")
	f.Fuzz(func(t *testing.T, clouds, secure, public string) {
		files := vars{"/work/clouds.yaml": clouds, "/work/secure.yaml": secure, "/work/clouds-public.yaml": public}
		config, _, err := Resolve(Settings{Cloud: new("otc")}, fakeEnvironment(nil, files))
		if err == nil {
			if config.Endpoint == nil || config.Credential.Method == "" {
				t.Errorf("no error and no configuration: %+v", config)
			}
			return
		}
		for _, e := range ConfigErrors(err) {
			if e.Attribute == "" || e.Detail == "" {
				t.Errorf("an error without attribute or detail: %#v", e)
			}
		}
	})
}
