package provider_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

var guideExport = regexp.MustCompile(`^export ([A-Z_]+)=(\S+)$`)

// guideSecrets are the values of what the guide writes as "...".
var guideSecrets = map[string]string{
	"OS_ACCESS_KEY": "PERMANENT", "HW_ACCESS_KEY": "PERMANENT",
	"OS_SECRET_KEY": testSecretKey, "HW_SECRET_KEY": testSecretKey, "OS_PASSWORD": testPassword,
}

// environment returns the variables that a section exports.
func (g guide) environment(heading string) (env []string) {
	g.t.Helper()
	for _, block := range guideBlock.FindAllStringSubmatch(g.sections[heading], -1) {
		if block[1] != "shell" {
			continue
		}
		for line := range strings.Lines(block[2]) {
			export := guideExport.FindStringSubmatch(strings.TrimSpace(line))
			if export == nil {
				g.t.Fatalf("no export: %s", line)
			}
			value := export[2]
			if value == "..." {
				value = guideSecrets[export[1]]
			}
			env = append(env, export[1]+"="+value)
		}
	}
	if env == nil {
		g.t.Fatalf("the guide exports nothing under %q", heading)
	}
	return env
}

// Each set-up of the guide on authentication reaches the hosts that it should, and no
// other. A proxy plays the clouds.
func TestCLIGuideAuthentication(t *testing.T) {
	t.Parallel()
	guide := readGuide(t, "authentication")
	const clouds = "clouds:\n  otc:\n    profile: otc\n    region_name: eu-nl\n    auth: {ak: PERMANENT, sk: " + testSecretKey + "}\n"
	const profiles = `{"authEncrypt": "false", "profiles": [{"name": "default", "mode": "AKSK", "region": "ap-southeast-1",
		"accessKeyId": "PERMANENT", "secretAccessKey": "` + testSecretKey + `"}]}`
	tests := map[string]struct {
		iam, swr string // the hosts; no request to IAM is needed if iam is ""
		customer bool   // the organization belongs to the customer
		want     map[swrtest.Operation]int
	}{
		"Access key and region":                 {swr: "swr-api.eu-de.otc.t-systems.com"},
		"Access key and region on Huawei Cloud": {swr: "swr-api.ap-southeast-1.myhuaweicloud.com"},
		"From the huaweicloud provider": {"iam.eu-west-101.myhuaweicloud.eu", "swr-api.eu-west-101.myhuaweicloud.eu", true,
			map[swrtest.Operation]int{swrtest.OpSecurityTokens: 1}},
		"From the opentelekomcloud provider": {"iam.eu-de.otc.t-systems.com", "swr-api.eu-de.otc.t-systems.com", false,
			map[swrtest.Operation]int{swrtest.OpProjects: 1}},
		"User name and password": {"iam.eu-de.otc.t-systems.com", "swr-api.eu-de.otc.t-systems.com", false,
			map[swrtest.Operation]int{swrtest.OpLogin: 1}},
		"CI without secrets": {"iam.eu-de.otc.t-systems.com", "swr-api.eu-de.otc.t-systems.com", false,
			map[swrtest.Operation]int{swrtest.OpIDToken: 1}},
		"In a customer's account": {"iam.eu-de.otc.t-systems.com", "swr-api.eu-de.otc.t-systems.com", true,
			map[swrtest.Operation]int{swrtest.OpAssumeRole: 1}},
		"clouds.yaml":        {swr: "swr-api.eu-nl.otc.t-systems.com"},
		"Profile of the CLI": {swr: "swr-api.ap-southeast-1.myhuaweicloud.com"},
	}
	for heading, section := range guide.sections {
		if _, ok := tests[heading]; !ok && strings.Contains(section, "```shell") {
			t.Errorf("the set-up under %q has no test", heading)
		}
	}
	for heading, test := range tests {
		t.Run(heading, func(t *testing.T) {
			t.Parallel()
			server := swrtest.StartTLS(t, swrtest.WithBasePath(""))
			const owner = "OTC-EU-DE-00000000001000000001"
			regions := []swrtest.Project{{Name: "eu-de", ID: "p0"}, {Name: "eu-de_team", ID: "p1"}, {Name: "eu-west-101", ID: "p2"}}
			server.SetOwner(swrtest.Account{Name: owner, Projects: regions})
			server.AddAccount(swrtest.Account{Name: "customer", Projects: regions})
			server.AddAgency(swrtest.Agency{Name: "share-images", Account: "customer"})
			server.AddIdentityProvider(swrtest.IdentityProvider{ID: "github", Audience: "swr-test", Secret: identityProviderSecret})
			server.AddUser(swrtest.User{Name: "deployer", Password: testPassword})
			server.AddKey(swrtest.Key{Access: "PERMANENT", Secret: testSecretKey})
			server.AddRepository("platform", "team/app")
			if test.customer {
				server.AssignNamespace("platform", "customer")
			}
			proxy := swrtest.StartProxy(t, server, swrtest.ProxyOptions{Intercept: true})

			config := partner(`deadline = "forever"`)
			for _, block := range guideBlock.FindAllStringSubmatch(guide.sections[heading], -1) {
				if block[1] == "terraform" {
					config += block[2]
				}
			}
			tf := newCLI(t, server, config)
			tf.write("ca.pem", string(proxy.CAPEM()))
			tf.write("id-token", testIDToken)
			tf.write("clouds.yaml", clouds)
			tf.write("hcloud.json", profiles)
			tf.Env = append(guide.environment(heading), "HTTPS_PROXY=http://"+proxy.Addr, "OS_CACERT="+filepath.Join(tf.Dir, "ca.pem"))
			tf.plan(changes)

			var want []string
			for _, host := range []string{test.iam, test.swr} {
				if host != "" {
					want = append(want, host+":443")
				}
			}
			targets := proxy.Targets()
			slices.Sort(targets)
			if targets = slices.Compact(targets); !slices.Equal(targets, want) {
				t.Errorf("requests went to %v, want %v", targets, want)
			}
			assertRequests(t, server, test.want)
			if server.Count(swrtest.OpList) != 1 {
				t.Errorf("requests: %v", server.Counts())
			}
		})
	}
}
