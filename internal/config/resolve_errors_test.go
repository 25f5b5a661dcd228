package config

import (
	"io/fs"
	"maps"
	"strings"
	"testing"
)

// secretWord is part of every secret in the tables of errors.
const secretWord = "s3cret"

// errorTest is a configuration with one error.
type errorTest struct {
	name      string
	block     Settings
	env       vars
	attribute string
	summary   string
	// detail is the whole detail, or its beginning if it ends in "...".
	detail string
	files  vars
}

func (test errorTest) run(t *testing.T) {
	t.Helper()
	_, _, errs := Resolve(test.block, fakeEnvironment(test.env, test.files))
	if len(errs) != 1 {
		t.Fatalf("got %d errors, want one: %v", len(errs), errs)
	}
	got := errs[0]
	if got.Attribute != test.attribute || got.Summary != test.summary {
		t.Errorf("got %q, %q, want %q, %q", got.Attribute, got.Summary, test.attribute, test.summary)
	}
	prefix, cut := strings.CutSuffix(test.detail, "...")
	if cut && !strings.HasPrefix(got.Detail, prefix) || !cut && got.Detail != test.detail {
		t.Errorf("got  %s\nwant %s", got.Detail, test.detail)
	}
	if strings.Contains(got.Detail, secretWord) {
		t.Errorf("a secret is shown: %s", got.Detail)
	}
}

func TestCredentialErrors(t *testing.T) {
	const token, endpoint = secretWord, "https://swr.example"
	for _, test := range []errorTest{
		{
			name: "no credential", summary: "No credentials configured",
			detail: `Neither the provider block nor the environment has credentials. Set one of:
  - a token: token, or OS_TOKEN, OS_AUTH_TOKEN, HW_AUTH_TOKEN
  - an ID token: oidc, or SWR_OIDC_IDP_ID and SWR_OIDC_ID_TOKEN or SWR_OIDC_ID_TOKEN_FILE
  - an access key: access_key and secret_key (and security_token), or OS_ACCESS_KEY and OS_SECRET_KEY, ` +
				`or HW_ACCESS_KEY and HW_SECRET_KEY
  - a login: user_name or user_id, password, and domain_name or domain_id, or OS_USERNAME, OS_PASSWORD and ` +
				`OS_USER_DOMAIN_NAME, or HW_USER_NAME, HW_USER_PASSWORD and HW_DOMAIN_NAME
  - an entry of clouds.yaml: cloud, or OS_CLOUD
  - a profile of Huawei Cloud's CLI: profile, or HW_PROFILE`,
		}, {
			name: "token and key pair", block: Settings{"token": token, "access_key": "a", "secret_key": secretWord},
			attribute: "token", summary: "Conflicting credentials",
			detail: "The provider block sets token, and also access_key with secret_key. Keep one authentication method: token; " +
				"or oidc; or access_key with secret_key; or user_name or user_id with password; or cloud; or profile.",
		}, {
			name: "token and a part of a login", block: Settings{"token": token, "user_id": "u"},
			attribute: "token", summary: "Conflicting credentials",
			detail: "The provider block sets token, and also user_id. Keep one...",
		}, {
			name:      "key pair and login",
			block:     Settings{"access_key": "a", "secret_key": secretWord, "user_name": "u", "password": secretWord},
			attribute: "access_key", summary: "Conflicting credentials",
			detail: "The provider block sets access_key with secret_key, and also user_name with password. Keep one...",
		}, {
			name: "token and cloud", block: Settings{"token": token, "cloud": "otc"},
			attribute: "token", summary: "Conflicting credentials",
			detail: "The provider block sets token, and also cloud. Keep one...",
		}, {
			name: "login and cloud", block: Settings{"user_name": "u", "password": secretWord, "cloud": "otc"},
			attribute: "user_name", summary: "Conflicting credentials",
			detail: "The provider block sets user_name with password, and also cloud. Keep one...",
		}, {
			name: "parts of two methods and cloud", block: Settings{"secret_key": secretWord, "password": secretWord, "cloud": "otc"},
			attribute: "secret_key", summary: "Conflicting credentials",
			detail: "The provider block sets secret_key, and also password, and also cloud. Keep one...",
		}, {
			name: "user name and id", block: Settings{"user_name": "u", "user_id": "u", "password": secretWord, "project_id": "p", "auth_url": otcIAM},
			attribute: "user_id", summary: "Conflicting user attributes",
			detail: "The provider block sets both user_name and user_id. Keep one of them.",
		}, {
			name: "domain name and id", block: Settings{"token": token, "endpoint": endpoint, "domain_name": "u", "domain_id": "u"},
			attribute: "domain_id", summary: "Conflicting domain attributes",
			detail: "The provider block sets both domain_name and domain_id. Keep one of them.",
		}, {
			name: "project name and id", block: Settings{"token": token, "endpoint": endpoint, "project_name": "u", "project_id": "u"},
			attribute: "project_id", summary: "Conflicting project attributes",
			detail: "The provider block sets both project_name and project_id. Keep one of them.",
		}, {
			name: "an access key alone in the block", block: Settings{"access_key": "a"},
			attribute: "secret_key", summary: "Incomplete access key",
			detail: "The provider block sets access_key, but secret_key is not set there, nor is OS_SECRET_KEY or HW_SECRET_KEY " +
				"in the environment. (A variable is not used if OS_ACCESS_KEY or HW_ACCESS_KEY beside it has another value than access_key.)",
		}, {
			name: "an access key of the block beside another pair", block: Settings{"access_key": "a"},
			env:       vars{"OS_ACCESS_KEY": "b", "OS_SECRET_KEY": secretWord},
			attribute: "secret_key", summary: "Incomplete access key",
			detail: "The provider block sets access_key, but secret_key is not...",
		}, {
			name: "a secret key alone in the block", block: Settings{"secret_key": secretWord},
			attribute: "access_key", summary: "Incomplete access key",
			detail: "The provider block sets secret_key, but access_key is not set there, nor is OS_ACCESS_KEY or HW_ACCESS_KEY in the environment. (A...",
		}, {
			name: "a security token alone", block: Settings{"security_token": secretWord},
			attribute: "access_key", summary: "Incomplete access key",
			detail: "The provider block sets security_token, but access_key and secret_key are set neither there nor in the environment.",
		}, {
			name: "an access key alone in the environment", env: vars{"OS_ACCESS_KEY": "a", "HW_SECRET_KEY": secretWord},
			attribute: "secret_key", summary: "Incomplete access key",
			detail: "The environment variable OS_ACCESS_KEY is set, but OS_SECRET_KEY is not. " +
				"Both must come from variables with the same prefix, OS_ or HW_: set both or neither.",
		}, {
			name: "a secret key alone in the environment", env: vars{"HW_SECRET_KEY": secretWord},
			attribute: "access_key", summary: "Incomplete access key",
			detail: "The environment variable HW_SECRET_KEY is set, but HW_ACCESS_KEY is not. Both...",
		}, {
			name: "a user alone in the block", block: Settings{"user_id": "u"},
			attribute: "password", summary: "Incomplete login",
			detail: "The provider block sets user_id, but password is not set there, nor is OS_PASSWORD or HW_USER_PASSWORD " +
				"in the environment. (A variable is not used if OS_USERNAME or HW_USER_NAME beside it has another value than user_id.)",
		}, {
			name: "an empty password", block: Settings{"user_name": "u", "password": ""},
			attribute: "password", summary: "Incomplete login",
			detail: "The provider block sets user_name, but password is not...",
		}, {
			name: "a password alone in the environment", env: vars{"OS_PASSWORD": secretWord, "HW_USER_NAME": "u"},
			attribute: "user_name", summary: "Incomplete login",
			detail: "The environment variable OS_PASSWORD is set, but OS_USERNAME is not. Both...",
		}, {
			name: "a user alone in the environment", env: vars{"HW_USER_ID": "u"},
			attribute: "password", summary: "Incomplete login",
			detail: "The environment variable HW_USER_ID is set, but HW_USER_PASSWORD is not. Both...",
		}, {
			name:      "a login without an account",
			block:     Settings{"user_name": "u", "password": secretWord, "region": "eu-de", "auth_url": otcIAM},
			attribute: "domain_name", summary: "No account",
			detail: "A login with the name of a user or of a project requires the account that it belongs to. " +
				"Set domain_name or domain_id in the provider block, or OS_USER_DOMAIN_NAME or HW_DOMAIN_NAME.",
		}, {
			name: "a login whose account has the other prefix",
			env: vars{
				"OS_USERNAME": "u", "OS_PASSWORD": secretWord, "HW_DOMAIN_NAME": "d", "OS_PROJECT_ID": "p", "OS_AUTH_URL": otcIAM,
			},
			attribute: "domain_name", summary: "No account",
			detail: "A login with the name of a user or of a project requires the account that it belongs to. " +
				"Set domain_name or domain_id in the provider block, or OS_USER_DOMAIN_NAME.",
		}, {
			name:      "the id of a user, but the name of a project",
			block:     Settings{"user_id": "u", "password": secretWord, "project_name": "p", "auth_url": otcIAM},
			attribute: "domain_name", summary: "No account",
			detail: "A login with the name of a user or of a project...",
		}, {
			name:      "a login without a project",
			block:     Settings{"user_id": "u", "password": secretWord, "auth_url": otcIAM},
			attribute: "project_name", summary: "No project",
			detail: "A login requires a project. In the provider block set project_name, project_id or region (the project of a " +
				"region has its name); or set OS_PROJECT_NAME or HW_PROJECT_NAME or OS_REGION_NAME.",
		}, {
			name:      "a login without auth_url",
			block:     Settings{"user_id": "u", "password": secretWord, "project_id": "p", "endpoint": endpoint},
			attribute: "auth_url", summary: "No auth_url",
			detail: "A login requires the URL of IAM. Set auth_url in the provider block, or OS_AUTH_URL or HW_AUTH_URL. " +
				"Example: https://iam.eu-de.otc.t-systems.com/v3",
		}, {
			name: "a token with a line break", block: Settings{"token": secretWord + "\n", "endpoint": endpoint},
			attribute: "token", summary: "Invalid token",
			detail: "The token from the provider block contains a space, a line break or another character that is not allowed. " +
				"If it was read from a file, trimspace() removes the line break at its end.",
		}, {
			name:      "a secret key with a line break",
			env:       vars{"OS_ACCESS_KEY": "a", "OS_SECRET_KEY": secretWord + "\r\n", "SWR_ENDPOINT": endpoint},
			attribute: "secret_key", summary: "Invalid secret_key",
			detail: "The secret_key from the environment variable OS_SECRET_KEY contains...",
		},
	} {
		t.Run(test.name, test.run)
	}
}

