package auth

import (
	"net/url"
	"testing"
)

func TestEndpointOfEveryCloud(t *testing.T) {
	for _, test := range []struct{ authURL, region, want string }{
		{"https://iam.eu-de.otc.t-systems.com/v3", "", "https://swr-api.eu-de.otc.t-systems.com"},
		{"https://iam.eu-nl.otc.t-systems.com", "", "https://swr-api.eu-nl.otc.t-systems.com"},
		{"https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3/", "", "https://swr-api.eu-ch2.sc.otc.t-systems.com"},
		{"https://iam.ap-southeast-1.myhuaweicloud.com/v3", "", "https://swr-api.ap-southeast-1.myhuaweicloud.com"},
		{"https://iam.eu-west-101.myhuaweicloud.eu/v3", "", "https://swr-api.eu-west-101.myhuaweicloud.eu"},
		{"https://iam.eu-west-0.prod-cloud-ocb.orange-business.com/v3", "", "https://swr-api.eu-west-0.prod-cloud-ocb.orange-business.com"},
		{"https://iam.region.private.example/v3", "", "https://swr-api.region.private.example"},
		{"https://IAM.eu-de.otc.t-systems.com:443/v3//", "", "https://swr-api.eu-de.otc.t-systems.com"},
		// The IAM of all regions, which the older providers have as a default.
		{"https://iam.myhuaweicloud.com/v3", "cn-north-4", "https://swr-api.cn-north-4.myhuaweicloud.com"},
		{"https://iam.myhuaweicloud.eu:443/v3", "eu-west-101", "https://swr-api.eu-west-101.myhuaweicloud.eu"},
		// A region that agrees, and hosts whose region nobody knows.
		{"https://iam.eu-de.otc.t-systems.com/v3", "EU-DE", "https://swr-api.eu-de.otc.t-systems.com"},
		{"https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3", "eu-ch2", "https://swr-api.eu-ch2.sc.otc.t-systems.com"},
		{"https://iam.cell.private.example/v3", "region", "https://swr-api.cell.private.example"},
		{"https://iam.a.b.myhuaweicloud.com/v3", "region", "https://swr-api.a.b.myhuaweicloud.com"},
	} {
		config, _, err := Resolve(Settings{Token: new("t"), AuthURL: &test.authURL, Region: &test.region}, Environment{})
		if err != nil {
			t.Errorf("%s: %v", test.authURL, err)
			continue
		}
		if got := config.Endpoint.String(); got != test.want {
			t.Errorf("%s: got %s, want %s", test.authURL, got, test.want)
		}
	}
}

func TestNoEndpoint(t *testing.T) {
	for _, test := range []struct{ authURL, region string }{
		{"https://iam/v3", ""},
		{"https://iamx.example/v3", ""},
		{"https://keystone.example/v3", "eu-de"},
		{"https://iam.example:5000/v3", "eu-de"},
		{"https://iam.myhuaweicloud.com/v3", ""},
		{"https://iam.myhuaweicloud.com/v3", "evil.example/"},
	} {
		u, err := url.Parse(test.authURL)
		if err != nil {
			t.Fatal(err)
		}
		if got, reason := deriveEndpoint(u, test.region); got != nil || reason == "" {
			t.Errorf("%s in %q: got %v, %q, want none", test.authURL, test.region, got, reason)
		}
	}
}

