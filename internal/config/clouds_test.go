package config

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"
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
		}, {
			name:  "then the working directory",
			files: vars{"/work/clouds.yaml": minimal, "/home/u/.config/openstack/clouds.yaml": "clouds: {}"},
			want:  vars{"source": `token from cloud "c" in /work/clouds.yaml`},
		}, {
			name:  "then the user's configuration, with .yml",
			env:   vars{"OS_CLIENT_CONFIG_FILE": "/x/missing.yaml"},
			files: vars{"/home/u/.config/openstack/clouds.yml": minimal, "/etc/openstack/clouds.yaml": "clouds: {}"},
			want:  vars{"source": `token from cloud "c" in /home/u/.config/openstack/clouds.yml`},
		}, {
			name:  "then the system's",
			files: vars{"/etc/openstack/clouds.yaml": minimal},
			want:  vars{"source": `token from cloud "c" in /etc/openstack/clouds.yaml`},
		}, {
			name: "secure.yaml is merged",
			files: vars{
				"/work/clouds.yaml":         "clouds: {c: {auth: {auth_url: 'https://iam.eu-de.otc.t-systems.com', username: u, password: old, user_domain_name: d}, region_name: eu-de}}",
				"/work/secure.yaml":         "clouds: {c: {auth: {password: p}}}",
				"/etc/openstack/secure.yml": "clouds: {c: {auth: {password: x}}}",
			},
			want: vars{"user": "u", "password": "p", "domain": "d", "project": "eu-de"},
		}, {
			name: "secure.yaml in the directory of OS_CLIENT_CONFIG_FILE",
			env:  vars{"OS_CLIENT_CONFIG_FILE": "/x/my.yaml"},
			files: vars{
				"/x/my.yaml":        "clouds: {c: {auth: {auth_url: 'https://iam.eu-de.otc.t-systems.com'}}}",
				"/x/secure.yaml":    "clouds: {c: {auth: {token: right}}}",
				"/work/secure.yaml": "clouds: {c: {auth: {token: wrong}}}",
			},
			want: vars{"token": "right"},
		}, {
			name: "OS_CLIENT_SECURE_FILE",
			env:  vars{"OS_CLIENT_SECURE_FILE": "/x/s.yaml"},
			files: vars{
				"/work/clouds.yaml": "clouds: {c: {auth: {auth_url: 'https://iam.eu-de.otc.t-systems.com'}}}",
				"/x/s.yaml":         "clouds: {c: {auth: {token: right}}}",
				"/work/secure.yaml": "clouds: {c: {auth: {token: wrong}}}",
			},
			want: vars{"token": "right"},
		}, {
			name: "a profile of clouds-public.yaml lies under the entry",
			files: vars{
				"/work/clouds.yaml":                "clouds: {c: {profile: vendor, auth: {token: t}, region_name: EU-DE}}",
				"/etc/openstack/clouds-public.yml": "public-clouds: {vendor: {auth: {auth_url: 'https://iam.eu-de.otc.t-systems.com', token: x}, region_name: theirs}}",
			},
			want: vars{"token": "t", "auth_url": otcIAM, "region": "EU-DE"},
		}, {
			name:  "an unknown profile does no harm where nothing of it is needed",
			files: vars{"/work/clouds.yaml": "clouds: {c: {profile: otc, auth: {auth_url: 'https://iam.eu-de.otc.t-systems.com', token: t}}}"},
			want:  vars{"token": "t"},
		}, {
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
		}, {
			name: "numbers and booleans are kept as they are written",
			files: vars{"/work/clouds.yaml": `
clouds: {c: {auth: {auth_url: "https://iam.eu-de.otc.t-systems.com", user_id: 0123, password: yes, project_id: 007e1}}}
`},
			want: vars{"user id": "0123", "password": "yes", "project id": "007e1"},
		}, {
			name: "ids and tenants",
			files: vars{"/work/clouds.yaml": `
clouds: {c: {auth: {auth_url: "https://iam.eu-de.otc.t-systems.com", username: u, password: p, project_domain_id: d, domain_name: x, tenant_id: pr, tenant_name: x}}}
`},
			want: vars{"domain id": "d", "project id": "pr"},
		}, {
			name: "auth_type decides among several",
			files: vars{"/work/clouds.yaml": `
clouds: {c: {auth_type: v3password, auth: {auth_url: "https://iam.eu-de.otc.t-systems.com", username: u, password: p, domain_id: d, tenant_name: pr, ak: a, sk: s}}}
`},
			want: vars{"method": "password", "domain id": "d", "project": "pr"},
		}, {
			name: "without auth_type a key pair comes before a login",
			files: vars{"/work/clouds.yaml": `
clouds: {c: {auth: {auth_url: "https://iam.eu-de.otc.t-systems.com", username: u, password: p, ak: a, sk: s}}}
`},
			want: vars{"method": "key pair", "ak": "a", "sk": "s"},
		}, {
			name:  "auth_type aksk",
			files: vars{"/work/clouds.yaml": `clouds: {c: {auth_type: aksk, auth: {auth_url: "https://iam.eu-de.otc.t-systems.com", token: x, ak: a, sk: s}}}`},
			want:  vars{"method": "key pair"},
		}, {
			name:  "auth_type v3token",
			files: vars{"/work/clouds.yaml": `clouds: {c: {auth_type: v3token, auth: {auth_url: "https://iam.eu-de.otc.t-systems.com", token: t, ak: a, sk: s}}}`},
			want:  vars{"token": "t"},
		}, {
			name:  "the first of several regions",
			files: vars{"/work/clouds.yaml": regionsYAML},
			want:  vars{"region": "eu-de", "auth_url": otcIAM},
		}, {
			name:  "one of several regions, with settings of its own",
			block: Settings{"region": "eu-nl"},
			files: vars{"/work/clouds.yaml": regionsYAML},
			want:  vars{"region": "eu-nl", "auth_url": "https://iam.eu-nl.otc.t-systems.com/v3", "token": "t"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			block := Settings{"cloud": "c"}
			maps.Copy(block, test.block)
			expect(t, block, fakeEnvironment(test.env, test.files), test.want)
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

// For all contents of the files Resolve does not panic. It returns a complete
// configuration, or errors with attribute and detail. Time and memory are limited.
func FuzzClouds(f *testing.F) {
	f.Add(cloudsYAML, "clouds: {otc: {auth: {password: p}}}", "")
	f.Add(regionsYAML, "", "public-clouds: {v: {}}")
	f.Add("clouds: {otc: {profile: v, regions: [a, {name: b, values: {regions: [c]}}]}}", "a: &a [*a]", "public-clouds: {v: *x}")
	f.Add("clouds: &c {otc: {<<: *c}}", "clouds: {otc: !!int x}", "- 1")
	fill := func(text string) string { return strings.Repeat(text, maxCloudsFile/len(text)-20) }
	f.Add("clouds: {otc: {regions: ["+fill("{},")+"]}}", "x: ["+fill("[],")+"]", "x: {"+fill("? [],")+"}")
	var names strings.Builder // distinct, as the library compares each with each
	for i := 0; names.Len() < maxCloudsFile-100; i++ {
		fmt.Fprintf(&names, "%x: ,", i)
	}
	f.Add("clouds: {"+names.String()+"}", "", "")
	f.Add("clouds: {otc: {regions: ["+fill("a,")+"]}}", fill("-\n"), fill("["))
	f.Add("a: &a {"+fill("x: [],")+"}\nclouds: {otc: {<<: ["+strings.Repeat("*a,", 1000)+"]}}", fill("? "), fill("- "))
	f.Fuzz(func(t *testing.T, clouds, secure, public string) {
		files := vars{"/work/clouds.yaml": clouds, "/work/secure.yaml": secure, "/work/clouds-public.yaml": public}
		var config Config
		errs := within(t, 5*time.Second, 64<<20, func() (errs []Diagnostic) {
			config, _, errs = Resolve(Settings{"cloud": "otc"}, fakeEnvironment(nil, files))
			return errs
		})
		if len(errs) == 0 && (config.Endpoint == nil || config.Credential.Method == "") {
			t.Errorf("no error and no configuration: %+v", config)
		}
		for _, e := range errs {
			if e.Attribute == "" || e.Detail == "" || len(e.Detail) > 10_000 {
				t.Errorf("an error without attribute or detail, or too long: %#v", e)
			}
		}
	})
}