// A variable that asks for another identity is an error where it is not used: who
// ignores it shares with the wrong account.
func TestIdentityErrors(t *testing.T) {
	keys := vars{"OS_ACCESS_KEY": "AK", "OS_SECRET_KEY": secretWord, "OS_REGION_NAME": "eu-de"}
	token := Settings{"token": secretWord, "region": "eu-de"}
	const notUsed = "asks to act in another account with an agency, but "
	for _, test := range []errorTest{
		{
			name: "an agency of other variables than the credential's", env: with(keys, "HW_ASSUME_ROLE_AGENCY_NAME", "ops", "HW_ASSUME_ROLE_DOMAIN_NAME", "A"),
			attribute: "assume_role", summary: "Agency not used",
			detail: "The environment variable HW_ASSUME_ROLE_AGENCY_NAME " + notUsed + "the credential is from variables with the prefix OS_. " +
				"Set assume_role in the provider block, or unset the variable.",
		}, {
			name: "an account of an agency in other variables", env: with(keys, "HW_ASSUME_ROLE_DOMAIN_ID", "A"),
			attribute: "assume_role", summary: "Agency not used",
			detail: "The environment variable HW_ASSUME_ROLE_DOMAIN_ID " + notUsed + "the...",
		}, {
			name: "two agencies and a credential of the block", block: token,
			env: vars{
				"OS_AGENCY_NAME": "ops", "OS_AGENCY_DOMAIN_NAME": "A", "HW_ASSUME_ROLE_AGENCY_NAME": "dev", "HW_ASSUME_ROLE_DOMAIN_NAME": "B",
			},
			attribute: "assume_role", summary: "Agency not used",
			detail: "The environment variable HW_ASSUME_ROLE_AGENCY_NAME " + notUsed + "it is not the one of the environment variable OS_AGENCY_NAME. Set...",
		}, {
			name: "the same agency name with two accounts", block: token,
			env: vars{
				"OS_AGENCY_NAME": "ops", "OS_AGENCY_DOMAIN_NAME": "A", "HW_ASSUME_ROLE_AGENCY_NAME": "ops", "HW_ASSUME_ROLE_DOMAIN_NAME": "B",
			},
			attribute: "assume_role", summary: "Agency not used",
			detail: "The environment variable HW_ASSUME_ROLE_DOMAIN_NAME " + notUsed + "it is not...",
		}, {
			name: "an agency beside an entry of clouds.yaml", env: vars{"OS_CLOUD": "keys", "OS_AGENCY_NAME": "ops"}, files: cloudFiles,
			attribute: "assume_role", summary: "Agency not used",
			detail: "The environment variable OS_AGENCY_NAME " + notUsed + `the credential is from cloud "keys" in /work/clouds.yaml, ` +
				"and only the provider block overrides parts of it. Set assume_role in the provider block, or unset the variable.",
		}, {
			name: "an agency without an account", env: with(keys, "OS_AGENCY_NAME", "ops"),
			attribute: "assume_role.domain_name", summary: "Incomplete agency",
			detail: "The environment variable OS_AGENCY_NAME is set, but OS_AGENCY_DOMAIN_NAME is not. " +
				"Both must come from variables with the same prefix, OS_ or HW_: set both or neither.",
		}, {
			name: "an agency without a name", env: with(keys, "OS_AGENCY_DOMAIN_NAME", "A"),
			attribute: "assume_role.agency_name", summary: "Incomplete agency",
			detail: "The environment variable OS_AGENCY_DOMAIN_NAME is set, but OS_AGENCY_NAME is not. Both...",
		}, {
			name: "the project of an agency alone", env: with(keys, "OS_DELEGATED_PROJECT", "eu-de_x"),
			attribute: "assume_role.agency_name", summary: "Incomplete agency",
			detail: "The environment variable OS_DELEGATED_PROJECT is set, but OS_AGENCY_NAME and OS_AGENCY_DOMAIN_NAME are not. Set all of them or none.",
		}, {
			name: "the project of an agency alone in the block", block: Settings{"assume_role.project_id": "p"}, env: keys,
			attribute: "assume_role.agency_name", summary: "Incomplete agency",
			detail: "A project of an agency is set by the provider block, but agency_name and domain_name are not. " +
				"Set them in assume_role in the provider block.",
		}, {
			name: "an agency of the block without an account", block: Settings{"assume_role.agency_name": "ops"}, env: keys,
			attribute: "assume_role.domain_name", summary: "Incomplete agency",
			detail: "The provider block sets assume_role.agency_name, but assume_role.domain_name is not set there, nor is " +
				"OS_AGENCY_DOMAIN_NAME or HW_ASSUME_ROLE_DOMAIN_NAME in the environment. (A variable is not used if OS_AGENCY_NAME or " +
				"HW_ASSUME_ROLE_AGENCY_NAME beside it has another value than assume_role.agency_name.)",
		}, {
			name: "name and id of the agency's account", env: keys,
			block:     Settings{"assume_role.agency_name": "ops", "assume_role.domain_id": "a", "assume_role.domain_name": "A"},
			attribute: "assume_role.domain_id", summary: "Conflicting assume_role.domain attributes",
			detail: "The provider block sets both assume_role.domain_name and assume_role.domain_id. Keep one of them.",
		}, {
			name: "an agency without IAM", env: vars{"OS_TOKEN": secretWord, "SWR_ENDPOINT": "https://swr.example", "OS_REGION_NAME": "eu-x",
				"OS_AGENCY_NAME": "ops", "OS_AGENCY_DOMAIN_NAME": "A"},
			attribute: "auth_url", summary: "No auth_url",
			detail: "An agency requires the URL of IAM. Set auth_url in...",
		}, {
			name: "an agency without a project", env: vars{"OS_TOKEN": secretWord, "OS_AUTH_URL": otcIAM, "OS_AGENCY_NAME": "ops", "OS_AGENCY_DOMAIN_NAME": "A"},
			attribute: "assume_role.project_name", summary: "No project",
			detail: "An agency requires a project. In the provider block set assume_role.project_name, assume_role.project_id or region " +
				"(the project of a region has its name); or set OS_DELEGATED_PROJECT or OS_REGION_NAME.",
		}, {
			name: "a token for the IAM of another source", block: Settings{"token": secretWord, "endpoint": "https://swr.example", "region": "eu-de"},
			env:       vars{"OS_AUTH_URL": otcIAM, "OS_AGENCY_NAME": "ops", "OS_AGENCY_DOMAIN_NAME": "A"},
			attribute: "auth_url", summary: "Credential and host from different sources",
			detail: "The credential (token from the provider block) is not sent to " + otcIAM + "...",
		}, {
			name: "an id token without an identity provider", env: with(keys, "SWR_OIDC_ID_TOKEN", secretWord),
			attribute: "oidc.idp_id", summary: "Incomplete ID token",
			detail: "The environment variable SWR_OIDC_ID_TOKEN is set, but SWR_OIDC_IDP_ID is not. " +
				"Both must come from variables with the same prefix, SWR_, HW_ or HUAWEICLOUD_SDK_: set both or neither.",
		}, {
			name: "an identity provider without an id token", env: with(keys, "HUAWEICLOUD_SDK_IDP_ID", "idp"),
			attribute: "oidc.id_token_file", summary: "Incomplete ID token",
			detail: "The environment variable HUAWEICLOUD_SDK_IDP_ID is set, but HUAWEICLOUD_SDK_ID_TOKEN_FILE is not. Both...",
		}, {
			name: "an identity provider of the block alone", block: Settings{"oidc.idp_id": "idp"}, env: vars{"OS_REGION_NAME": "eu-de"},
			attribute: "oidc.id_token_file", summary: "Incomplete ID token",
			detail: "The provider block sets oidc.idp_id, but oidc.id_token_file is not set there, nor is SWR_OIDC_ID_TOKEN_FILE or " +
				"HW_ASSUME_ROLE_ID_TOKEN_FILE or HUAWEICLOUD_SDK_ID_TOKEN_FILE in the environment. (A...",
		}, {
			name:      "token and file in the block",
			block:     Settings{"oidc.idp_id": "idp", "oidc.id_token": secretWord, "oidc.id_token_file": "/t", "region": "eu-de"},
			attribute: "oidc.id_token_file", summary: "Conflicting oidc attributes",
			detail: "The provider block sets both oidc.id_token and oidc.id_token_file. Keep one of them.",
		}, {
			name: "token and file in the environment",
			env: vars{"HW_ASSUME_ROLE_IDP_ID": "idp", "HW_ASSUME_ROLE_ID_TOKEN": secretWord, "HW_ASSUME_ROLE_ID_TOKEN_FILE": "/t",
				"HW_REGION_NAME": "ap-southeast-1"},
			attribute: "oidc.id_token_file", summary: "Conflicting ID tokens",
			detail: "The environment variable HW_ASSUME_ROLE_ID_TOKEN and the environment variable HW_ASSUME_ROLE_ID_TOKEN_FILE are both set. Keep one of them.",
		}, {
			name: "oidc and a key pair", block: Settings{"oidc.idp_id": "idp", "oidc.id_token": secretWord, "access_key": "a", "secret_key": "s"},
			attribute: "oidc.idp_id", summary: "Conflicting credentials",
			detail: "The provider block sets oidc.idp_id with oidc.id_token, and also access_key with secret_key. Keep...",
		}, {
			name: "a part of oidc and cloud", block: Settings{"oidc.idp_id": "idp", "cloud": "keys"}, files: cloudFiles,
			attribute: "oidc.idp_id", summary: "Conflicting credentials",
			detail: "The provider block sets oidc.idp_id, and also cloud. Keep...",
		}, {
			name: "cloud and profile", block: Settings{"profile": "p", "cloud": "keys"}, files: cloudFiles,
			attribute: "cloud", summary: "Conflicting credentials",
			detail: "The provider block sets cloud, and also profile. Keep...",
		}, {
			name:      "an id token with a line break",
			block:     Settings{"oidc.idp_id": "idp", "oidc.id_token": secretWord + "\n", "region": "eu-de"},
			attribute: "oidc.id_token", summary: "Invalid oidc.id_token",
			detail: "The oidc.id_token from the provider block contains...",
		}, {
			name: "an id token of the block and OS_AUTH_URL", block: Settings{"oidc.idp_id": "idp", "oidc.id_token": secretWord},
			env:       vars{"OS_AUTH_URL": otcIAM, "OS_REGION_NAME": "eu-de"},
			attribute: "auth_url", summary: "Credential and host from different sources",
			detail: `The credential (ID token of the identity provider "idp" from the provider block) is not sent to ` + otcIAM + "...",
		}, {
			name: "the huaweicloud provider's cloud", block: Settings{"cloud": "myhuaweicloud.eu", "region": "eu-west-101"},
			attribute: "cloud", summary: "Invalid cloud",
			detail: `"myhuaweicloud.eu" from the provider block is the domain of a cloud. That is what cloud means in the huaweicloud ` +
				"provider; here it is the name of an entry of clouds.yaml (no clouds.yaml was found; searched /work/clouds.yaml...",
		}, {
			name: "a region of no known cloud", block: Settings{"token": secretWord, "region": "ap-southeast-1"},
			attribute: "endpoint", summary: "No endpoint",
			detail: `The endpoint of SWR can't be derived: neither endpoint nor auth_url is set, and the region "ap-southeast-1" alone ` +
				"does not identify the cloud (HW_CLOUD, such as myhuaweicloud.com, does). Set...",
		}, {
			name: "a Huawei Cloud region with the other variables", env: with(keys, "OS_REGION_NAME", "ap-southeast-1"),
			attribute: "endpoint", summary: "No endpoint", detail: "The endpoint of SWR can't be derived: neither...",
		}, {
			name: "a token of the block and HW_CLOUD", block: Settings{"token": secretWord, "region": "ap-southeast-1"},
			env:       vars{"HW_CLOUD": "cloud.example"},
			attribute: "auth_url", summary: "Credential and host from different sources",
			detail: "The credential (token from the provider block) is not sent to https://iam.ap-southeast-1.cloud.example/v3, which comes " +
				"from the environment variable HW_CLOUD: that...",
		}, {
			name: "a token of HW_ variables and the region of OS_ variables", env: vars{"HW_AUTH_TOKEN": secretWord, "OS_REGION_NAME": "eu-de"},
			attribute: "auth_url", summary: "Credential and host from different sources",
			detail: "The credential (token from the environment variable HW_AUTH_TOKEN) is not sent to " + otcIAM + ", which comes from the " +
				"environment variable OS_REGION_NAME: that...",
		}, {
			name: "HW_CLOUD is no domain", env: vars{"HW_ACCESS_KEY": "AK", "HW_SECRET_KEY": secretWord, "HW_REGION_NAME": "x-1", "HW_CLOUD": "a@b/c"},
			attribute: "region", summary: "Invalid HW_CLOUD",
			detail: "The value of the environment variable HW_CLOUD is not the domain of a cloud. Example: myhuaweicloud.com",
		},
	} {
		t.Run(test.name, test.run)
	}
}

