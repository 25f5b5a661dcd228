package config

import (
	"maps"
	"strings"
	"testing"
	"time"
)

const (
	hcloudFile = "/home/u/.hcloud/config.json"
	plainAK    = "HPUAABBCCDDEEFFGGHHI"
	plainSK    = "s3cretAABBCCDDEEFFGGHHIIJJKKLLMMNNOOPPQQ"
	// hcloudConfig is a configuration file as the command-line interface writes it.
	hcloudConfig = `{
  "authEncrypt": "false",
  "language": "en",
  "agreePrivacy": "true",
  "current": "default",
  "profiles": [
    {
      "name": "default",
      "mode": "AKSK",
      "accessKeyId": "` + plainAK + `",
      "secretAccessKey": "` + plainSK + `",
      "securityToken": "",
      "region": "ap-southeast-1",
      "projectId": "own-project",
      "domainId": "own-account",
      "skipSecureVerify": "false",
      "readTimeout": 10
    },
    {
      "name": "sso",
      "mode": "SSO",
      "accessKeyId": "",
      "secretAccessKey": "",
      "region": "eu-west-101",
      "ssoParam": {"startUrl": "https://idcenter.huaweicloud.com/portal"},
      "ssoAuth": {
        "accessTokenResult": {"accessToken": "x", "expiresAt": "2026-05-08 00:52:50"},
        "stsToken": {"accessKeyId": "STSAK", "secretAccessKey": "STSSK", "securityToken": "STSTOKEN"}
      }
    },
    {
      "name": "delegated",
      "mode": "AKSK",
      "accessKeyId": "AK", "secretAccessKey": "SK", "region": "ap-southeast-1",
      "projectId": "their-project", "agencyName": "ops", "agencyDomainName": "customer"
    },
    {
      "name": "assume", "mode": "AssumeRole", "sourceProfile": "default", "region": "ap-southeast-2",
      "agencyName": "ops", "agencyDomainId": "customer-id"
    },
    {"name": "bare", "accessKeyId": "AK", "secretAccessKey": "SK"},
    {"name": "temporary", "mode": "AKSK", "accessKeyId": "AK", "secretAccessKey": "SK", "securityToken": "ST"}
  ]
}
`
)

func TestProfile(t *testing.T) {
	const endpoint = "https://swr.example"
	for _, test := range []struct {
		name  string
		block Settings
		env   vars
		files vars
		want  vars
	}{
		{
			name: "the current profile", env: vars{"HW_SHARED_CONFIG_FILE": hcloudFile},
			want: vars{
				"method": "key pair", "ak": plainAK, "sk": plainSK, "st": "", "region": "ap-southeast-1",
				"source": `access key from profile "default" in ` + hcloudFile,
			},
		}, {
			name: "a profile of the default file", env: vars{"HW_PROFILE": "temporary"},
			want: vars{"ak": "AK", "st": "ST", "source": `temporary access key from profile "temporary" in ~/.hcloud/config.json`},
		}, {
			name: "single sign-on", block: Settings{"profile": "sso"},
			want: vars{"ak": "STSAK", "sk": "STSSK", "st": "STSTOKEN", "region": "eu-west-101"},
		}, {
			name:  "the file in the block, the profile in the environment",
			block: Settings{"shared_config_file": "/x/c.json"}, env: vars{"HW_PROFILE": "p"},
			files: vars{"/x/c.json": `{"current": "x", "profiles": [{"name": "p", "accessKeyId": "A", "secretAccessKey": "S"}]}`},
			want:  vars{"ak": "A"},
		}, {
			name: "in the environment everything else comes first", env: vars{"HW_PROFILE": "missing", "OS_CLOUD": "token"},
			files: vars{"/work/clouds.yaml": cloudsYAML}, want: vars{"token": "cloud-token"},
		}, {
			name: "the block comes before the environment", block: Settings{"profile": "bare"},
			env:  vars{"OS_TOKEN": "t", "OS_CLOUD": "otc", "HW_ACCESS_KEY": "x", "HW_SECRET_KEY": "x", "HW_SECURITY_TOKEN": "x"},
			want: vars{"method": "key pair", "ak": "AK", "sk": "SK", "st": ""},
		}, {
			name: "another method of the block comes before a profile of the environment", block: Settings{"token": "t"},
			env: vars{"HW_PROFILE": "missing"}, want: vars{"token": "t"},
		}, {
			name: "the region of the block", block: Settings{"region": "r"}, env: vars{"HW_PROFILE": "default", "HW_REGION_NAME": "x"},
			want: vars{"region": "r"},
		}, {
			name: "the region of the environment, if the profile has none", env: vars{"HW_PROFILE": "bare", "OS_REGION_NAME": "r"},
			want: vars{"region": "r"},
		}, {
			name: "a file that says that its secrets are not encrypted", block: Settings{"shared_config_file": "/x/c.json"},
			files: vars{"/x/c.json": `{"authEncrypt": false, "current": "p", "profiles": [{"name": "p", "accessKeyId": "A", "secretAccessKey": "` +
				strings.Repeat("S", 80) + `"}]}`},
			want: vars{"ak": "A"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			block := Settings{"endpoint": endpoint}
			maps.Copy(block, test.block)
			files := vars{hcloudFile: hcloudConfig}
			maps.Copy(files, test.files)
			expect(t, block, fakeEnvironment(test.env, files), test.want)
		})
	}
}

