package config

import (
	"slices"
	"testing"
)

func TestDerivedEndpoint(t *testing.T) {
	for _, test := range []struct {
		authURL, region string
		// want is the endpoint, or the attribute of the error.
		want string
	}{
		{"https://iam.eu-de.otc.t-systems.com/v3", "", "https://swr-api.eu-de.otc.t-systems.com"},
		{"https://iam.eu-nl.otc.t-systems.com", "", "https://swr-api.eu-nl.otc.t-systems.com"},
		{"https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3/", "", "https://swr-api.eu-ch2.sc.otc.t-systems.com"},
		{"https://iam.ap-southeast-1.myhuaweicloud.com/v3", "", "https://swr-api.ap-southeast-1.myhuaweicloud.com"},
		{"https://iam.eu-west-101.myhuaweicloud.eu/v3", "", "https://swr-api.eu-west-101.myhuaweicloud.eu"},
		{"https://iam.eu-west-0.prod-cloud-ocb.orange-business.com/v3", "", "https://swr-api.eu-west-0.prod-cloud-ocb.orange-business.com"},
		{"https://iam.region.private.example/v3", "", "https://swr-api.region.private.example"},
		{"https://IAM.eu-de.otc.t-systems.com:443/v3//", "", "https://swr-api.eu-de.otc.t-systems.com"},
		// The IAM of all regions, which is a default of the older providers.
		{"https://iam.myhuaweicloud.com/v3", "cn-north-4", "https://swr-api.cn-north-4.myhuaweicloud.com"},
		{"https://iam.myhuaweicloud.eu:443/v3", "eu-west-101", "https://swr-api.eu-west-101.myhuaweicloud.eu"},
		// The same region, and hosts whose region is not known.
		{"https://iam.eu-de.otc.t-systems.com/v3", "EU-DE", "https://swr-api.eu-de.otc.t-systems.com"},
		{"https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3", "eu-ch2", "https://swr-api.eu-ch2.sc.otc.t-systems.com"},
		{"https://iam.cell.private.example/v3", "region", "https://swr-api.cell.private.example"},
		{"https://iam.a.b.myhuaweicloud.com/v3", "region", "https://swr-api.a.b.myhuaweicloud.com"},
		// Another region.
		{"https://IAM-pub.eu-ch3.SC.otc.t-systems.com:443", "eu-ch2", "region"},
		{"https://iam.ap-southeast-1.myhuaweicloud.com", "cn-north-4", "region"},
		{"https://iam.eu-west-101.myhuaweicloud.eu", "eu-west-0", "region"},
		{"https://iam.eu-west-0.prod-cloud-ocb.orange-business.com", "na-east-0", "region"},
		// No endpoint.
		{"https://iam/v3", "", "endpoint"},
		{"https://iamx.example/v3", "", "endpoint"},
		{"https://keystone.example/v3", "eu-de", "endpoint"},
		{"https://iam.example:5000/v3", "eu-de", "endpoint"},
		{"https://iam.myhuaweicloud.com/v3", "evil.example/", "endpoint"},
	} {
		config, _, errs := Resolve(Settings{"token": "t", "auth_url": test.authURL, "region": test.region}, Environment{})
		got := ""
		if len(errs) == 1 {
			got = errs[0].Attribute
		} else if len(errs) == 0 {
			got = config.Endpoint.String()
		}
		if got != test.want {
			t.Errorf("%s in %q: got %q, want %q: %v", test.authURL, test.region, got, test.want, errs)
		}
	}
}