// with returns the variables with others, given as names and values.
func with(env vars, others ...string) vars {
	result := maps.Clone(env)
	for i := 0; i < len(others); i += 2 {
		result[others[i]] = others[i+1]
	}
	return result
}

func TestCloudErrors(t *testing.T) {
	const notUsable = `The cloud "c" from the provider block can't be used: `
	const source = `cloud "c" in /work/clouds.yaml`
	for _, test := range []struct {
		name, clouds, summary, detail string
		block                         Settings
		env, files                    vars
	}{
		{
			name: "no clouds.yaml", summary: "Invalid cloud", files: vars{},
			detail: notUsable + "no clouds.yaml was found; searched /work/clouds.yaml, /work/clouds.yml, /work/clouds.json, " +
				"/home/u/.config/openstack/clouds.yaml, /home/u/.config/openstack/clouds.yml, /home/u/.config/openstack/clouds.json, " +
				"/etc/openstack/clouds.yaml, /etc/openstack/clouds.yml, /etc/openstack/clouds.json.",
		}, {
			name: "an unknown cloud", clouds: "clouds: {b: {}, a: {}}", summary: "Invalid cloud",
			detail: notUsable + "/work/clouds.yaml does not contain it; it contains: a, b.",
		}, {
			name: "an empty file", summary: "Invalid cloud",
			detail: notUsable + "/work/clouds.yaml does not contain it; it contains: no clouds.",
		}, {
			name: "no YAML", clouds: "clouds:\n  c: {password: s3cret", summary: "Invalid cloud",
			detail: notUsable + "/work/clouds.yaml is not a valid clouds.yaml, see line 1.",
		}, {
			name: "an unknown anchor, which the library's error quotes", clouds: "clouds: {c: {auth: {password: *s3cret}}}",
			summary: "Invalid cloud", detail: notUsable + "/work/clouds.yaml is not a valid clouds.yaml.",
		}, {
			name: "a text instead of settings", clouds: "clouds:\n  c:\n    auth: s3cret\n", summary: "Invalid cloud",
			detail: notUsable + "/work/clouds.yaml (or a file that is merged with it) is not a valid clouds.yaml, see line 3.",
		}, {
			name: "a bad secure.yaml", files: vars{"/work/clouds.yaml": "clouds: {c: {}}", "/work/secure.yaml": "["}, summary: "Invalid cloud",
			detail: notUsable + "/work/secure.yaml is not a valid clouds.yaml, see line 1.",
		}, {
			name: "an unknown profile", clouds: "clouds: {c: {profile: vendor}}", summary: "Invalid cloud",
			detail: notUsable + `its profile "vendor" is neither in a clouds-public.yaml nor built in (otc is), and it has no ` +
				"auth_url of its own; set auth_url under auth in /work/clouds.yaml.",
		}, {
			name: "the built-in profile without a region", clouds: "clouds: {c: {profile: otc, auth: {token: s3cret}}}", summary: "Invalid cloud",
			detail: notUsable + "the profile otc has the regions eu-de and eu-nl only, but it has no region_name; set region_name " +
				"to one of them, or auth_url under auth to the IAM of another region, in /work/clouds.yaml.",
		}, {
			name: "the built-in profile with another region", clouds: "clouds: {c: {cloud: otc, auth: {token: s3cret}, region_name: eu-ch2}}",
			summary: "Invalid cloud",
			detail: notUsable + `the profile otc has the regions eu-de and eu-nl only, but its region is "eu-ch2"; set region_name ` +
				"to one of them, or auth_url under auth to the IAM of another region, in /work/clouds.yaml.",
		}, {
			name: "the built-in profile with another region of the block", block: Settings{"region": "eu-west-101"}, summary: "Invalid cloud",
			clouds: "clouds: {c: {profile: otc, auth: {token: s3cret, project_name: eu-de}}}",
			detail: notUsable + `the profile otc has the regions eu-de and eu-nl only, but its region is "eu-west-101"; set...`,
		}, {
			name: "a host with a region that is none", summary: "Invalid cloud",
			clouds: "clouds: {c: {auth: {auth_url: 'https://iam.{region_name}.example', token: s3cret}, region_name: 'x/y'}}",
			detail: notUsable + "its auth_url contains {region_name}, but it has no valid region_name; set it in /work/clouds.yaml.",
		}, {
			name: "a trust", clouds: "clouds: {c: {auth: {username: u, password: s3cret, trust_id: x}}}", summary: "Invalid cloud",
			detail: notUsable + "its trust_id under auth is not supported, and without it the run could act as another identity; use a token, " +
				"an access key, or user name and password.",
		}, {
			name: "an identity provider", clouds: "clouds: {c: {auth: {username: u, password: s3cret, protocol: saml}}}", summary: "Invalid cloud",
			detail: notUsable + "its protocol under auth is not supported, and without it the run could act as another identity; use oidc in " +
				"the provider block, or a token of otc-auth.",
		}, {
			name: "an identity that a merged mapping and secure.yaml ask for", summary: "Invalid cloud",
			files: vars{
				"/work/clouds.yaml": "clouds: {c: {auth: {username: u, password: s3cret}}}",
				"/work/secure.yaml": "x: &x {passcode: 1}\nclouds: {c: {auth: {<<: [*x]}}}",
			},
			detail: notUsable + "its passcode under auth is not supported, and without it the run could act as another identity; use a token of otc-auth.",
		}, {
			name: "an agency beside auth", clouds: "clouds: {c: {auth: {token: s3cret}, target_agency_name: a}}", summary: "Invalid cloud",
			detail: notUsable + "its target_agency_name beside auth is not supported, and without it the run could act as another identity; " +
				"write it under auth.",
		}, {
			name: "an agency with the name of the variable", clouds: "clouds: {c: {auth: {token: s3cret, agency_name: a}}}", summary: "Invalid cloud",
			detail: notUsable + "its agency_name under auth is not supported, and without it the run could act as another identity; " +
				"write target_agency_name.",
		}, {
			name: "an agency without a name", clouds: "clouds: {c: {auth_type: agency, auth: {token: s3cret, target_domain_id: d}}}",
			summary: "Incomplete cloud",
			detail: "The auth_type of " + source + " is agency, but target_agency_name is not set. Set it under auth, " +
				"with target_domain_name or target_domain_id, the account that delegates.",
		}, {
			name: "an auth_type that is not supported, with a password of the block", block: Settings{"password": secretWord},
			clouds: "clouds: {c: {auth_type: v3oidcpassword, auth: {username: u}}}", summary: "Unsupported auth_type",
			detail: `The auth_type "v3oidcpassword" of ` + source + " is not supported...",
		}, {
			name: "no JSON", files: vars{"/work/clouds.json": "{\"clouds\": {\"c\":\n{\"auth\": s3cret}}}"}, summary: "Invalid cloud",
			detail: notUsable + "/work/clouds.json is not valid JSON, see line 2.",
		}, {
			name: "JSON of another structure", files: vars{"/work/clouds.json": `{"clouds": "s3cret"}`}, summary: "Invalid cloud",
			detail: notUsable + "/work/clouds.json is not a valid clouds.yaml.",
		}, {
			name: "application credentials", clouds: "clouds: {c: {auth_type: v3applicationcredential}}", summary: "Unsupported auth_type",
			detail: `The auth_type "v3applicationcredential" of ` + source + " is not supported. Supported are password (v3password), " +
				"token (v3token), aksk and agency; without auth_type, the settings under auth decide. Application credentials are " +
				"not supported: Open Telekom Cloud and Huawei Cloud do not have them. Use an access key, a token, or user name and password.",
		}, {
			name:   "passcodes",
			clouds: "clouds: {c: {auth_type: v3totp, auth: {username: u, password: s3cret}}}", summary: "Unsupported auth_type",
			detail: `The auth_type "v3totp" of ` + source + " is not supported. Supported are password (v3password), " +
				"token (v3token), aksk and agency; without auth_type, the settings under auth decide. One-time passcodes (MFA) are " +
				"not supported. Sign in with otc-auth, and use the token or the temporary access key that it writes.",
		}, {
			name: "no credential", clouds: "clouds: {c: {auth: {domain_name: x, trust_id: '', passcode: null}}}", summary: "No credentials configured",
			detail: "C" + source[1:] + " has none of these under auth: token; ak and sk; username (or user_id) and password.",
		}, {
			name: "an access key alone", clouds: "clouds: {c: {auth: {ak: x}}}", summary: "Incomplete cloud",
			detail: "C" + source[1:] + ", together with the provider block, must set ak and sk (under auth, in clouds.yaml or secure.yaml).",
		}, {
			name: "a user alone, in spite of the environment", env: vars{"OS_PASSWORD": secretWord},
			clouds: "clouds: {c: {auth: {username: x}}}", summary: "Incomplete cloud",
			detail: "C" + source[1:] + ", together with the provider block, must set username (or user_id) and password " +
				"(under auth, in clouds.yaml or secure.yaml).",
		}, {
			name: "no token", clouds: "clouds: {c: {auth_type: token}}", summary: "Incomplete cloud",
			detail: "C" + source[1:] + ", together with the provider block, must set token (under auth, in clouds.yaml or secure.yaml).",
		}, {
			name: "a secret key of the block with a login", block: Settings{"secret_key": secretWord},
			clouds: "clouds: {c: {auth: {username: x, password: s3cret}}}", summary: "Incomplete cloud",
			detail: "C" + source[1:] + ", together with the provider block, must set ak and sk (under auth, in clouds.yaml or secure.yaml).",
		}, {
			name: "a login without an account", env: vars{"OS_USER_DOMAIN_NAME": "x"}, summary: "No account",
			clouds: "clouds: {c: {auth: {auth_url: 'https://iam.eu-de.otc.t-systems.com', username: x, password: s3cret, project_id: x}}}",
			detail: "A login with the name of a user or of a project requires the account that it belongs to. " +
				"Set domain_name or domain_id in the provider block, or user_domain_name under auth in " + source + ".",
		}, {
			name: "verify is neither true nor false", summary: "Invalid cloud",
			clouds: "clouds: {c: {auth: {auth_url: 'https://iam.eu-de.otc.t-systems.com', token: s3cret}, verify: perhaps}}",
			detail: "The value of verify in " + source + ` is "perhaps". It must be true or false.`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			block := Settings{"cloud": "c"}
			maps.Copy(block, test.block)
			if test.files == nil {
				test.files = vars{"/work/clouds.yaml": test.clouds}
			}
			attribute := "cloud"
			if test.summary == "No account" {
				attribute = "domain_name"
			}
			errorTest{
				block: block, env: test.env, files: test.files, attribute: attribute, summary: test.summary, detail: test.detail,
			}.run(t)
		})
	}
}