// With an agency, the project of the profile is one of the account that delegates.
func TestProfileScope(t *testing.T) {
	const inProfile = `" from profile "delegated" in ~/.hcloud/config.json`
	agencyOfEnvironment := vars{"HW_ASSUME_ROLE_AGENCY_NAME": "e", "HW_ASSUME_ROLE_DOMAIN_NAME": "d"}
	for _, test := range []struct {
		name    string
		block   Settings
		env     vars
		project NameOrID // of the key pair
		account NameOrID
		agency  *Agency
		host    string
	}{
		{
			name: "default", project: NameOrID{ID: "own-project"}, account: NameOrID{ID: "own-account"},
			host: "swr-api.ap-southeast-1.myhuaweicloud.com",
		}, {
			name: "sso", env: vars{"HW_PROJECT_ID": "p", "OS_PROJECT_ID": "x"}, project: NameOrID{ID: "p"},
			host: "swr-api.eu-west-101.myhuaweicloud.eu",
		}, {
			name: "default", env: vars{"HW_REGION_NAME": "x", "HW_PROJECT_ID": "x", "HW_DOMAIN_NAME": "x"},
			project: NameOrID{ID: "own-project"}, account: NameOrID{ID: "own-account"},
			host: "swr-api.ap-southeast-1.myhuaweicloud.com",
		}, {
			name: "delegated", host: "swr-api.ap-southeast-1.myhuaweicloud.com",
			agency: &Agency{
				Name: "ops", Domain: NameOrID{Name: "customer"}, Project: NameOrID{ID: "their-project"},
				AsKeyPair: true, Source: `agency "ops` + inProfile,
			},
		}, {
			name: "delegated", block: Settings{"assume_role.project_name": "other"}, env: vars{"HW_PROJECT_ID": "p"},
			project: NameOrID{ID: "p"}, host: "swr-api.ap-southeast-1.myhuaweicloud.com",
			agency: &Agency{
				Name: "ops", Domain: NameOrID{Name: "customer"}, Project: NameOrID{Name: "other"},
				AsKeyPair: true, Source: `agency "ops` + inProfile,
			},
		}, {
			name: "delegated", block: Settings{"assume_role.agency_name": "b", "assume_role.domain_id": "i"},
			env: agencyOfEnvironment, host: "swr-api.ap-southeast-1.myhuaweicloud.com",
			agency: &Agency{Name: "b", Domain: NameOrID{ID: "i"}, AsKeyPair: true, Source: `agency "b" from the provider block`},
		}, {
			name: "bare", block: Settings{"region": "eu-west-101"}, env: agencyOfEnvironment, host: "swr-api.eu-west-101.myhuaweicloud.eu",
			agency: &Agency{
				Name: "e", Domain: NameOrID{Name: "d"}, AsKeyPair: true,
				Source: `agency "e" from the environment variable HW_ASSUME_ROLE_AGENCY_NAME and the environment variable ` +
					"HW_ASSUME_ROLE_DOMAIN_NAME",
			},
		}, {
			name: "assume", account: NameOrID{ID: "own-account"}, host: "swr-api.ap-southeast-2.myhuaweicloud.com",
			agency: &Agency{
				Name: "ops", Domain: NameOrID{ID: "customer-id"}, AsKeyPair: true,
				Source: `agency "ops" from profile "assume" in ~/.hcloud/config.json`,
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			block := Settings{"profile": test.name}
			maps.Copy(block, test.block)
			config, _, errs := Resolve(block, fakeEnvironment(test.env, vars{hcloudFile: hcloudConfig}))
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			if pair := config.Credential.KeyPair; pair.Project != test.project || pair.Domain != test.account {
				t.Errorf("got project %v of account %v, want %v of %v", pair.Project, pair.Domain, test.project, test.account)
			}
			got, want := config.Credential.Agency, test.agency
			if (got == nil) != (want == nil) || got != nil && *got != *want {
				t.Errorf("got agency %+v, want %+v", got, want)
			}
			if config.Endpoint.Host != test.host {
				t.Errorf("got host %s, want %s", config.Endpoint.Host, test.host)
			}
		})
	}
}