func TestNormalizedURLs(t *testing.T) {
	for _, test := range []struct{ attribute, text, want string }{
		{"endpoint", "https://swr.example", "https://swr.example"},
		{"endpoint", "https://swr.example/", "https://swr.example"},
		{"endpoint", "https://swr.example/v2", "https://swr.example"},
		{"endpoint", "https://swr.example/v2/", "https://swr.example"},
		{"endpoint", "https://swr.example:8443/base/v2//", "https://swr.example:8443/base"},
		{"endpoint", "https://swr.example/base/", "https://swr.example/base"},
		{"endpoint", "https://swr.example/b%2Fc/v2", "https://swr.example/b%2Fc"},
		{"endpoint", "https://swr.example/xv2", "https://swr.example/xv2"},
		{"endpoint", "http://127.0.0.1:8080/v2", "http://127.0.0.1:8080"},
		{"endpoint", "http://[::1]:8080", "http://[::1]:8080"},
		{"endpoint", "http://LOCALHOST", "http://LOCALHOST"},
		{"auth_url", "https://iam.example", "https://iam.example/v3"},
		{"auth_url", "https://iam.example/", "https://iam.example/v3"},
		{"auth_url", "https://iam.example/v3", "https://iam.example/v3"},
		{"auth_url", "https://iam.example/v3/", "https://iam.example/v3"},
		{"auth_url", "https://keystone.example:5000/identity", "https://keystone.example:5000/identity/v3"},
		{"auth_url", "http://127.0.0.1:5000/v3/", "http://127.0.0.1:5000/v3"},
	} {
		block := Settings{"token": "t", "endpoint": "https://swr.example"}
		block[test.attribute] = test.text
		expect(t, block, Environment{}, vars{test.attribute: test.want})
	}
}

func TestIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "LocalHost": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "localhost.example": false, "128.0.0.1": false, "127.0.0.1.example": false, "::2": false, "0.0.0.0": false,
		"127.1": false,
	} {
		if got := isLoopback(host); got != want {
			t.Errorf("%q: got %t", host, got)
		}
	}
}

func TestWarnings(t *testing.T) {
	notVerified := func(source string) Diagnostic {
		return Diagnostic{
			"insecure", "TLS certificates are not verified", "Verification is disabled by " + source + ": any server that responds " +
				"in place of the endpoint receives the credentials. cacert_file is the safe way to trust a private certificate.",
		}
	}
	for _, test := range []struct {
		name  string
		block Settings
		env   vars
		want  []Diagnostic
	}{
		{name: "none", block: Settings{"token": "t", "endpoint": "https://swr.example", "insecure": "false"}, env: vars{"OS_INSECURE": "true"}},
		{
			name: "insecure and plain http", block: Settings{"token": "t", "endpoint": "http://swr.example", "insecure": "true"},
			want: []Diagnostic{
				notVerified("insecure in the provider block"),
				{"endpoint", "Credentials are sent in clear text", "The URL from the provider block, http://swr.example, begins " +
					"with http://, which insecure allows: anyone on the network path can read the credentials."},
			},
		}, {
			name: "HW_INSECURE", env: vars{"OS_TOKEN": "t", "SWR_ENDPOINT": "https://swr.example", "HW_INSECURE": "yes"},
			want: []Diagnostic{notVerified("the environment variable HW_INSECURE")},
		}, {
			name: "verify in clouds.yaml overrides the environment", env: vars{"OS_CLOUD": "lax", "OS_INSECURE": "false"},
			want: []Diagnostic{notVerified(`verify in cloud "lax" in /work/clouds.yaml`)},
		},
		{name: "verify in clouds.yaml enables verification", env: vars{"OS_CLOUD": "strict", "OS_INSECURE": "true"}},
		{
			name: "SWR_ENDPOINT with a cloud", env: vars{"OS_CLOUD": "strict", "SWR_ENDPOINT": "https://swr.example"},
			want: []Diagnostic{{
				"endpoint", "SWR_ENDPOINT is not used", `Cloud "strict" in /work/clouds.yaml sets the endpoint ` + otcEndpoint +
					", and no environment variable overrides it. To use another one, set endpoint in the provider block.",
			}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, got, errs := Resolve(test.block, fakeEnvironment(test.env, vars{"/work/clouds.yaml": `
clouds:
  lax: {auth: {auth_url: "https://iam.eu-de.otc.t-systems.com", token: t}, verify: False}
  strict: {auth: {auth_url: "https://iam.eu-de.otc.t-systems.com", token: t}, verify: true}
`}))
			if len(errs) > 0 || !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q\n%v", got, test.want, errs)
			}
		})
	}
}