func TestCloudsFileWithoutPermission(t *testing.T) {
	env := fakeEnvironment(nil, nil)
	env.ReadFile = func(path string, _ int64) ([]byte, error) {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrPermission}
	}
	_, _, errs := Resolve(Settings{"cloud": "c"}, env)
	if len(errs) != 1 || !strings.HasSuffix(errs[0].Detail, "/work/clouds.yaml can't be read: permission denied.") {
		t.Errorf("got %v", errs)
	}
}

func TestSettingErrors(t *testing.T) {
	const token, endpoint = secretWord, "https://swr.example"
	for _, test := range []errorTest{
		{
			name: "no endpoint", block: Settings{"token": token}, attribute: "endpoint", summary: "No endpoint",
			detail: "The endpoint of SWR can't be derived: neither endpoint nor auth_url is set, and no region. Set endpoint in the provider block, " +
				"or SWR_ENDPOINT; or set auth_url or OS_AUTH_URL. Examples:\n" + endpointExamples,
		}, {
			name: "an auth_url of another kind", block: Settings{"token": token, "auth_url": "https://keystone.example:5000/v3"},
			attribute: "endpoint", summary: "No endpoint",
			detail: `The endpoint of SWR can't be derived: the host of auth_url, keystone.example:5000, begins with neither "iam." nor "iam-pub.". Set...`,
		}, {
			name: "an IAM with a port", block: Settings{"token": token, "auth_url": "https://iam.private:31943/v3"},
			attribute: "endpoint", summary: "No endpoint",
			detail: "The endpoint of SWR can't be derived: the host of auth_url, iam.private:31943, has a custom port, and that of SWR is not known. Set...",
		}, {
			name: "the IAM of all regions and no region", block: Settings{"token": token, "auth_url": "https://iam.myhuaweicloud.com/v3"},
			attribute: "endpoint", summary: "No endpoint",
			detail: "The endpoint of SWR can't be derived: the host of auth_url, iam.myhuaweicloud.com, serves all regions, and no valid region is set. Set...",
		}, {
			name: "another region", block: Settings{"token": token, "auth_url": otcIAM}, env: vars{"OS_REGION": "eu-nl"},
			attribute: "region", summary: "Region does not match auth_url",
			detail: `The region from the environment variable OS_REGION is "eu-nl", but the auth_url from the provider block, ` + otcIAM +
				`, belongs to the region "eu-de", and the endpoint is derived from it. Set auth_url to that of the region, or correct ` +
				"the region. If they differ on purpose, set endpoint in the provider block or SWR_ENDPOINT.",
		}, {
			name:  "another region with a cloud, for which SWR_ENDPOINT does not count",
			block: Settings{"cloud": "c", "region": "eu-nl"}, env: vars{"SWR_ENDPOINT": "https://swr.example"},
			files:     vars{"/work/clouds.yaml": "clouds: {c: {auth: {auth_url: 'https://iam.eu-de.otc.t-systems.com', token: s3cret}, region_name: eu-de}}"},
			attribute: "region", summary: "Region does not match auth_url",
			detail: `The region from the provider block is "eu-nl", but the auth_url from cloud "c" in /work/clouds.yaml, ` + otcIAM +
				`, belongs to the region "eu-de", and the endpoint is derived from it. Set auth_url to that of the region, or correct ` +
				"the region. If they differ on purpose, set endpoint in the provider block.",
		}, {
			name: "a password of the block and OS_AUTH_URL", env: vars{"OS_AUTH_URL": otcIAM},
			block:     Settings{"user_id": "u", "password": secretWord, "project_id": "p", "endpoint": endpoint},
			attribute: "auth_url", summary: "Credential and host from different sources",
			detail: `The credential (login as user with id "u" from the provider block) is not sent to ` + otcIAM + ", which comes " +
				"from the environment variable OS_AUTH_URL: that variable may belong to another account or cloud. " +
				"Set auth_url in the provider block.",
		}, {
			name: "a token of the block and HW_AUTH_URL", block: Settings{"token": token}, env: vars{"HW_AUTH_URL": otcIAM},
			attribute: "auth_url", summary: "Credential and host from different sources",
			detail: "The credential (token from the provider block) is not sent to " + otcIAM + ", which comes from the environment " +
				"variable HW_AUTH_URL: that variable may belong to another account or cloud. " +
				"Set auth_url or endpoint in the provider block.",
		}, {
			name:      "a login and auth_url of different prefixes",
			env:       vars{"HW_USER_ID": "u", "HW_USER_PASSWORD": secretWord, "HW_PROJECT_ID": "p", "OS_AUTH_URL": otcIAM},
			attribute: "auth_url", summary: "Credential and host from different sources",
			detail: `The credential (login as user with id "u" from the environment variable HW_USER_ID and the environment variable ` +
				"HW_USER_PASSWORD) is not sent to " + otcIAM + ", which comes from the environment variable OS_AUTH_URL: that variable " +
				"may belong to another account or cloud. Set auth_url in the provider block, or HW_AUTH_URL.",
		}, {
			name: "a token and auth_url of different prefixes", env: vars{"OS_TOKEN": token, "HW_AUTH_URL": otcIAM},
			attribute: "auth_url", summary: "Credential and host from different sources",
			detail: "The credential (token from the environment variable OS_TOKEN) is not sent to...",
		}, {
			name: "no scheme", block: Settings{"token": token, "endpoint": "swr-api.eu-de.otc.t-systems.com/v2"},
			attribute: "endpoint", summary: "Invalid endpoint",
			detail: "The URL from the provider block has no scheme. Write https://swr-api.eu-de.otc.t-systems.com/v2",
		}, {
			name: "no scheme, on this machine", block: Settings{"token": token}, env: vars{"SWR_ENDPOINT": "localhost:8080"},
			attribute: "endpoint", summary: "Invalid endpoint",
			detail: "The URL from the environment variable SWR_ENDPOINT has no scheme. Write http://localhost:8080",
		}, {
			name: "an auth_url without a scheme", block: Settings{"token": token, "endpoint": endpoint},
			env:       vars{"OS_AUTH_URL": "iam.eu-de.otc.t-systems.com/v3?x=" + secretWord},
			attribute: "auth_url", summary: "Invalid auth_url",
			detail: "The URL from the environment variable OS_AUTH_URL has no scheme. Write https://iam.eu-de.otc.t-systems.com/v3",
		}, {
			name: "an auth_url that is no URL, which is not also a missing endpoint", block: Settings{"token": token, "auth_url": "%s3cret"},
			attribute: "auth_url", summary: "Invalid auth_url",
			detail: "The URL from the provider block has no scheme. It must begin with https://",
		}, {
			name: "plain http in the block", block: Settings{"token": token, "endpoint": "http://swr.example"},
			attribute: "endpoint", summary: "Invalid endpoint",
			detail: "The URL from the provider block, http://swr.example, begins with http://: anyone on the network path could read " +
				"the credentials. Write https://, or set insecure = true if the network is trusted.",
		}, {
			name: "plain http in clouds.yaml", block: Settings{"cloud": "c", "endpoint": endpoint},
			files:     vars{"/work/clouds.yaml": "clouds: {c: {auth: {auth_url: 'http://iam.example/v3', token: s3cret}}}"},
			attribute: "auth_url", summary: "Invalid auth_url",
			detail: `The URL from cloud "c" in /work/clouds.yaml, http://iam.example/v3, begins with http://: ...`,
		}, {
			name: "plain http to a host that only looks like this machine", block: Settings{"token": token, "endpoint": "http://localhost.example"},
			attribute: "endpoint", summary: "Invalid endpoint",
			detail: "The URL from the provider block, http://localhost.example, begins with http://: ...",
		}, {
			name: "user info", block: Settings{"token": token, "endpoint": "https://user:s3cret@swr.example"},
			attribute: "endpoint", summary: "Invalid endpoint",
			detail: "The URL from the provider block contains user info (the part before @). Remove it: user and password have attributes of their own.",
		}, {
			name: "user info that the parser does not find", block: Settings{"token": token, "endpoint": endpoint},
			env:       vars{"HW_AUTH_URL": "https://user:1/s3cret@iam.example"},
			attribute: "auth_url", summary: "Invalid auth_url",
			detail: "The URL from the environment variable HW_AUTH_URL contains user info...",
		}, {
			name: "a bad escape", block: Settings{"token": token, "endpoint": "https://swr.example/%s3cret"},
			attribute: "endpoint", summary: "Invalid endpoint",
			detail: "The value from the provider block is not a URL with a host. Example: https://swr-api.eu-de.otc.t-systems.com",
		}, {
			name: "no host", block: Settings{"token": token, "endpoint": "https:///v2"}, attribute: "endpoint", summary: "Invalid endpoint",
			detail: "The value from the provider block is not a URL with a host...",
		}, {
			name: "a query", block: Settings{"token": token, "endpoint": "https://swr.example/v2?key=s3cret"},
			attribute: "endpoint", summary: "Invalid endpoint",
			detail: "The URL from the provider block has a query or a fragment (the part after ? or #). Remove it: https://swr.example/v2",
		}, {
			name: "a fragment", block: Settings{"token": token, "endpoint": "https://swr.example/#s3cret"},
			attribute: "endpoint", summary: "Invalid endpoint",
			detail: "The URL from the provider block has a query or a fragment...",
		}, {
			name: "another scheme", block: Settings{"token": token, "endpoint": "ftp://swr.example"},
			attribute: "endpoint", summary: "Invalid endpoint",
			detail: "The URL from the provider block begins with ftp://. It must begin with https://",
		}, {
			name: "an older IAM", block: Settings{"token": token, "endpoint": endpoint, "auth_url": "https://iam.eu-de.otc.t-systems.com/v2.0/"},
			attribute: "auth_url", summary: "Invalid auth_url",
			detail: "The URL from the provider block ends in /v2.0, but IAM v3 is required: write /v3 instead. Example: " + otcIAM,
		}, {
			name: "signature_format", block: Settings{"token": token, "endpoint": endpoint, "signature_format": "aws"},
			attribute: "signature_format", summary: "Invalid signature_format",
			detail: `The value from the provider block is "aws". It must be "access" or "credential".`,
		}, {
			name: "max_retries is negative", block: Settings{"token": token, "endpoint": endpoint, "max_retries": "-1"},
			attribute: "max_retries", summary: "Invalid max_retries",
			detail: `The value from the provider block is "-1". It must be a whole number from 0 to 2147483647, the number of retries after the first attempt.`,
		}, {
			name: "SWR_MAX_RETRIES is no number", block: Settings{"token": token, "endpoint": endpoint}, env: vars{"SWR_MAX_RETRIES": "many"},
			attribute: "max_retries", summary: "Invalid max_retries",
			detail: `The value from the environment variable SWR_MAX_RETRIES is "many". It must be a whole number from...`,
		}, {
			name: "request_timeout without a unit", block: Settings{"token": token, "endpoint": endpoint, "request_timeout": "60"},
			attribute: "request_timeout", summary: "Invalid request_timeout",
			detail: `The value from the provider block is "60". It must be a duration above zero with its unit, such as "60s" or "1m30s".`,
		}, {
			name: "SWR_REQUEST_TIMEOUT is zero", block: Settings{"token": token, "endpoint": endpoint}, env: vars{"SWR_REQUEST_TIMEOUT": "0s"},
			attribute: "request_timeout", summary: "Invalid request_timeout",
			detail: `The value from the environment variable SWR_REQUEST_TIMEOUT is "0s"...`,
		}, {
			name: "OS_INSECURE is neither true nor false", block: Settings{"token": token, "endpoint": endpoint}, env: vars{"OS_INSECURE": "perhaps"},
			attribute: "insecure", summary: "Invalid insecure",
			detail: `The value of the environment variable OS_INSECURE is "perhaps". It must be true or false.`,
		}, {
			name: "no cacert_file", block: Settings{"token": token, "endpoint": endpoint, "cacert_file": "~/ca.pem"},
			attribute: "cacert_file", summary: "Invalid cacert_file",
			detail: `The file "~/ca.pem" from the provider block can't be read: file does not exist.`,
		}, {
			name: "a cacert_file without a certificate", block: Settings{"token": token, "endpoint": endpoint}, env: vars{"OS_CACERT": "/ca.pem"},
			files:     vars{"/ca.pem": secretWord},
			attribute: "cacert_file", summary: "Invalid cacert_file",
			detail: `The file "/ca.pem" from the environment variable OS_CACERT contains no certificate in PEM format (-----BEGIN CERTIFICATE-----).`,
		}, {
			name:      "the text of a certificate",
			block:     Settings{"token": token, "endpoint": endpoint, "cacert_file": "-----BEGIN PRIVATE KEY-----\ns3cret"},
			attribute: "cacert_file", summary: "Invalid cacert_file",
			detail: "The value from the provider block is the text of a certificate. It must be the name of a file.",
		},
	} {
		t.Run(test.name, test.run)
	}
}