// An agency of the environment is not ignored where the profile has another one.
func TestProfileAndAgencyOfTheEnvironment(t *testing.T) {
	errorTest{
		block: Settings{"profile": "delegated"}, env: vars{"OS_AGENCY_NAME": "e"}, files: vars{hcloudFile: hcloudConfig},
		attribute: "assume_role", summary: "Agency not used",
		detail: "The environment variable OS_AGENCY_NAME asks to act in another account with an agency, but the profile " +
			`"delegated" in ~/.hcloud/config.json has an agency of its own. Set assume_role in the provider block, or unset the variable.`,
	}.run(t)
}

func TestProfileErrors(t *testing.T) {
	const fromBlock = `The profile "p" from the provider block can't be used: `
	const supported = " is not supported; supported are AKSK, SSO and AssumeRole."
	profiles := func(text string) vars { return vars{hcloudFile: `{"profiles": [` + text + `]}`} }
	for _, test := range []errorTest{
		{
			name: "no file", files: vars{},
			detail: fromBlock + "~/.hcloud/config.json does not exist; set shared_config_file in the provider block, or HW_SHARED_CONFIG_FILE.",
		}, {
			name: "no file of that name", files: vars{}, env: vars{"HW_SHARED_CONFIG_FILE": "/x/c.json"},
			detail: fromBlock + "/x/c.json can't be read: file does not exist.",
		}, {
			name: "too large", files: vars{hcloudFile: strings.Repeat(" ", maxSharedConfigFile+1)},
			detail: fromBlock + "~/.hcloud/config.json can't be read: it is larger than 128 KiB.",
		}, {
			name: "no JSON", files: vars{hcloudFile: "{\n\"profiles\": [{\"secretAccessKey\": s3cret"},
			detail: fromBlock + "~/.hcloud/config.json is not valid JSON, see line 2.",
		}, {
			name: "another structure", files: vars{hcloudFile: "{\"profiles\":\n\"s3cret\"}"},
			detail: fromBlock + "~/.hcloud/config.json is not valid JSON, see line 2.",
		}, {
			name: "no such profile", files: profiles(`{"name": "b"}, {"name": "a"}`),
			detail: fromBlock + `~/.hcloud/config.json has no profile "p"; it has: a, b.`,
		}, {
			name: "no profiles", files: vars{hcloudFile: "{}"},
			detail: fromBlock + `~/.hcloud/config.json has no profile "p"; it has: no profiles.`,
		}, {
			name: "no current profile", block: Settings{"profile": ""}, env: vars{"HW_SHARED_CONFIG_FILE": hcloudFile},
			files: profiles(`{"name": "a"}`), attribute: "shared_config_file",
			detail: `The shared_config_file "` + hcloudFile + `" from the environment variable HW_SHARED_CONFIG_FILE can't be used: ` +
				hcloudFile + " has no current profile; set profile in the provider block, or HW_PROFILE, to one of: a.",
		}, {
			name: "no access key", files: profiles(`{"name": "p", "mode": "AKSK", "accessKeyId": "A"}`),
			detail: fromBlock + "it has no access key for the mode AKSK in ~/.hcloud/config.json; run hcloud configure set " +
				`--cli-profile="p" --cli-access-key=AK --cli-secret-key=SK.`,
		}, {
			name:  "not signed on, with an access key of another mode",
			files: profiles(`{"name": "p", "mode": "SSO", "accessKeyId": "A", "secretAccessKey": "s3cret"}`),
			detail: fromBlock + "it has no access key for the mode SSO in ~/.hcloud/config.json; run hcloud configure sso " +
				`--cli-profile="p".`,
		}, {
			name:  "encrypted, as the file says",
			files: vars{hcloudFile: `{"authEncrypt": "true", "profiles": [{"name": "p", "accessKeyId": "A", "secretAccessKey": "s3cret"}]}`},
			detail: fromBlock + "its secrets in ~/.hcloud/config.json are encrypted, which only hcloud can decrypt; run hcloud " +
				"configure set --cli-auth-encrypt=false, which stores them as plain text.",
		}, {
			name:   "encrypted by an older version, as the length shows",
			files:  profiles(`{"name": "p", "mode": "AKSK", "accessKeyId": "A", "secretAccessKey": "` + strings.Repeat(secretWord, 10) + `"}`),
			detail: fromBlock + "its secrets in ~/.hcloud/config.json are encrypted...",
		}, {
			name: "the agency of a server", files: profiles(`{"name": "p", "mode": "ecsAgency"}`),
			detail: fromBlock + `its mode "ecsAgency"` + supported,
		}, {
			name: "no agency", files: profiles(`{"name": "p", "mode": "AssumeRole", "accessKeyId": "A", "secretAccessKey": "s3cret"}`),
			detail: fromBlock + "its mode is AssumeRole, but it has no agencyName in ~/.hcloud/config.json.",
		}, {
			name: "half an agency", files: profiles(`{"name": "p", "agencyDomainName": "c", "accessKeyId": "A", "secretAccessKey": "s3cret"}`),
			detail: fromBlock + "it must have both agencyName and agencyDomainName (or agencyDomainId) in ~/.hcloud/config.json, or neither; " +
				`run hcloud configure set --cli-profile="p" --cli-agency-name=AGENCY --cli-agency-domain-name=ACCOUNT.`,
		}, {
			name: "no source profile", files: profiles(`{"name": "p", "mode": "AssumeRole", "agencyName": "a", "sourceProfile": "q"}`),
			detail: fromBlock + `~/.hcloud/config.json has no profile "q"; it has: p.`,
		}, {
			name:   "a source profile with an agency",
			files:  profiles(`{"name": "p", "mode": "AssumeRole", "agencyName": "a", "agencyDomainId": "c", "sourceProfile": "q"}, {"name": "q", "agencyName": "b"}`),
			detail: fromBlock + `its source profile "q" must have the mode AKSK and no agency.`,
		},
	} {
		block := Settings{"profile": "p", "endpoint": "https://swr.example"}
		maps.Copy(block, test.block)
		test.block, test.summary = block, "Invalid profile"
		if test.attribute == "" {
			test.attribute = "profile"
		}
		t.Run(test.name, test.run)
	}
}

