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
	const minimalJSON = `{"clouds": {"c": {"auth": {"auth_url": "https://iam.eu-de.otc.t-systems.com", "token": "t"}}}}`
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
			env:  vars{"OS_CLIENT_SECURE_FILE": "/x/s.yaml", "OS_CLIENT_CONFIG_FILE": "/work/clouds.yaml"},
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
			name: "T Cloud's documentation: a login, and a key pair for object storage beside it",
			files: vars{"/work/clouds.yaml": `
clouds:
  c:
    profile: otc
    auth:
      username: u
      password: p
      project_name: eu-de_project
      user_domain_name: d
      auth_url: 'https://iam.eu-de.otc.t-systems.com:443/v3'
    interface: 'public'
    identity_api_version: 3 # !Important
    ak: a
    sk: s
`},
			want: vars{
				"method": "password", "user": "u", "domain": "d", "project": "eu-de_project", "region": "eu-de",
				"auth_url": "https://iam.eu-de.otc.t-systems.com:443/v3", "endpoint": otcEndpoint,
			},
		}, {
			name: "T Cloud's documentation: an agency, whose login has its password in secure.yaml",
			files: vars{
				"/work/clouds.yaml": `
clouds:
  c:
    profile: otc
    auth_type: agency
    auth:
      username: u
      project_name: eu-de_project
      user_domain_name: d
      auth_url: 'https://iam.eu-de.otc.t-systems.com:443/v3'
      target_domain_id: i # Domain where agency is created
      target_agency_name: test_agency
      target_project_name: eu-de_theirs
`,
				"/work/secure.yaml": "clouds: {c: {auth: {password: p}}}",
			},
			want: vars{
				"method": "password", "user": "u", "project": "eu-de_project",
				"agency": "test_agency", "agency domain id": "i", "agency project": "eu-de_theirs",
				"agency from": `agency "test_agency" from cloud "c" in /work/clouds.yaml`,
			},
		}, {
			name: "an agency with an access key and without auth_type agency",
			files: vars{"/work/clouds.yaml": `
clouds: {c: {profile: otc, region_name: eu-nl, auth_type: aksk, ak: a, sk: s, auth: {target_agency_name: x, target_domain_name: A, target_project_id: p}}}
`},
			want: vars{"method": "key pair", "agency": "x", "agency domain": "A", "agency project id": "p", "agency as key pair": "false"},
		}, {
			name:  "auth_type agency with a token, and the agency in the block",
			block: Settings{"assume_role.agency_name": "b", "assume_role.domain_name": "B"},
			files: vars{"/work/clouds.yaml": "clouds: {c: {profile: otc, region_name: eu-de, auth_type: agency, auth: {token: t}}}"},
			want:  vars{"token": "t", "agency": "b", "agency domain": "B", "agency project": "eu-de"},
		}, {
			name:  "a key pair beside auth",
			files: vars{"/work/clouds.yaml": "clouds: {c: {profile: otc, region_name: eu-nl, ak: a, sk: s, security_token: t, auth: {username: x}}}"},
			want:  vars{"method": "key pair", "ak": "a", "sk": "s", "st": "t", "auth_url": "https://iam.eu-nl.otc.t-systems.com/v3"},
		}, {
			name:  "a key pair beside auth, with its secret in secure.yaml under auth",
			files: vars{"/work/clouds.yaml": "clouds: {c: {profile: otc, region_name: eu-de, ak: a}}", "/work/secure.yaml": "clouds: {c: {auth: {sk: s}}}"},
			want:  vars{"ak": "a", "sk": "s"},
		}, {
			name:  "a key pair under auth comes before one beside it",
			files: vars{"/work/clouds.yaml": "clouds: {c: {profile: otc, region_name: eu-de, ak: x, sk: x, security_token: x, auth: {ak: a, sk: s}}}"},
			want:  vars{"ak": "a", "sk": "s", "st": ""},
		}, {
			name:  "auth_type aksk with a key pair beside auth",
			files: vars{"/work/clouds.yaml": "clouds: {c: {profile: otc, region_name: eu-de, auth_type: aksk, ak: a, sk: s, auth: {username: u, password: p}}}"},
			want:  vars{"method": "key pair", "ak": "a"},
		}, {
			name:  "cloud is an older name of profile, and the project has the region",
			files: vars{"/work/clouds.yaml": "clouds: {otc: {}, c: {cloud: otc, auth: {ak: a, sk: s, project_name: eu-nl_project}}}"},
			want:  vars{"region": "eu-nl", "endpoint": "https://swr-api.eu-nl.otc.t-systems.com"},
		}, {
			name:  "the built-in profile with a region of the block",
			block: Settings{"region": "eu-nl"},
			files: vars{"/work/clouds.yaml": "clouds: {c: {profile: otc, auth: {token: t}, region_name: eu-de}}"},
			want:  vars{"region": "eu-nl", "auth_url": "https://iam.eu-nl.otc.t-systems.com/v3"},
		}, {
			name:  "an auth_url of the block needs no region",
			block: Settings{"auth_url": otcIAM},
			files: vars{"/work/clouds.yaml": "clouds: {c: {profile: otc, auth: {token: t}}}"},
			want:  vars{"auth_url": otcIAM},
		}, {
			name: "a profile of clouds-public.yaml comes before the built-in one",
			files: vars{
				"/work/clouds.yaml":        "clouds: {c: {profile: otc, auth: {token: t}, region_name: R}}",
				"/work/clouds-public.yaml": "public-clouds: {otc: {auth: {auth_url: 'https://iam.{region_name}.example'}}}",
			},
			want: vars{"auth_url": "https://iam.r.example/v3", "region": "R"},
		}, {
			name: "JSON",
			files: vars{"/work/clouds.json": `{"clouds": {"c": {"auth": {
				"auth_url": "https:\/\/iam.eu-de.otc.t-systems.com", "username": "u", "password": "p\ud83d\ude00", "domain_id": 7, "project_id": null,
				"project_name": "null"}, "verify": true}}}`},
			want: vars{"user": "u", "password": "p😀", "domain id": "7", "project": "null", "auth_url": otcIAM},
		}, {
			name:  "JSON after YAML of the same directory, before that of the next",
			files: vars{"/home/u/.config/openstack/clouds.json": minimalJSON, "/etc/openstack/clouds.yaml": "clouds: {}"},
			want:  vars{"source": `token from cloud "c" in /home/u/.config/openstack/clouds.json`},
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

// otc-auth writes the name of the entry as its profile, and the project as the account
// of the project.
func TestCloudOfOTCAuth(t *testing.T) {
	files := vars{"/work/clouds.yaml": `
clouds:
  OTC-EU-DE-1_eu-de_project:
    cloud: OTC-EU-DE-1_eu-de_project
    profile: OTC-EU-DE-1_eu-de_project
    auth:
      auth_url: https://iam.eu-de.otc.t-systems.com:443/v3
      token: t
      project_domain_name: eu-de_project
    auth_type: token
    interface: public
    identity_api_version: "3"
`}
	env := fakeEnvironment(nil, files)
	block := Settings{"cloud": "OTC-EU-DE-1_eu-de_project"}
	expect(t, block, env, vars{"token": "t", "region": "eu-de", "endpoint": otcEndpoint})

	c, err := loadCloud(env, block["cloud"], block)
	if err != nil || c.lookup("domain").isSet() {
		t.Errorf("%v: the project %q is used as account", err, c.lookup("domain").text)
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
	f.Add("clouds: {otc: {profile: otc, region_name: eu-de, ak: a, sk: s}}", "clouds: {otc: {auth: &a {<<: [*a, {trust_id: x}]}}}", "")
	f.Add(`{"clouds": {"otc": {"auth": {"auth_url": "https://iam.example", "token": 1, "x": [null, true]}}}}`, "", "")
	f.Fuzz(resolveWithinLimits)
}

// Files of the largest size, of what the YAML library is slowest with.
func TestLargeClouds(t *testing.T) {
	fill := func(text string) string { return strings.Repeat(text, maxCloudsFile/len(text)-20) }
	var names strings.Builder // distinct, as the library compares each with each
	for i := 0; names.Len() < maxCloudsFile-100; i++ {
		fmt.Fprintf(&names, "%x: ,", i)
	}
	half := names.String()[:strings.LastIndex(names.String()[:maxCloudsFile/2], ",")]
	for _, files := range [][3]string{
		{"clouds: {otc: {regions: [" + fill("{},") + "]}}", "x: [" + fill("[],") + "]", "public-clouds: {v: [" + fill("[],") + "]}"},
		{"clouds: {otc: {regions: [" + fill("a,") + "]}}", fill("-\n"), ""},
		{"clouds: {" + names.String() + "}", "", ""},
		{"a: &a {" + half + "}\nclouds: {otc: {<<: [" + strings.Repeat("*a,", 20_000) + "]}}", "", ""},
		{fill("["), fill("? "), fill("- ")},
		{`{"clouds": {"otc": {"regions": [` + fill("{},") + `{}]}}}`, "", ""},
		{`{"clouds": ` + fill("["), "", ""},
	} {
		resolveWithinLimits(t, files[0], files[1], files[2])
	}
}

// A cacert_file of the largest size takes neither much time nor much memory.
func TestLargeCACertFile(t *testing.T) {
	for _, text := range []string{"-----BEGIN CERTIFICATE-----\n", "-----BEGIN ", "-----BEGIN X-----\n-----END X-----\n", "\n-----END", "a: b\n", "\n"} {
		files := vars{"/ca.pem": strings.Repeat(text, maxCACertFile/len(text))}
		block := Settings{"token": "t", "endpoint": "https://swr.example", "cacert_file": "/ca.pem"}
		errs := within(t, time.Minute, 64<<20, func() []Diagnostic {
			_, _, errs := Resolve(block, fakeEnvironment(nil, files))
			return errs
		})
		if len(errs) != 1 || errs[0].Attribute != "cacert_file" {
			t.Errorf("%q: %v", text, errs)
		}
	}
}

func resolveWithinLimits(t *testing.T, clouds, secure, public string) {
	files := vars{"/work/clouds.yaml": clouds, "/work/secure.yaml": secure, "/work/clouds-public.yaml": public}
	if strings.HasPrefix(clouds, "{") {
		files = vars{"/work/clouds.json": clouds, "/work/secure.yaml": secure, "/work/clouds-public.yaml": public}
	}
	var config Config
	errs := within(t, time.Minute, 64<<20, func() (errs []Diagnostic) {
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
}

// A secret of one directory is not sent where a file in the working directory says,
// unless a variable names that file.
func TestSecretAndHostFromDifferentFiles(t *testing.T) {
	const (
		home = "/home/u/.config/openstack"
		host = "clouds: {c: {auth: {auth_url: 'https://iam.evil.example', user_id: u, project_id: p}}}"
		own  = "clouds: {c: {auth: {auth_url: 'https://iam.eu-de.otc.t-systems.com', user_id: u, project_id: p, password: s3cret}}}"
		part = "clouds: {c: {auth: {password: s3cret}}}"
	)
	for _, test := range []struct {
		name       string
		block      Settings
		env, files vars
		host       string // "" if it is refused
		names      string
	}{
		{
			name:  "secure.yaml of the home directory",
			files: vars{"/work/clouds.yaml": host, home + "/secure.yaml": part},
			names: "its password is in " + home + "/secure.yaml, but its auth_url is in /work/clouds.yaml, in the working directory",
		}, {
			name:  "secure.yaml that a variable names",
			env:   vars{"OS_CLIENT_SECURE_FILE": "/x/s.yaml"},
			files: vars{"/work/clouds.yaml": host, "/x/s.yaml": part},
			names: "name /work/clouds.yaml in OS_CLIENT_CONFIG_FILE",
		}, {
			name:  "secure.yaml of the working directory overrides the host",
			files: vars{home + "/clouds.yaml": own, "/work/secure.yaml": host},
			names: "its password is in " + home + "/clouds.yaml, but its auth_url is in /work/secure.yaml",
		}, {
			name:  "secure.yaml of the working directory disables verification",
			files: vars{home + "/clouds.yaml": own, "/work/secure.yaml": "clouds: {c: {verify: false}}"},
			names: "its verify is in /work/secure.yaml",
		}, {
			name:  "secure.yaml of the working directory names certificates",
			files: vars{home + "/clouds.yaml": own, "/work/secure.yaml": "clouds: {c: {cacert: ca.pem}}"},
			names: "its cacert is in /work/secure.yaml",
		}, {
			name: "secure.yaml of the working directory names an agency",
			files: vars{
				home + "/clouds.yaml": own,
				"/work/secure.yaml":   "clouds: {c: {auth: {target_agency_name: ops, target_domain_name: evil}}}",
			},
			names: "its password is in " + home + "/clouds.yaml, but its target_agency_name is in /work/secure.yaml",
		}, {
			name: "a profile of the working directory",
			files: vars{
				home + "/clouds.yaml":      "clouds: {c: {profile: v, auth: {user_id: u, project_id: p, password: s3cret}}}",
				"/work/clouds-public.yaml": "public-clouds: {v: {auth: {auth_url: 'https://iam.evil.example'}}}",
			},
			names: "its auth_url is in /work/clouds-public.yaml",
		}, {
			name:  "the built-in profile",
			files: vars{"/work/clouds.yaml": "clouds: {c: {profile: otc, region_name: eu-de, auth: {user_id: u}}}", home + "/secure.yaml": part},
			names: "its password is in " + home + "/secure.yaml, but its profile is in /work/clouds.yaml",
		}, {
			name: "the region of a host",
			files: vars{
				home + "/clouds.yaml": "clouds: {c: {auth: {auth_url: 'https://{region_name}', user_id: u, project_id: p, password: s3cret}}}",
				"/work/secure.yaml":   "clouds: {c: {regions: [evil]}}",
			},
			names: "but its region_name is in /work/secure.yaml",
		}, {
			name:  "the secret key beside auth",
			files: vars{"/work/clouds.yaml": host, home + "/secure.yaml": "clouds: {c: {ak: a, sk: s3cret}}"},
			names: "its sk is in ",
		}, {
			name:  "the values of a region",
			files: vars{home + "/clouds.yaml": own, "/work/secure.yaml": "clouds: {c: {regions: [{name: r, values: {auth: {auth_url: 'https://iam.evil.example'}}}]}}"},
			names: "its auth_url is in /work/secure.yaml",
		}, {
			name:  "a token",
			files: vars{"/work/clouds.yaml": host, home + "/secure.yaml": "clouds: {c: {auth: {token: s3cret}}}"},
			names: "its token is in ",
		}, {
			name:  "a security token",
			files: vars{"/work/clouds.yaml": host, home + "/secure.yaml": "clouds: {c: {auth: {ak: a, sk: s, security_token: s3cret}}}"},
			names: "but its auth_url is in /work/clouds.yaml",
		}, {
			name:  "the secret's file has the host, too",
			files: vars{"/work/clouds.yaml": host, home + "/secure.yaml": own},
			host:  otcIAM,
		}, {
			name:  "the block has the host",
			block: Settings{"auth_url": otcIAM},
			files: vars{"/work/clouds.yaml": host, home + "/secure.yaml": part},
			host:  otcIAM,
		}, {
			name:  "the block has the secret",
			block: Settings{"password": "p"},
			files: vars{"/work/clouds.yaml": host, home + "/secure.yaml": part},
			host:  "https://iam.evil.example/v3",
		}, {
			name:  "a variable names the file with the host",
			env:   vars{"OS_CLIENT_CONFIG_FILE": "/work/clouds.yaml"},
			files: vars{"/work/clouds.yaml": host, home + "/secure.yaml": part},
			host:  "https://iam.evil.example/v3",
		}, {
			name:  "both in the working directory",
			files: vars{"/work/clouds.yaml": host, "/work/secure.yaml": part},
			host:  "https://iam.evil.example/v3",
		}, {
			name:  "the secret is in the working directory",
			files: vars{home + "/clouds.yaml": host, "/work/secure.yaml": part},
			host:  "https://iam.evil.example/v3",
		},
	} {
		block := Settings{"cloud": "c", "endpoint": "https://swr.example"}
		maps.Copy(block, test.block)
		config, _, errs := Resolve(block, fakeEnvironment(test.env, test.files))
		switch {
		case test.host != "":
			if len(errs) > 0 || config.AuthURL.String() != test.host {
				t.Errorf("%s: %v, %v", test.name, config.AuthURL, errs)
			}
		case len(errs) != 1 || errs[0].Summary != "Secret and host from different files" ||
			!strings.Contains(errs[0].Detail, test.names) || strings.Contains(errs[0].Detail, secretWord):
			t.Errorf("%s: got %v, want %q", test.name, errs, test.names)
		}
	}
}