func TestResolveReportsAllErrors(t *testing.T) {
	_, _, errs := Resolve(Settings{
		"token": "t", "endpoint": "swr.example", "max_retries": "-1", "request_timeout": "x", "signature_format": "x",
	}, Environment{})
	var attributes []string
	for _, e := range errs {
		attributes = append(attributes, e.Attribute)
	}
	if got, want := strings.Join(attributes, " "), "endpoint signature_format max_retries request_timeout"; got != want {
		t.Errorf("got errors about %s, want %s", got, want)
	}
}

// An invalid proxy is ignored by net/http: requests would be sent without it.
func TestProxyErrors(t *testing.T) {
	const detail = "is not the URL of a proxy. Example: http://USER:PASSWORD@proxy.example.com:3128. " +
		"Special characters of user and password must be percent-encoded."
	block := Settings{"endpoint": "https://swr.example", "token": "t"}
	for name, value := range map[string]string{
		"HTTPS_PROXY": "http://user:" + secretWord + "%zz@proxy:3128",
		"https_proxy": "http://user:" + secretWord + "#x@proxy:3128",
	} {
		errorTest{
			block: block, env: vars{name: value}, summary: "Invalid proxy",
			detail: "The value of the environment variable " + name + " " + detail,
		}.run(t)
	}
	for name, test := range map[string]struct {
		endpoint string
		env      vars
	}{
		"URL":                  {"https://swr.example", vars{"HTTPS_PROXY": "http://user:" + secretWord + "@proxy:3128"}},
		"no scheme":            {"https://swr.example", vars{"HTTPS_PROXY": "proxy:3128"}},
		"user without scheme":  {"https://swr.example", vars{"HTTPS_PROXY": "user:" + secretWord + "@proxy:3128"}},
		"of another scheme":    {"https://swr.example", vars{"HTTP_PROXY": "%zz"}},
		"loopback":             {"https://127.0.0.1:1", vars{"HTTPS_PROXY": "%zz"}},
		"upper case is before": {"https://swr.example", vars{"HTTPS_PROXY": "http://proxy:3128", "https_proxy": "%zz"}},
	} {
		if _, _, errs := Resolve(Settings{"endpoint": test.endpoint, "token": "t"}, fakeEnvironment(test.env, nil)); len(errs) > 0 {
			t.Errorf("%s: %v", name, errs)
		}
	}
}