func TestNormalisedURLs(t *testing.T) {
	for _, test := range []struct{ endpoint, want string }{
		{"https://swr.example", "https://swr.example"},
		{"https://swr.example/", "https://swr.example"},
		{"https://swr.example/v2", "https://swr.example"},
		{"https://swr.example/v2/", "https://swr.example"},
		{"https://swr.example:8443/base/v2//", "https://swr.example:8443/base"},
		{"https://swr.example/base/", "https://swr.example/base"},
		{"https://swr.example/b%2Fc/v2", "https://swr.example/b%2Fc"},
		{"https://swr.example/xv2", "https://swr.example/xv2"},
		{"http://127.0.0.1:8080/v2", "http://127.0.0.1:8080"},
		{"http://[::1]:8080", "http://[::1]:8080"},
		{"http://LOCALHOST", "http://LOCALHOST"},
	} {
		config, _, err := Resolve(Settings{Token: new("t"), Endpoint: &test.endpoint}, Environment{})
		if err != nil {
			t.Errorf("%s: %v", test.endpoint, err)
			continue
		}
		if got := config.Endpoint.String(); got != test.want {
			t.Errorf("%s: got %s, want %s", test.endpoint, got, test.want)
		}
	}
	for _, test := range []struct{ authURL, want string }{
		{"https://iam.example", "https://iam.example/v3"},
		{"https://iam.example/", "https://iam.example/v3"},
		{"https://iam.example/v3", "https://iam.example/v3"},
		{"https://iam.example/v3/", "https://iam.example/v3"},
		{"https://keystone.example:5000/identity", "https://keystone.example:5000/identity/v3"},
		{"http://127.0.0.1:5000/v3/", "http://127.0.0.1:5000/v3"},
	} {
		config, _, err := Resolve(Settings{Token: new("t"), Endpoint: new("https://swr.example"), AuthURL: &test.authURL}, Environment{})
		if err != nil {
			t.Errorf("%s: %v", test.authURL, err)
			continue
		}
		if got := config.AuthURL.String(); got != test.want {
			t.Errorf("%s: got %s, want %s", test.authURL, got, test.want)
		}
	}
}

func TestLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "LocalHost": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "localhost.example": false, "128.0.0.1": false, "127.0.0.1.example": false, "::2": false, "0.0.0.0": false, "127.1": false,
	} {
		if got := isLoopback(host); got != want {
			t.Errorf("%q: got %t", host, got)
		}
	}
}

func TestWarnings(t *testing.T) {
	for _, test := range []struct {
		name  string
		block Settings
		env   vars
		want  []Warning
	}{
		{name: "none", block: Settings{Token: new("t"), Endpoint: new("https://swr.example"), Insecure: new(false)}, env: vars{"OS_INSECURE": "true"}},
		{
			name: "insecure and plain http", block: Settings{Token: new("t"), Endpoint: new("http://swr.example"), Insecure: new(true)},
			want: []Warning{
				{"insecure", "TLS certificates are not verified", "Verification is switched off by insecure in the provider block: any server that answers in the endpoint's place gets the credentials. cacert_file is the safe way to trust a certificate of your own."},
				{"endpoint", "Credentials travel in clear text", "The URL of the provider block, http://swr.example, begins with http://, and insecure allows it: whoever listens on the way reads the credentials."},
			},
		},
		{
			name: "HW_INSECURE", env: vars{"OS_TOKEN": "t", "SWR_ENDPOINT": "https://swr.example", "HW_INSECURE": "yes"},
			want: []Warning{
				{"insecure", "TLS certificates are not verified", "Verification is switched off by the environment variable HW_INSECURE: any server that answers in the endpoint's place gets the credentials. cacert_file is the safe way to trust a certificate of your own."},
			},
		},
		{
			name: "verify in clouds.yaml, which beats the environment", env: vars{"OS_CLOUD": "lax", "OS_INSECURE": "false"},
			want: []Warning{
				{"insecure", "TLS certificates are not verified", `Verification is switched off by verify in cloud "lax" in /work/clouds.yaml: any server that answers in the endpoint's place gets the credentials. cacert_file is the safe way to trust a certificate of your own.`},
			},
		},
		{name: "verify in clouds.yaml for the better", env: vars{"OS_CLOUD": "strict", "OS_INSECURE": "true"}},
		{
			name: "SWR_ENDPOINT beside a cloud", env: vars{"OS_CLOUD": "strict", "SWR_ENDPOINT": "https://swr.example"},
			want: []Warning{
				{"endpoint", "SWR_ENDPOINT is not used", `Cloud "strict" in /work/clouds.yaml gives the endpoint https://swr-api.eu-de.otc.t-systems.com, and of the environment nothing overrides it. Set endpoint in the provider block to use another.`},
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, got, err := Resolve(test.block, fakeEnvironment(test.env, vars{"/work/clouds.yaml": `
clouds:
  lax: {auth: {auth_url: "https://iam.eu-de.otc.t-systems.com", token: t}, verify: False}
  strict: {auth: {auth_url: "https://iam.eu-de.otc.t-systems.com", token: t}, verify: true}
`}))
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(test.want) {
				t.Fatalf("got %d warnings, want %d: %v", len(got), len(test.want), got)
			}
			for i := range got {
				if got[i] != test.want[i] {
					t.Errorf("got  %v\nwant %v", got[i], test.want[i])
				}
			}
		})
	}
}
