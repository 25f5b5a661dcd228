package auth

import (
	"errors"
	"strings"
	"testing"
)

// Every error that the configuration can have, with its message. No message may
// have any of the secrets, which all hold the word in secretWord.
func TestResolveErrors(t *testing.T) {
	const secretWord = "s3cret"
	token := new(secretWord)
	endpoint := new("https://swr.example")
	for _, test := range []struct {
		name      string
		block     Settings
		env       vars
		files     vars
		attribute string
		summary   string
		// detail is the whole detail, or its beginning if it ends in "...".
		detail string
	}{
		{
			name:    "nothing to sign in with",
			summary: "Nothing to sign in with",
			detail: `Neither the provider block nor the environment says how to sign in. The ways are:
  - a token: token, or OS_TOKEN, OS_AUTH_TOKEN, HW_AUTH_TOKEN
  - a key pair: access_key and secret_key (and security_token), or OS_ACCESS_KEY and OS_SECRET_KEY, or HW_ACCESS_KEY and HW_SECRET_KEY
  - a login: user_name or user_id, password, and domain_name or domain_id, or OS_USERNAME, OS_PASSWORD and OS_USER_DOMAIN_NAME, or HW_USER_NAME, HW_USER_PASSWORD and HW_DOMAIN_NAME
  - an entry of clouds.yaml: cloud, or OS_CLOUD`,
		},
		{
			name:      "token and key pair",
			block:     Settings{Token: token, AccessKey: new("a"), SecretKey: new(secretWord)},
			attribute: "token", summary: "Two ways to sign in",
			detail: "The provider block sets token, and also access_key with secret_key. Keep one way to sign in: token; or access_key with secret_key; or user_name or user_id with password; or cloud.",
		},
		{
			name:      "token and half a login",
			block:     Settings{Token: token, UserID: new("u")},
			attribute: "token", summary: "Two ways to sign in",
			detail: "The provider block sets token, and also user_id. Keep one way...",
		},
		{
			name:      "key pair and login",
			block:     Settings{AccessKey: new("a"), SecretKey: new(secretWord), UserName: new("u"), Password: new(secretWord)},
			attribute: "access_key", summary: "Two ways to sign in",
			detail: "The provider block sets access_key with secret_key, and also user_name with password. Keep one way...",
		},
		{
			name:      "token and cloud",
			block:     Settings{Token: token, Cloud: new("otc")},
			attribute: "token", summary: "Two ways to sign in",
			detail: "The provider block sets token, and also cloud. Keep one way...",
		},
		{
			name:      "login and cloud",
			block:     Settings{UserName: new("u"), Password: new(secretWord), Cloud: new("otc")},
			attribute: "user_name", summary: "Two ways to sign in",
			detail: "The provider block sets user_name with password, and also cloud. Keep one way...",
		},
		{
			name:      "parts of two ways beside a cloud",
			block:     Settings{SecretKey: new(secretWord), Password: new(secretWord), Cloud: new("otc")},
			attribute: "secret_key", summary: "Two ways to sign in",
			detail: "The provider block sets secret_key, and also password, and also cloud. Keep one way...",
		},
		{
			name:      "user name and id",
			block:     Settings{UserName: new("u"), UserID: new("u"), Password: new(secretWord)},
			attribute: "user_id", summary: "Name and id of one user",
			detail: "The provider block sets both user_name and user_id. Keep one of them.",
		},
		{
			name:      "domain name and id",
			block:     Settings{Token: token, Endpoint: endpoint, DomainName: new("u"), DomainID: new("u")},
			attribute: "domain_id", summary: "Name and id of one domain",
			detail: "The provider block sets both domain_name and domain_id. Keep one of them.",
		},
		{
			name:      "project name and id",
			block:     Settings{Token: token, Endpoint: endpoint, ProjectName: new("u"), ProjectID: new("u")},
			attribute: "project_id", summary: "Name and id of one project",
			detail: "The provider block sets both project_name and project_id. Keep one of them.",
		},

		{
			name:      "half a key pair in the block",
			block:     Settings{AccessKey: new("a")},
			attribute: "secret_key", summary: "Half a key pair",
			detail: "The provider block sets access_key, but secret_key is not set there, nor is OS_SECRET_KEY or HW_SECRET_KEY in the environment. (A variable is not used where OS_ACCESS_KEY or HW_ACCESS_KEY beside it says something else than access_key.)",
		},
		{
			name:      "half a key pair in the block beside another pair",
			block:     Settings{AccessKey: new("a")},
			env:       vars{"OS_ACCESS_KEY": "b", "OS_SECRET_KEY": secretWord},
			attribute: "secret_key", summary: "Half a key pair",
			detail: "The provider block sets access_key, but secret_key is not...",
		},
		{
			name:      "the other half in the block",
			block:     Settings{SecretKey: new(secretWord)},
			attribute: "access_key", summary: "Half a key pair",
			detail: "The provider block sets secret_key, but access_key is not set there, nor is OS_ACCESS_KEY or HW_ACCESS_KEY in the environment. (A...",
		},
		{
			name:      "a security token alone",
			block:     Settings{SecurityToken: new(secretWord)},
			attribute: "access_key", summary: "Half a key pair",
			detail: "The provider block sets security_token, but neither there nor in the environment are access_key and secret_key set.",
		},
		{
			name:      "an access key alone in the environment",
			env:       vars{"OS_ACCESS_KEY": "a", "HW_SECRET_KEY": secretWord},
			attribute: "secret_key", summary: "Half a key pair",
			detail: "The environment variable OS_ACCESS_KEY is set, and OS_SECRET_KEY is not. The two come from one family of variables, OS_ or HW_: set both or neither.",
		},
		{
			name:      "a secret key alone in the environment",
			env:       vars{"HW_SECRET_KEY": secretWord},
			attribute: "access_key", summary: "Half a key pair",
			detail: "The environment variable HW_SECRET_KEY is set, and HW_ACCESS_KEY is not. The two...",
		},
		{
			name:      "half a login in the block",
			block:     Settings{UserID: new("u")},
			attribute: "password", summary: "Half a login",
			detail: "The provider block sets user_id, but password is not set there, nor is OS_PASSWORD or HW_USER_PASSWORD in the environment. (A variable is not used where OS_USERNAME or HW_USER_NAME beside it says something else than user_id.)",
		},
		{
			name:      "a login with an empty password",
			block:     Settings{UserName: new("u"), Password: new("")},
			attribute: "password", summary: "Half a login",
			detail: "The provider block sets user_name, but password is not...",
		},
		{
			name:      "a password alone in the environment",
			env:       vars{"OS_PASSWORD": secretWord, "HW_USER_NAME": "u"},
			attribute: "user_name", summary: "Half a login",
			detail: "The environment variable OS_PASSWORD is set, and OS_USERNAME is not. The two...",
		},
		{
			name:      "a user id alone in the environment",
			env:       vars{"HW_USER_ID": "u"},
			attribute: "password", summary: "Half a login",
			detail: "The environment variable HW_USER_ID is set, and HW_USER_PASSWORD is not. The two...",
		},

		{
			name:      "a login without an account",
			block:     Settings{UserName: new("u"), Password: new(secretWord), Region: new("eu-de"), AuthURL: new(otcIAM)},
			attribute: "domain_name", summary: "No account",
			detail: "A login with the name of a user or of a project needs the account that it belongs to. Set domain_name or domain_id in the provider block, or OS_USER_DOMAIN_NAME or HW_DOMAIN_NAME.",
		},
		{
			name:      "a login whose account is the other family's",
			env:       vars{"OS_USERNAME": "u", "OS_PASSWORD": secretWord, "HW_DOMAIN_NAME": "d", "OS_PROJECT_ID": "p", "OS_AUTH_URL": otcIAM},
			attribute: "domain_name", summary: "No account",
			detail: "A login with the name of a user or of a project needs the account that it belongs to. Set domain_name or domain_id in the provider block, or OS_USER_DOMAIN_NAME.",
		},
		{
			name:      "a user id, but a project's name",
			block:     Settings{UserID: new("u"), Password: new(secretWord), ProjectName: new("p"), AuthURL: new(otcIAM)},
			attribute: "domain_name", summary: "No account",
			detail: "A login with the name of a user or of a project...",
		},
		{
			name:      "a login without a project",
			block:     Settings{UserName: new("u"), Password: new(secretWord), DomainName: new("d"), AuthURL: new(otcIAM)},
			attribute: "project_name", summary: "No project",
			detail: "A login needs a project. In the provider block set project_name, project_id or region (a region's own project has its name); or set OS_PROJECT_NAME or HW_PROJECT_NAME or OS_REGION_NAME.",
		},
		{
			name:      "a login without auth_url",
			block:     Settings{UserName: new("u"), Password: new(secretWord), DomainName: new("d"), Region: new("r"), Endpoint: endpoint},
			attribute: "auth_url", summary: "No auth_url",
			detail: "A login needs the URL of IAM. Set auth_url in the provider block, or OS_AUTH_URL or HW_AUTH_URL. An example: https://iam.eu-de.otc.t-systems.com/v3",
		},

		{
			name:      "no endpoint and nothing to derive it from",
			block:     Settings{Token: token, Region: new("eu-de")},
			attribute: "endpoint", summary: "No endpoint",
			detail: "The endpoint of SWR can't be derived: neither endpoint nor auth_url is set. Set endpoint in the provider block, or SWR_ENDPOINT; or set auth_url or OS_AUTH_URL. Examples:\n" + endpointExamples,
		},
		{
			name:      "an auth_url that leads to no endpoint",
			block:     Settings{Token: token, AuthURL: new("https://keystone.example:5000/v3")},
			attribute: "endpoint", summary: "No endpoint",
			detail: "The endpoint of SWR can't be derived: the host of auth_url, keystone.example:5000, has neither the form iam.* nor iam-pub.*. Set...",
		},
		{
			name:      "an IAM on a port of its own",
			block:     Settings{Token: token, AuthURL: new("https://iam.private:31943/v3")},
			attribute: "endpoint", summary: "No endpoint",
			detail: "The endpoint of SWR can't be derived: auth_url, with host iam.private:31943, has a port of its own, and that of SWR is not known. Set...",
		},
		{
			name:      "the IAM of all regions and no region",
			block:     Settings{Token: token, AuthURL: new("https://iam.myhuaweicloud.com/v3")},
			attribute: "endpoint", summary: "No endpoint",
			detail: "The endpoint of SWR can't be derived: the host of auth_url, iam.myhuaweicloud.com, serves all regions, and no valid region is set. Set...",
		},

		{
			name:      "a region that contradicts auth_url",
			block:     Settings{Token: token, AuthURL: new(otcIAM), Region: new("eu-nl")},
			attribute: "region", summary: "The region is not that of auth_url",
			detail: `The provider block gives the region "eu-nl", but the auth_url of the provider block, https://iam.eu-de.otc.t-systems.com/v3, is that of "eu-de", and the endpoint is made from it. ` +
				"Set auth_url to that of the region, or correct the region. If the two are meant to differ, set endpoint in the provider block or SWR_ENDPOINT.",
		},
		{
			name:      "a region of the block beside an auth_url of the environment",
			block:     Settings{Token: token, Region: new("eu-ch2")},
			env:       vars{"OS_AUTH_URL": "https://IAM-pub.eu-ch3.SC.otc.t-systems.com:443"},
			attribute: "region", summary: "The region is not that of auth_url",
			detail: `The provider block gives the region "eu-ch2", but the auth_url of the environment variable OS_AUTH_URL, https://IAM-pub.eu-ch3.SC.otc.t-systems.com:443/v3, is that of "eu-ch3"...`,
		},
		{
			name:      "a region of the environment beside an auth_url of the block",
			block:     Settings{Token: token, AuthURL: new("https://iam.ap-southeast-1.myhuaweicloud.com")},
			env:       vars{"HW_REGION_NAME": "cn-north-4"},
			attribute: "region", summary: "The region is not that of auth_url",
			detail: `The environment variable HW_REGION_NAME gives the region "cn-north-4", but the auth_url of the provider block, https://iam.ap-southeast-1.myhuaweicloud.com/v3, is that of "ap-southeast-1"...`,
		},
		{
			name:      "a region that contradicts in Europe",
			block:     Settings{Token: token, AuthURL: new("https://iam.eu-west-101.myhuaweicloud.eu"), Region: new("eu-west-0")},
			attribute: "region", summary: "The region is not that of auth_url",
			detail: `The provider block gives the region "eu-west-0", but the auth_url of the provider block, https://iam.eu-west-101.myhuaweicloud.eu/v3, is that of "eu-west-101"...`,
		},
		{
			name:      "a region that contradicts in Flexible Engine",
			block:     Settings{Token: token, AuthURL: new("https://iam.eu-west-0.prod-cloud-ocb.orange-business.com"), Region: new("na-east-0")},
			attribute: "region", summary: "The region is not that of auth_url",
			detail: `The provider block gives the region "na-east-0", but the auth_url of the provider block, https://iam.eu-west-0.prod-cloud-ocb.orange-business.com/v3, is that of "eu-west-0"...`,
		},
		{
			name:      "a region of the block that contradicts a cloud, which SWR_ENDPOINT can't help",
			block:     Settings{Cloud: new("c"), Region: new("eu-nl")},
			env:       vars{"SWR_ENDPOINT": "https://swr.example"},
			files:     vars{"/work/clouds.yaml": "clouds: {c: {auth: {auth_url: 'https://iam.eu-de.otc.t-systems.com', token: s3cret}, region_name: eu-de}}"},
			attribute: "region", summary: "The region is not that of auth_url",
			detail: `The provider block gives the region "eu-nl", but the auth_url of cloud "c" in /work/clouds.yaml, https://iam.eu-de.otc.t-systems.com/v3, is that of "eu-de", and the endpoint is made from it. ` +
				"Set auth_url to that of the region, or correct the region. If the two are meant to differ, set endpoint in the provider block.",
		},

		{
			name:      "an endpoint without a scheme",
			block:     Settings{Token: token, Endpoint: new("swr-api.eu-de.otc.t-systems.com/v2")},
			attribute: "endpoint", summary: "Invalid endpoint",
			detail: "The URL of the provider block has no scheme. Write https://swr-api.eu-de.otc.t-systems.com/v2",
		},
		{
			name:      "an endpoint on this machine without a scheme",
			block:     Settings{Token: token},
			env:       vars{"SWR_ENDPOINT": "localhost:8080"},
			attribute: "endpoint", summary: "Invalid endpoint",
			detail: "The URL of the environment variable SWR_ENDPOINT has no scheme. Write http://localhost:8080",
		},
		{
			name:      "an auth_url without a scheme",
			block:     Settings{Token: token, Endpoint: endpoint},
			env:       vars{"OS_AUTH_URL": "iam.eu-de.otc.t-systems.com/v3?x=" + secretWord},
			attribute: "auth_url", summary: "Invalid auth_url",
			detail: "The URL of the environment variable OS_AUTH_URL has no scheme. Write https://iam.eu-de.otc.t-systems.com/v3",
		},
		{
			name:      "a text that is no URL at all, which is one error and not also a missing endpoint",
			block:     Settings{Token: token, AuthURL: new("%s3cret")},
			attribute: "auth_url", summary: "Invalid auth_url",
			detail: "The URL of the provider block has no scheme. It must begin with https://",
		},
		{
			name:      "plain http in the block",
			block:     Settings{Token: token, Endpoint: new("http://swr.example")},
			attribute: "endpoint", summary: "Invalid endpoint",
			detail: "The URL of the provider block, http://swr.example, begins with http://: whoever listens on the way would read the credentials. Write https://, or set insecure = true if the network is to be trusted.",
		},
		{
			name:      "plain http in clouds.yaml",
			block:     Settings{Cloud: new("c"), Endpoint: endpoint},
			files:     vars{"/work/clouds.yaml": "clouds: {c: {auth: {auth_url: 'http://iam.example/v3', token: s3cret}}}"},
			attribute: "auth_url", summary: "Invalid auth_url",
			detail: `The URL of cloud "c" in /work/clouds.yaml, http://iam.example/v3, begins with http://: ...`,
		},
		{
			name:      "plain http to a host that is called like this one",
			block:     Settings{Token: token, Endpoint: new("http://localhost.example")},
			attribute: "endpoint", summary: "Invalid endpoint",
			detail: "The URL of the provider block, http://localhost.example, begins with http://: ...",
		},
		{
			name:      "user info in a URL",
			block:     Settings{Token: token, Endpoint: new("https://user:s3cret@swr.example")},
			attribute: "endpoint", summary: "Invalid endpoint",
			detail: "The URL of the provider block holds user info (what stands before an @). Take it out: user and password have attributes of their own.",
		},
		{
			name:      "user info that the parser does not see",
			block:     Settings{Token: token, Endpoint: endpoint},
			env:       vars{"HW_AUTH_URL": "https://user:1/s3cret@iam.example"},
			attribute: "auth_url", summary: "Invalid auth_url",
			detail: "The URL of the environment variable HW_AUTH_URL holds user info...",
		},
		{
			name:      "a URL with a bad escape",
			block:     Settings{Token: token, Endpoint: new("https://swr.example/%s3cret")},
			attribute: "endpoint", summary: "Invalid endpoint",
			detail: "What the provider block gives is no URL with a host. An example: https://swr-api.eu-de.otc.t-systems.com",
		},
		{
			name:      "a URL without a host",
			block:     Settings{Token: token, Endpoint: new("https:///v2")},
			attribute: "endpoint", summary: "Invalid endpoint",
			detail: "What the provider block gives is no URL with a host...",
		},
		{
			name:      "a query in an endpoint",
			block:     Settings{Token: token, Endpoint: new("https://swr.example/v2?key=s3cret")},
			attribute: "endpoint", summary: "Invalid endpoint",
			detail: "The URL of the provider block has a query or a fragment (what follows a ? or #). Take it out: https://swr.example/v2",
		},
		{
			name:      "a fragment in an endpoint",
			block:     Settings{Token: token, Endpoint: new("https://swr.example/#s3cret")},
			attribute: "endpoint", summary: "Invalid endpoint",
			detail: "The URL of the provider block has a query or a fragment...",
		},
		{
			name:      "another scheme",
			block:     Settings{Token: token, Endpoint: new("ftp://swr.example")},
			attribute: "endpoint", summary: "Invalid endpoint",
			detail: "The URL of the provider block begins with ftp://. It must begin with https://",
		},
		{
			name:      "an older IAM",
			block:     Settings{Token: token, Endpoint: endpoint, AuthURL: new("https://iam.eu-de.otc.t-systems.com/v2.0/")},
			attribute: "auth_url", summary: "Invalid auth_url",
			detail: "The URL of the provider block ends in /v2.0, but sign-in needs IAM v3: write /v3 instead. An example: https://iam.eu-de.otc.t-systems.com/v3",
		},

		{
			name:      "a token with a line break",
			block:     Settings{Token: new("s3cret\n"), Endpoint: endpoint},
			attribute: "token", summary: "Invalid token",
			detail: "The token of the provider block holds a space, a line break or another character that none has. Was it read from a file? trimspace() takes the last line break off.",
		},
		{
			name:      "a secret key with a line break",
			env:       vars{"OS_ACCESS_KEY": "a", "OS_SECRET_KEY": "s3cret\r\n", "SWR_ENDPOINT": "https://swr.example"},
			attribute: "secret_key", summary: "Invalid secret_key",
			detail: "The secret_key of the environment variable OS_SECRET_KEY holds...",
		},
		{
			name:      "an unknown signature_format",
			block:     Settings{Token: token, Endpoint: endpoint, SignatureFormat: new("aws")},
			attribute: "signature_format", summary: "Invalid signature_format",
			detail: `The provider block gives "aws". It must be "access" or "credential".`,
		},
		{
			name:      "a negative max_retries",
			block:     Settings{Token: token, Endpoint: endpoint, MaxRetries: new(int64(-1))},
			attribute: "max_retries", summary: "Invalid max_retries",
			detail: "The provider block gives -1. It must be 0 or more, and no more than 2147483647.",
		},
		{
			name:      "a negative SWR_MAX_RETRIES",
			block:     Settings{Token: token, Endpoint: endpoint},
			env:       vars{"SWR_MAX_RETRIES": "-1"},
			attribute: "max_retries", summary: "Invalid max_retries",
			detail: "The environment variable SWR_MAX_RETRIES gives -1. It must be 0 or more, and no more than 2147483647.",
		},
		{
			name:      "SWR_MAX_RETRIES is no number",
			block:     Settings{Token: token, Endpoint: endpoint},
			env:       vars{"SWR_MAX_RETRIES": "many"},
			attribute: "max_retries", summary: "Invalid max_retries",
			detail: `The environment variable SWR_MAX_RETRIES is "many". It must be a whole number, the number of tries after the first.`,
		},
		{
			name:      "request_timeout without a unit",
			block:     Settings{Token: token, Endpoint: endpoint, RequestTimeout: new("60")},
			attribute: "request_timeout", summary: "Invalid request_timeout",
			detail: `The provider block gives "60". It must be a duration above zero with its unit, such as "60s" or "1m30s".`,
		},
		{
			name:      "SWR_REQUEST_TIMEOUT is zero",
			block:     Settings{Token: token, Endpoint: endpoint},
			env:       vars{"SWR_REQUEST_TIMEOUT": "0s"},
			attribute: "request_timeout", summary: "Invalid request_timeout",
			detail: `The environment variable SWR_REQUEST_TIMEOUT gives "0s"...`,
		},
		{
			name:      "OS_INSECURE is no boolean",
			block:     Settings{Token: token, Endpoint: endpoint},
			env:       vars{"OS_INSECURE": "perhaps"},
			attribute: "insecure", summary: "Invalid insecure",
			detail: `The environment variable OS_INSECURE is "perhaps". It must be true or false.`,
		},
		{
			name:      "a cacert_file that is not there",
			block:     Settings{Token: token, Endpoint: endpoint, CACertFile: new("~/ca.pem")},
			attribute: "cacert_file", summary: "Invalid cacert_file",
			detail: `The file "~/ca.pem", named by the provider block, can't be read: file does not exist.`,
		},
		{
			name:      "a cacert_file without a certificate",
			block:     Settings{Token: token, Endpoint: endpoint},
			env:       vars{"OS_CACERT": "/ca.pem"},
			files:     vars{"/ca.pem": "s3cret"},
			attribute: "cacert_file", summary: "Invalid cacert_file",
			detail: `The file "/ca.pem", named by the environment variable OS_CACERT, holds no certificate in PEM form (-----BEGIN CERTIFICATE-----).`,
		},
		{
			name:      "the text of a certificate for a file",
			block:     Settings{Token: token, Endpoint: endpoint, CACertFile: new("-----BEGIN PRIVATE KEY-----\ns3cret")},
			attribute: "cacert_file", summary: "Invalid cacert_file",
			detail: "The provider block gives the text of a certificate. It must give the name of a file.",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			config, _, err := Resolve(test.block, fakeEnvironment(test.env, test.files))
			all := ConfigErrors(err)
			if len(all) != 1 {
				t.Fatalf("got %d errors and %v, want one: %v", len(all), config, err)
			}
			got := all[0]
			if got.Attribute != test.attribute || got.Summary != test.summary {
				t.Errorf("got %q, %q, want %q, %q", got.Attribute, got.Summary, test.attribute, test.summary)
			}
			if begin, cut := strings.CutSuffix(test.detail, "..."); cut && !strings.HasPrefix(got.Detail, begin) || !cut && got.Detail != test.detail {
				t.Errorf("got  %s\nwant %s", got.Detail, test.detail)
			}
			if strings.Contains(err.Error(), secretWord) {
				t.Errorf("a secret shows: %v", err)
			}
		})
	}
}

func TestResolveReportsAllErrors(t *testing.T) {
	_, _, err := Resolve(Settings{
		Token: new("t"), Endpoint: new("swr.example"), MaxRetries: new(int64(-1)), RequestTimeout: new("x"), SignatureFormat: new("x"),
	}, Environment{})
	var attributes []string
	for _, e := range ConfigErrors(err) {
		attributes = append(attributes, e.Attribute)
	}
	if got, want := strings.Join(attributes, " "), "endpoint signature_format max_retries request_timeout"; got != want {
		t.Errorf("got errors of %s, want %s", got, want)
	}
	var one *ConfigError
	if !errors.As(err, &one) || one.Error() != one.Summary+": "+one.Detail {
		t.Errorf("no ConfigError in %v", err)
	}
}

func TestConfigErrorsOfOtherErrors(t *testing.T) {
	if got := ConfigErrors(nil); got != nil {
		t.Errorf("got %v", got)
	}
	if got := ConfigErrors(errors.New("x")); len(got) != 1 || got[0].Detail != "x" {
		t.Errorf("got %v", got)
	}
}