func TestProfileConflicts(t *testing.T) {
	const keepOne = "Keep one authentication method: token; or oidc; or access_key with secret_key; or user_name or user_id " +
		"with password; or cloud; or profile."
	for _, test := range []errorTest{
		{
			name: "an ID token", block: Settings{"oidc.idp_id": "i", "profile": "p"}, attribute: "oidc.idp_id",
			detail: "The provider block sets oidc.idp_id, and also profile. " + keepOne,
		}, {
			name: "a token", block: Settings{"token": secretWord, "profile": "p"}, attribute: "token",
			detail: "The provider block sets token, and also profile. " + keepOne,
		}, {
			name:  "a part of a login",
			block: Settings{"password": secretWord, "shared_config_file": "f", "profile": "p"}, attribute: "password",
			detail: "The provider block sets password, and also shared_config_file with profile. " + keepOne,
		}, {
			name: "a cloud", block: Settings{"cloud": "c", "shared_config_file": "f"}, attribute: "cloud",
			detail: "The provider block sets cloud, and also shared_config_file. " + keepOne,
		}, {
			name:  "a cloud with a part of a login",
			block: Settings{"cloud": "c", "password": secretWord, "profile": "p"}, attribute: "password",
			detail: "The provider block sets password, and also cloud, and also profile. " + keepOne,
		},
	} {
		test.summary = "Conflicting credentials"
		t.Run(test.name, test.run)
	}
}

// For all contents of the file Resolve does not panic. It returns a complete
// configuration, or an error with attribute and detail. Time and memory are limited.
func FuzzSharedConfig(f *testing.F) {
	f.Add(hcloudConfig)
	f.Add(`{"authEncrypt": [{"a": null}], "current": "p", "profiles": [{"name": "p", "mode": "AssumeRole", "agencyName": 1}, null]}`)
	f.Add(`{"current": "p", "profiles": [{"name": "p", "mode": "AssumeRole", "agencyName": "a", "sourceProfile": "p"}]}`)
	f.Add(`{"current": "p", "profiles": [{"name": "p", "mode": "` + strings.Repeat("m", maxSharedConfigFile-100) + `"}]}`)
	f.Add(`{"profiles": [` + strings.Repeat("{},", maxSharedConfigFile/3-20) + `{}]}`)
	f.Add(`{"authEncrypt": ` + strings.Repeat("[", maxSharedConfigFile/2))
	f.Fuzz(func(t *testing.T, text string) {
		env := fakeEnvironment(nil, vars{"/c.json": text})
		var config Config
		errs := within(t, time.Minute, 64<<20, func() (errs []Diagnostic) {
			config, _, errs = Resolve(Settings{"shared_config_file": "/c.json", "endpoint": "https://swr.example"}, env)
			return errs
		})
		if len(errs) == 0 && config.Credential.Method != MethodKeyPair {
			t.Errorf("no error and no credential: %+v", config)
		}
		for _, e := range errs {
			if e.Attribute == "" || e.Detail == "" || len(e.Detail) > 10_000 {
				t.Errorf("an error without attribute or detail, or too long: %#v", e)
			}
		}
	})
}
