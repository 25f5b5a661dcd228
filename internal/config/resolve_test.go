package config

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
)

// fakeEnvironment has the given variables and files and nothing else.
func fakeEnvironment(variables, files map[string]string) Environment {
	return Environment{
		LookupEnv: func(name string) (string, bool) {
			text, ok := variables[name]
			return text, ok
		},
		ReadFile: func(path string, limit int64) ([]byte, error) {
			if text, ok := files[path]; ok && int64(len(text)) > limit {
				return nil, tooLarge(path, limit)
			} else if ok {
				return []byte(text), nil
			}
			return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		},
		HomeDir:    "/home/u",
		CloudsDirs: []string{"/work", "/home/u/.config/openstack", "/etc/openstack"},
	}
}

type vars = map[string]string

const (
	otcIAM      = "https://iam.eu-de.otc.t-systems.com/v3"
	otcEndpoint = "https://swr-api.eu-de.otc.t-systems.com"
)

// cloudsYAML is the clouds.yaml that the tables use.
const cloudsYAML = `
clouds:
  otc:
    auth:
      auth_url: https://iam.eu-nl.otc.t-systems.com
      username: cloud-user
      password: cloud-password
      user_domain_name: cloud-account
      project_name: eu-nl_cloud
    region_name: eu-nl
  keys:
    auth: {auth_url: "https://iam.eu-nl.otc.t-systems.com/v3", ak: CLOUDAK, sk: CLOUDSK, security_token: CLOUDST}
  token:
    auth: {auth_url: "https://iam.eu-nl.otc.t-systems.com/v3", token: cloud-token}
  private:
    auth: {auth_url: "https://keystone.private:5000/v3", token: cloud-token}
`

var cloudFiles = map[string]string{"/work/clouds.yaml": cloudsYAML}

// show renders a Config, secrets included, so that a table can name all of it in
// few lines.
func show(c Config) map[string]string {
	m := map[string]string{}
	add := func(name, text string) {
		if text != "" {
			m[name] = text
		}
	}
	cr := c.Credential
	add("method", string(cr.Method))
	add("source", cr.Source)
	add("token", cr.Token.Reveal())
	add("ak", cr.KeyPair.AccessKey.Reveal())
	add("sk", cr.KeyPair.SecretKey.Reveal())
	add("st", cr.KeyPair.SecurityToken.Reveal())
	add("user", cr.Login.User.Name)
	add("user id", cr.Login.User.ID)
	add("password", cr.Login.Password.Reveal())
	add("domain", cr.Login.Domain.Name)
	add("domain id", cr.Login.Domain.ID)
	add("project", cr.Login.Project.Name)
	add("project id", cr.Login.Project.ID)
	add("key project", cr.KeyPair.Project.Name)
	add("key project id", cr.KeyPair.Project.ID)
	add("idp", cr.OIDC.IDPID)
	add("id token", cr.OIDC.IDToken.Reveal())
	add("id token file", cr.OIDC.IDTokenFile)
	add("oidc project", cr.OIDC.Project.Name+cr.OIDC.Project.ID)
	if a := cr.Agency; a != nil {
		add("agency", a.Name)
		add("agency domain", a.Domain.Name)
		add("agency domain id", a.Domain.ID)
		add("agency project", a.Project.Name)
		add("agency project id", a.Project.ID)
		add("agency from", a.Source)
		add("agency as key pair", fmt.Sprint(a.AsKeyPair))
	}
	add("format", string(cr.KeyPair.Format))
	add("endpoint", c.Endpoint.String())
	add("endpoint from", c.EndpointSource)
	add("region", c.Region)
	add("region from", c.RegionSource)
	if c.AuthURL != nil {
		add("auth_url", c.AuthURL.String())
	}
	add("auth_url from", c.AuthURLSource)
	add("retries", fmt.Sprint(c.MaxRetries))
	add("timeout", c.RequestTimeout.String())
	if c.TLS.Insecure {
		add("insecure", "true")
	}
	if c.TLS.Roots != nil {
		add("roots", "given")
	}
	return m
}

// expect resolves the settings and compares the wanted ones.
func expect(t *testing.T, block Settings, env Environment, want map[string]string) {
	t.Helper()
	config, _, errs := Resolve(block, env)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	got := show(config)
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s: got %q, want %q", name, got[name], text)
		}
	}
}

func TestResolve(t *testing.T) {
	const inCloud = `cloud "otc" in /work/clouds.yaml`
	for _, test := range []struct {
		name  string
		block Settings
		env   vars
		// want has the settings that the case is about, "" for one that is not set.
		want vars
	}{
		{
			name:  "token and endpoint in the block",
			block: Settings{"token": "t", "endpoint": "https://swr.example"},
			want: vars{
				"method": "token", "token": "t", "source": "token from the provider block",
				"endpoint": "https://swr.example", "endpoint from": "the provider block",
				"retries": "5", "timeout": "1m0s", "auth_url": "", "region": "", "format": "", "insecure": "", "roots": "",
			},
		}, {
			name: "token and endpoint in the environment",
			env:  vars{"OS_TOKEN": "t", "SWR_ENDPOINT": "https://swr.example/v2/"},
			want: vars{
				"token": "t", "source": "token from the environment variable OS_TOKEN",
				"endpoint": "https://swr.example", "endpoint from": "the environment variable SWR_ENDPOINT",
			},
		}, {
			name: "the first variable of a token wins",
			env:  vars{"HW_AUTH_TOKEN": "3", "OS_AUTH_TOKEN": "2", "SWR_ENDPOINT": "https://swr.example"},
			want: vars{"token": "2", "source": "token from the environment variable OS_AUTH_TOKEN"},
		}, {
			name: "the last variable of a token",
			env:  vars{"HW_AUTH_TOKEN": "3", "OS_TOKEN": "", "OS_AUTH_TOKEN": "", "SWR_ENDPOINT": "https://swr.example"},
			want: vars{"token": "3", "source": "token from the environment variable HW_AUTH_TOKEN"},
		}, {
			name:  "an empty attribute is not set",
			block: Settings{"token": "", "endpoint": "", "cloud": "", "password": ""},
			env:   vars{"OS_TOKEN": "t", "SWR_ENDPOINT": "https://swr.example"},
			want:  vars{"token": "t", "endpoint": "https://swr.example"},
		}, {
			name:  "the block overrides the environment",
			block: Settings{"token": "block", "endpoint": "https://block.example", "region": "block", "auth_url": otcIAM},
			env:   vars{"OS_TOKEN": "env", "SWR_ENDPOINT": "https://env.example", "OS_REGION_NAME": "env", "OS_AUTH_URL": "https://iam.env.example"},
			want: vars{
				"token": "block", "endpoint": "https://block.example", "region": "block", "region from": "the provider block",
				"auth_url": otcIAM, "auth_url from": "the provider block",
			},
		}, {
			name:  "an endpoint does not depend on region and auth_url",
			block: Settings{"token": "t", "endpoint": "https://swr-api.eu-nl.otc.t-systems.com", "region": "eu-nl", "auth_url": otcIAM},
			want:  vars{"endpoint": "https://swr-api.eu-nl.otc.t-systems.com", "region": "eu-nl", "auth_url": otcIAM},
		}, {
			name: "nor does one of the environment",
			env:  vars{"OS_TOKEN": "t", "SWR_ENDPOINT": "https://swr.example", "OS_REGION_NAME": "eu-nl", "OS_AUTH_URL": otcIAM},
			want: vars{"endpoint": "https://swr.example", "region": "eu-nl"},
		}, {
			name: "region and auth_url from the environment",
			env:  vars{"HW_AUTH_TOKEN": "t", "OS_REGION": "eu-de", "HW_REGION_NAME": "x", "HW_AUTH_URL": otcIAM},
			want: vars{
				"region": "eu-de", "region from": "the environment variable OS_REGION",
				"auth_url": otcIAM, "auth_url from": "the environment variable HW_AUTH_URL",
				"endpoint": otcEndpoint, "endpoint from": "auth_url of the environment variable HW_AUTH_URL",
			},
		}, {
			name:  "key pair in the block",
			block: Settings{"access_key": "AK", "secret_key": "SK", "auth_url": otcIAM},
			env:   vars{"OS_SECURITY_TOKEN": "stale", "OS_ACCESS_KEY": "E", "OS_SECRET_KEY": "F"},
			want: vars{
				"method": "key pair", "ak": "AK", "sk": "SK", "format": "credential",
				"source": "access key from the provider block", "st": "",
			},
		}, {
			name:  "temporary key pair in the block",
			block: Settings{"access_key": "AK", "secret_key": "SK", "security_token": "ST", "endpoint": "https://swr-api.ap-southeast-1.myhuaweicloud.com"},
			want:  vars{"st": "ST", "format": "access", "source": "temporary access key from the provider block"},
		}, {
			name: "key pair of OS_ variables",
			env: vars{
				"OS_ACCESS_KEY": "AK", "OS_SECRET_KEY": "SK", "OS_SECURITY_TOKEN": "ST", "OS_AUTH_URL": otcIAM,
				"HW_ACCESS_KEY": "AK2", "HW_SECRET_KEY": "SK2", "HW_SECURITY_TOKEN": "ST2",
			},
			want: vars{"ak": "AK", "sk": "SK", "st": "ST", "source": "temporary access key from the environment variable OS_ACCESS_KEY and the environment variable OS_SECRET_KEY"},
		}, {
			name: "key pair of HW_ variables, without the security token of OS_",
			env:  vars{"HW_ACCESS_KEY": "AK2", "HW_SECRET_KEY": "SK2", "OS_SECURITY_TOKEN": "ST", "OS_AUTH_URL": otcIAM},
			want: vars{"ak": "AK2", "sk": "SK2", "st": ""},
		}, {
			name:  "the block's access key with the secret key of the environment",
			block: Settings{"access_key": "AK"},
			env:   vars{"OS_SECRET_KEY": "SK", "OS_SECURITY_TOKEN": "ST", "OS_AUTH_URL": otcIAM},
			want:  vars{"ak": "AK", "sk": "SK", "st": "ST", "source": "temporary access key from the provider block and the environment variable OS_SECRET_KEY"},
		}, {
			name:  "the block's access key with the prefix that has the same",
			block: Settings{"access_key": "AK2"},
			env:   vars{"OS_ACCESS_KEY": "AK", "OS_SECRET_KEY": "SK", "HW_ACCESS_KEY": "AK2", "HW_SECRET_KEY": "SK2", "OS_AUTH_URL": otcIAM},
			want:  vars{"ak": "AK2", "sk": "SK2"},
		}, {
			name:  "the block's secret key with the access key of the environment",
			block: Settings{"secret_key": "SK"},
			env:   vars{"HW_ACCESS_KEY": "AK", "OS_AUTH_URL": otcIAM},
			want:  vars{"ak": "AK", "sk": "SK"},
		}, {
			name:  "the block's security token with a pair of the environment",
			block: Settings{"security_token": "ST"},
			env:   vars{"OS_ACCESS_KEY": "AK", "OS_SECRET_KEY": "SK", "OS_SECURITY_TOKEN": "old", "OS_AUTH_URL": otcIAM},
			want:  vars{"ak": "AK", "sk": "SK", "st": "ST"},
		}, {
			name:  "signature_format in the block",
			block: Settings{"access_key": "AK", "secret_key": "SK", "auth_url": otcIAM, "signature_format": "access"},
			env:   vars{"SWR_SIGNATURE_FORMAT": "credential"},
			want:  vars{"format": "access"},
		}, {
			name: "signature_format in the environment",
			env:  vars{"OS_ACCESS_KEY": "AK", "OS_SECRET_KEY": "SK", "SWR_ENDPOINT": "https://swr.example", "SWR_SIGNATURE_FORMAT": "credential"},
			want: vars{"format": "credential"},
		}, {
			name: "a host that only looks like Open Telekom Cloud",
			env:  vars{"OS_ACCESS_KEY": "AK", "OS_SECRET_KEY": "SK", "SWR_ENDPOINT": "https://swr.nototc.t-systems.com"},
			want: vars{"format": "access"},
		}, {
			name: "the Swiss region of Open Telekom Cloud",
			env:  vars{"OS_ACCESS_KEY": "AK", "OS_SECRET_KEY": "SK", "OS_AUTH_URL": "https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3"},
			want: vars{"format": "credential", "endpoint": "https://swr-api.eu-ch2.sc.otc.t-systems.com"},
		}, {
			name: "login in the block",
			block: Settings{
				"user_name": "u", "password": "p", "domain_name": "d", "project_name": "pr",
				"region": "eu-de", "auth_url": "https://iam.eu-de.otc.t-systems.com/",
			},
			env: vars{"OS_USERNAME": "x", "OS_PASSWORD": "x", "OS_DOMAIN_ID": "x", "OS_PROJECT_ID": "x", "OS_TOKEN": "x"},
			want: vars{
				"method": "password", "user": "u", "password": "p", "domain": "d", "project": "pr",
				"auth_url": otcIAM, "endpoint": otcEndpoint, "source": `login as user "u" from the provider block`, "token": "", "user id": "", "domain id": "", "project id": "",
			},
		}, {
			name: "login by ids in the block",
			block: Settings{
				"user_id": "u", "password": "p", "project_id": "pr", "auth_url": otcIAM,
			},
			want: vars{"user id": "u", "project id": "pr", "source": `login as user with id "u" from the provider block`, "user": "", "domain": "", "domain id": "", "project": ""},
		}, {
			name: "login of OS_ variables, names",
			env: vars{
				"OS_USERNAME": "u", "OS_PASSWORD": "p", "OS_PROJECT_DOMAIN_NAME": "pd", "OS_USER_DOMAIN_NAME": "d",
				"OS_DOMAIN_NAME": "x", "OS_PROJECT_NAME": "pr", "OS_TENANT_NAME": "x", "OS_AUTH_URL": otcIAM,
				"HW_USER_NAME": "x", "HW_USER_PASSWORD": "x",
			},
			want: vars{
				"user": "u", "password": "p", "domain": "d", "project": "pr",
				"source": `login as user "u" from the environment variable OS_USERNAME and the environment variable OS_PASSWORD`,
			},
		}, {
			name: "login of OS_ variables, ids and older names",
			env: vars{
				"OS_USER_ID": "u", "OS_PASSWORD": "p", "OS_DOMAIN_ID": "d", "OS_TENANT_ID": "pr", "OS_AUTH_URL": otcIAM,
			},
			want: vars{"user id": "u", "domain id": "d", "project id": "pr", "user": "", "domain": "", "project": ""},
		}, {
			name: "the project's domain is the account",
			env: vars{
				"OS_USERNAME": "u", "OS_PASSWORD": "p", "OS_PROJECT_DOMAIN_ID": "d", "OS_TENANT_NAME": "pr", "OS_AUTH_URL": otcIAM,
			},
			want: vars{"domain id": "d", "project": "pr"},
		}, {
			name: "an id overrides the name",
			env: vars{
				"OS_USERNAME": "u", "OS_PASSWORD": "p", "OS_DOMAIN_NAME": "d", "OS_PROJECT_ID": "id", "OS_PROJECT_NAME": "name", "OS_AUTH_URL": otcIAM,
			},
			want: vars{"project id": "id", "project": ""},
		}, {
			name: "login of HW_ variables, with the region as project",
			env: vars{
				"HW_USER_NAME": "u", "HW_USER_PASSWORD": "p", "HW_DOMAIN_NAME": "d", "HW_REGION_NAME": "ap-southeast-1",
				"HW_AUTH_URL": "https://iam.ap-southeast-1.myhuaweicloud.com/v3",
				// Variables with the other prefix do not count.
				"OS_USER_DOMAIN_NAME": "x", "OS_PROJECT_ID": "x",
			},
			want: vars{
				"user": "u", "domain": "d", "project": "ap-southeast-1",
				"endpoint": "https://swr-api.ap-southeast-1.myhuaweicloud.com", "project id": "",
			},
		}, {
			name: "login of HW_ variables, ids",
			env: vars{
				"HW_USER_ID": "u", "HW_USER_PASSWORD": "p", "HW_DOMAIN_ID": "d", "HW_PROJECT_ID": "pr", "HW_AUTH_URL": otcIAM,
			},
			want: vars{"user id": "u", "domain id": "d", "project id": "pr"},
		}, {
			name: "project name of HW_ variables",
			env: vars{
				"HW_USER_ID": "u", "HW_USER_PASSWORD": "p", "HW_DOMAIN_ID": "d", "HW_PROJECT_NAME": "pr", "HW_AUTH_URL": otcIAM,
			},
			want: vars{"project": "pr"},
		}, {
			name:  "the block's user with password and scope of the environment",
			block: Settings{"user_name": "u", "region": "eu-de"},
			env:   vars{"OS_PASSWORD": "p", "OS_USER_DOMAIN_NAME": "d", "OS_AUTH_URL": otcIAM},
			want: vars{
				"user": "u", "password": "p", "domain": "d", "project": "eu-de",
				"source": `login as user "u" from the provider block and the environment variable OS_PASSWORD`,
			},
		}, {
			name:  "the block's scope overrides that of a login of the environment",
			block: Settings{"domain_id": "d", "project_name": "pr"},
			env:   vars{"OS_USERNAME": "u", "OS_PASSWORD": "p", "OS_USER_DOMAIN_NAME": "x", "OS_PROJECT_ID": "x", "OS_AUTH_URL": otcIAM},
			want:  vars{"domain id": "d", "project": "pr", "domain": "", "project id": ""},
		}, {
			name: "in the environment a token comes first",
			env: vars{
				"OS_TOKEN": "t", "OS_ACCESS_KEY": "AK", "OS_SECRET_KEY": "SK", "OS_USERNAME": "u", "OS_PASSWORD": "p",
				"OS_CLOUD": "otc", "SWR_ENDPOINT": "https://swr.example",
			},
			want: vars{"method": "token"},
		}, {
			name: "then a key pair",
			env: vars{
				"HW_ACCESS_KEY": "AK", "HW_SECRET_KEY": "SK", "OS_USERNAME": "u", "OS_PASSWORD": "p",
				"OS_CLOUD": "otc", "SWR_ENDPOINT": "https://swr.example",
			},
			want: vars{"method": "key pair"},
		}, {
			name: "then a login",
			env: vars{
				"HW_USER_ID": "u", "HW_USER_PASSWORD": "p", "HW_PROJECT_ID": "pr", "OS_CLOUD": "otc", "HW_AUTH_URL": otcIAM,
			},
			want: vars{"method": "password", "user id": "u"},
		}, {
			name: "auth_url from variables with the prefix of the credential",
			env: vars{
				"HW_USER_ID": "u", "HW_USER_PASSWORD": "p", "HW_PROJECT_ID": "pr",
				"OS_AUTH_URL": "https://iam.elsewhere.example/v3", "HW_AUTH_URL": otcIAM,
			},
			want: vars{"auth_url": otcIAM, "auth_url from": "the environment variable HW_AUTH_URL", "endpoint": otcEndpoint},
		}, {
			name:  "the password of the block completes a login of the environment",
			block: Settings{"password": "p"},
			env:   vars{"OS_USER_ID": "u", "OS_PROJECT_ID": "pr", "OS_AUTH_URL": otcIAM},
			want:  vars{"password": "p", "auth_url": otcIAM},
		}, {
			name:  "a token of the block with SWR_ENDPOINT, whatever OS_AUTH_URL is",
			block: Settings{"token": "t"},
			env:   vars{"SWR_ENDPOINT": "https://swr.example", "OS_AUTH_URL": otcIAM},
			want:  vars{"token": "t", "endpoint": "https://swr.example"},
		}, {
			name:  "a key pair of the block, which is not sent, with OS_AUTH_URL",
			block: Settings{"access_key": "AK", "secret_key": "SK"},
			env:   vars{"OS_AUTH_URL": otcIAM},
			want:  vars{"sk": "SK", "endpoint": otcEndpoint},
		}, {
			name:  "the auth_url of the block with a login of the environment",
			block: Settings{"auth_url": otcIAM},
			env:   vars{"OS_USER_ID": "u", "OS_PASSWORD": "p", "OS_PROJECT_ID": "pr", "OS_AUTH_URL": "https://iam.elsewhere.example/v3"},
			want:  vars{"password": "p", "auth_url": otcIAM},
		}, {
			name: "then clouds.yaml",
			env:  vars{"OS_CLOUD": "otc"},
			want: vars{
				"method": "password", "user": "cloud-user", "password": "cloud-password", "domain": "cloud-account", "project": "eu-nl_cloud",
				"source": `login as user "cloud-user" from ` + inCloud, "region": "eu-nl", "region from": inCloud,
				"auth_url": "https://iam.eu-nl.otc.t-systems.com/v3", "auth_url from": inCloud,
				"endpoint": "https://swr-api.eu-nl.otc.t-systems.com", "endpoint from": "auth_url of " + inCloud,
			},
		}, {
			name:  "the block's cloud overrides all credentials of the environment",
			block: Settings{"cloud": "keys"},
			env:   vars{"OS_TOKEN": "t", "OS_ACCESS_KEY": "AK", "OS_CLOUD": "otc", "OS_SECURITY_TOKEN": "x"},
			want:  vars{"ak": "CLOUDAK", "sk": "CLOUDSK", "st": "CLOUDST", "format": "credential"},
		}, {
			name:  "a cloud takes host and scope away from the environment",
			block: Settings{"cloud": "otc"},
			env: vars{
				"OS_AUTH_URL": otcIAM, "OS_REGION_NAME": "x", "OS_PROJECT_NAME": "x", "OS_PROJECT_ID": "x",
				"OS_USER_DOMAIN_ID": "x", "OS_USERNAME": "x", "OS_PASSWORD": "x", "SWR_ENDPOINT": "https://swr.example",
			},
			want: vars{
				"user": "cloud-user", "password": "cloud-password", "domain": "cloud-account", "project": "eu-nl_cloud",
				"region": "eu-nl", "auth_url": "https://iam.eu-nl.otc.t-systems.com/v3", "endpoint": "https://swr-api.eu-nl.otc.t-systems.com", "domain id": "", "project id": "",
			},
		}, {
			name: "the block overrides parts of a cloud",
			block: Settings{
				"cloud": "otc", "auth_url": otcIAM, "region": "eu-de", "domain_id": "d", "project_id": "pr",
				"password": "p", "endpoint": "https://swr.example",
			},
			want: vars{
				"user": "cloud-user", "password": "p", "domain id": "d", "project id": "pr", "region": "eu-de",
				"auth_url": otcIAM, "endpoint": "https://swr.example", "domain": "", "project": "",
			},
		}, {
			name:  "the block's password with the rest from OS_CLOUD",
			block: Settings{"password": "p"},
			env:   vars{"OS_CLOUD": "otc"},
			want: vars{
				"user": "cloud-user", "password": "p", "domain": "cloud-account",
				"source": `login as user "cloud-user" from ` + inCloud + " and the provider block",
			},
		}, {
			name:  "the block's secret key with the rest from a cloud",
			block: Settings{"cloud": "keys", "secret_key": "SK"},
			want:  vars{"ak": "CLOUDAK", "sk": "SK", "st": "CLOUDST"},
		}, {
			name: "SWR_ENDPOINT helps a cloud whose auth_url leads to none",
			env:  vars{"OS_CLOUD": "private", "SWR_ENDPOINT": "https://swr.private"},
			want: vars{"token": "cloud-token", "endpoint": "https://swr.private"},
		}, {
			name:  "numbers in the block",
			block: Settings{"token": "t", "endpoint": "https://swr.example", "max_retries": "0", "request_timeout": "1m30s"},
			env:   vars{"SWR_MAX_RETRIES": "7", "SWR_REQUEST_TIMEOUT": "7s"},
			want:  vars{"retries": "0", "timeout": "1m30s"},
		}, {
			name: "numbers in the environment",
			env:  vars{"OS_TOKEN": "t", "SWR_ENDPOINT": "https://swr.example", "SWR_MAX_RETRIES": "7", "SWR_REQUEST_TIMEOUT": "500ms"},
			want: vars{"retries": "7", "timeout": "500ms"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			expect(t, test.block, fakeEnvironment(test.env, cloudFiles), test.want)
		})
	}
}

// Of each two ways to sign in, both in the block are an error that names both, the
// earlier one in the environment counts, and that of the block beats the environment.
func TestPrecedenceOfMethods(t *testing.T) {
	const profiles = `{"profiles": [{"name": "p", "mode": "AKSK", "accessKeyId": "AK", "secretAccessKey": "SK", "region": "ap-southeast-1"}]}`
	files := with(cloudFiles, "/home/u/.hcloud/config.json", profiles)
	ways := []struct {
		name   string // in the error
		block  Settings
		env    vars
		source string // in the source of the credential
	}{
		{"token", Settings{"token": "t"}, vars{"OS_TOKEN": "t"}, "token from"},
		{"oidc.idp_id with oidc.id_token", Settings{"oidc.idp_id": "i", "oidc.id_token": "t"},
			vars{"SWR_OIDC_IDP_ID": "i", "SWR_OIDC_ID_TOKEN": "t"}, "ID token of"},
		{"access_key with secret_key", Settings{"access_key": "AK", "secret_key": "SK"},
			vars{"OS_ACCESS_KEY": "AK", "OS_SECRET_KEY": "SK"}, "access key from"},
		{"user_id with password", Settings{"user_id": "u", "password": "p"}, vars{"OS_USER_ID": "u", "OS_PASSWORD": "p"}, "login as"},
		{"cloud", Settings{"cloud": "keys"}, vars{"OS_CLOUD": "keys"}, `cloud "keys"`},
		{"profile", Settings{"profile": "p"}, vars{"HW_PROFILE": "p"}, `profile "p"`},
	}
	for i, first := range ways {
		for _, second := range ways[i+1:] {
			both := maps.Clone(first.block)
			maps.Copy(both, second.block)
			_, _, errs := Resolve(both, fakeEnvironment(nil, files))
			if len(errs) != 1 || errs[0].Summary != "Conflicting credentials" ||
				!strings.HasPrefix(errs[0].Detail, "The provider block sets "+first.name+", and also "+second.name+". ") {
				t.Errorf("%s and %s in the block: %v", first.name, second.name, errs)
			}

			host := Settings{"auth_url": otcIAM, "region": "eu-de", "domain_id": "d", "project_id": "p"}
			env := maps.Clone(first.env)
			maps.Copy(env, second.env)
			config, _, errs := Resolve(host, fakeEnvironment(env, files))
			if len(errs) > 0 || !strings.Contains(config.Credential.Source, first.source) {
				t.Errorf("%s and %s in the environment: %s %v", first.name, second.name, config.Credential, errs)
			}
			for _, pair := range [][2]int{{0, 1}, {1, 0}} {
				inBlock, inEnv := []Settings{first.block, second.block}[pair[0]], []vars{first.env, second.env}[pair[1]]
				block := maps.Clone(host)
				maps.Copy(block, inBlock)
				config, _, errs := Resolve(block, fakeEnvironment(inEnv, files))
				if want := []string{first.source, second.source}[pair[0]]; len(errs) > 0 || !strings.Contains(config.Credential.Source, want) {
					t.Errorf("%v in the block: %s instead of %s, %v", slices.Sorted(maps.Keys(inBlock)), config.Credential, want, errs)
				}
			}
		}
	}
}

// The region alone leads to the hosts of the clouds that the user named, and no other.
func TestRegionAlone(t *testing.T) {
	hwKeys := vars{"HW_ACCESS_KEY": "AK", "HW_SECRET_KEY": "SK"}
	osKeys := vars{"OS_ACCESS_KEY": "AK", "OS_SECRET_KEY": "SK"}
	for _, test := range []struct {
		name  string
		block Settings
		env   vars
		want  vars
	}{
		{
			name: "Huawei Cloud", env: with(hwKeys, "HW_REGION_NAME", "ap-southeast-1"),
			want: vars{
				"endpoint": "https://swr-api.ap-southeast-1.myhuaweicloud.com", "auth_url": "https://iam.ap-southeast-1.myhuaweicloud.com/v3",
				"endpoint from": "the region of the environment variable HW_REGION_NAME", "format": "access", "ak": "AK",
			},
		}, {
			name: "Huawei Cloud in Europe", env: with(hwKeys, "HW_REGION_NAME", "eu-west-101"),
			want: vars{"endpoint": "https://swr-api.eu-west-101.myhuaweicloud.eu", "auth_url": "https://iam.eu-west-101.myhuaweicloud.eu/v3"},
		}, {
			name: "a European region of the other domain", env: with(hwKeys, "HW_REGION_NAME", "eu-west-0"),
			want: vars{"endpoint": "https://swr-api.eu-west-0.myhuaweicloud.com"},
		}, {
			name: "HW_CLOUD", env: with(hwKeys, "HW_REGION_NAME", "eu-west-0", "HW_CLOUD", "prod-cloud-ocb.orange-business.com"),
			want: vars{
				"endpoint":      "https://swr-api.eu-west-0.prod-cloud-ocb.orange-business.com",
				"endpoint from": "the region of the environment variable HW_REGION_NAME and the environment variable HW_CLOUD",
			},
		}, {
			name: "HW_CLOUD with a key pair of the block", env: vars{"HW_CLOUD": "myhuaweicloud.com"},
			block: Settings{"access_key": "AK", "secret_key": "SK", "region": "ap-southeast-1"},
			want:  vars{"endpoint": "https://swr-api.ap-southeast-1.myhuaweicloud.com"},
		}, {
			name: "Open Telekom Cloud", env: with(osKeys, "OS_REGION_NAME", "eu-de"),
			want: vars{"endpoint": otcEndpoint, "auth_url": otcIAM, "format": "credential"},
		}, {
			name: "Open Telekom Cloud, Netherlands, in the block", block: Settings{"token": "t", "region": "eu-nl"},
			want: vars{"endpoint": "https://swr-api.eu-nl.otc.t-systems.com", "endpoint from": "the region of the provider block"},
		}, {
			name: "Open Telekom Cloud with HW_ variables", env: with(hwKeys, "HW_REGION_NAME", "eu-de"),
			want: vars{"endpoint": otcEndpoint},
		}, {
			name: "the region of the credential's prefix", env: with(hwKeys, "HW_REGION_NAME", "ap-southeast-1", "OS_REGION_NAME", "eu-de"),
			want: vars{"endpoint": "https://swr-api.ap-southeast-1.myhuaweicloud.com", "region": "ap-southeast-1"},
		}, {
			name: "auth_url comes first", env: with(osKeys, "OS_REGION_NAME", "eu-de", "OS_AUTH_URL", "https://iam.eu-de.private.example/v3"),
			want: vars{"endpoint": "https://swr-api.eu-de.private.example", "auth_url": "https://iam.eu-de.private.example/v3"},
		}, {
			name: "no IAM beside an endpoint of another cloud", env: with(osKeys, "OS_REGION_NAME", "eu-de", "SWR_ENDPOINT", "https://swr.example"),
			want: vars{"endpoint": "https://swr.example", "auth_url": ""},
		}, {
			name: "IAM beside the endpoint of the region", env: with(osKeys, "OS_REGION_NAME", "eu-de", "SWR_ENDPOINT", otcEndpoint+"/v2"),
			want: vars{"endpoint": otcEndpoint, "endpoint from": "the environment variable SWR_ENDPOINT", "auth_url": otcIAM},
		}, {
			name: "a login", env: vars{"HW_USER_NAME": "u", "HW_USER_PASSWORD": "p", "HW_DOMAIN_NAME": "d", "HW_REGION_NAME": "ap-southeast-1"},
			want: vars{"auth_url": "https://iam.ap-southeast-1.myhuaweicloud.com/v3", "project": "ap-southeast-1"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			expect(t, test.block, fakeEnvironment(test.env, nil), test.want)
		})
	}
}

// The identity in whose account the run acts: agencies, ID tokens and projects.
func TestIdentities(t *testing.T) {
	keys := vars{"OS_ACCESS_KEY": "AK", "OS_SECRET_KEY": "SK", "OS_REGION_NAME": "eu-de"}
	hwKeys := vars{"HW_ACCESS_KEY": "AK", "HW_SECRET_KEY": "SK", "HW_REGION_NAME": "ap-southeast-1"}
	agency := vars{"OS_AGENCY_NAME": "ops", "OS_AGENCY_DOMAIN_NAME": "A"}
	for _, test := range []struct {
		name  string
		block Settings
		env   vars
		want  vars
	}{
		{
			name: "an agency of OS_ variables", env: with(keys, "OS_AGENCY_NAME", "ops", "OS_AGENCY_DOMAIN_NAME", "A", "OS_DELEGATED_PROJECT", "eu-de_x"),
			want: vars{
				"method": "key pair", "agency": "ops", "agency domain": "A", "agency project": "eu-de_x", "agency as key pair": "false",
				"agency from": `agency "ops" from the environment variable OS_AGENCY_NAME and the environment variable OS_AGENCY_DOMAIN_NAME`,
			},
		}, {
			name: "an agency's project is that of the region by default", env: with(keys, "OS_AGENCY_NAME", "ops", "OS_AGENCY_DOMAIN_NAME", "A"),
			want: vars{"agency project": "eu-de"},
		}, {
			name: "an agency of HW_ variables",
			env:  with(hwKeys, "HW_ASSUME_ROLE_AGENCY_NAME", "ops", "HW_ASSUME_ROLE_DOMAIN_ID", "a", "OS_AGENCY_NAME", "x", "OS_AGENCY_DOMAIN_NAME", "X"),
			want: vars{"agency": "ops", "agency domain id": "a", "agency domain": "", "agency as key pair": "true", "agency project": ""},
		}, {
			name: "an agency of the environment with a token of the block", block: Settings{"token": "t", "region": "eu-de"}, env: agency,
			want: vars{"method": "token", "agency": "ops", "agency domain": "A", "agency as key pair": "false"},
		}, {
			name: "an agency with a login",
			env:  with(agency, "OS_USER_ID", "u", "OS_PASSWORD", "p", "OS_REGION_NAME", "eu-de", "OS_DOMAIN_NAME", "own"),
			want: vars{"method": "password", "project": "eu-de", "domain": "own", "agency domain": "A", "agency project": "eu-de"},
		}, {
			name: "an agency with an id token", env: with(agency, "SWR_OIDC_IDP_ID", "idp", "SWR_OIDC_ID_TOKEN", "jwt", "OS_REGION_NAME", "eu-de"),
			want: vars{"method": "id token", "agency": "ops", "oidc project": "eu-de"},
		}, {
			name: "the block's agency overrides all variables",
			block: Settings{
				"assume_role.agency_name": "block", "assume_role.domain_id": "b", "assume_role.project_id": "p",
			},
			env: with(keys, "OS_AGENCY_NAME", "ops", "OS_AGENCY_DOMAIN_NAME", "A", "HW_ASSUME_ROLE_AGENCY_NAME", "x", "OS_DELEGATED_PROJECT", "x"),
			want: vars{
				"agency": "block", "agency domain id": "b", "agency domain": "", "agency project id": "p", "agency project": "",
				"agency from": `agency "block" from the provider block`,
			},
		}, {
			name:  "the block's agency with the project of the environment",
			block: Settings{"assume_role.agency_name": "ops", "assume_role.domain_name": "A"}, env: with(keys, "OS_DELEGATED_PROJECT", "p"),
			want: vars{"agency": "ops", "agency project": "p"},
		}, {
			name:  "the project in the environment of another agency than the block's",
			block: Settings{"assume_role.agency_name": "ops", "assume_role.domain_name": "A"},
			env:   with(keys, "OS_AGENCY_NAME", "x", "OS_AGENCY_DOMAIN_NAME", "X", "OS_DELEGATED_PROJECT", "p"),
			want:  vars{"agency": "ops", "agency project": "eu-de"},
		}, {
			name: "the block's agency with the account of the environment", block: Settings{"assume_role.agency_name": "ops"},
			env:  with(keys, "OS_AGENCY_DOMAIN_NAME", "A", "OS_DELEGATED_PROJECT", "p"),
			want: vars{"agency": "ops", "agency domain": "A", "agency project": "p"},
		}, {
			name: "the block's agency on an entry of clouds.yaml", block: Settings{"cloud": "keys", "assume_role.agency_name": "ops", "assume_role.domain_name": "A", "region": "eu-nl"},
			env:  agency,
			want: vars{"ak": "CLOUDAK", "agency": "ops", "agency domain": "A", "agency project": "eu-nl"},
		}, {
			name: "no agency", env: keys,
			want: vars{"agency": ""},
		}, {
			name: "an id token of this provider's variables comes before a key pair",
			env:  with(keys, "SWR_OIDC_IDP_ID", "idp", "SWR_OIDC_ID_TOKEN_FILE", "~/jwt", "HW_ASSUME_ROLE_IDP_ID", "x", "HW_ASSUME_ROLE_ID_TOKEN", "x"),
			want: vars{
				"method": "id token", "idp": "idp", "id token file": "/home/u/jwt", "id token": "", "oidc project": "eu-de", "auth_url": otcIAM,
				"source": `ID token of the identity provider "idp" from the environment variable SWR_OIDC_IDP_ID and the environment variable SWR_OIDC_ID_TOKEN_FILE`,
			},
		}, {
			name: "an id token of HW_ variables",
			env:  vars{"HW_ASSUME_ROLE_IDP_ID": "idp", "HW_ASSUME_ROLE_ID_TOKEN": "jwt", "HW_REGION_NAME": "ap-southeast-1", "HUAWEICLOUD_SDK_IDP_ID": "x"},
			want: vars{"idp": "idp", "id token": "jwt", "auth_url": "https://iam.ap-southeast-1.myhuaweicloud.com/v3"},
		}, {
			name: "an id token of the SDK's variables",
			env:  vars{"HUAWEICLOUD_SDK_IDP_ID": "idp", "HUAWEICLOUD_SDK_ID_TOKEN_FILE": "/jwt", "HW_REGION_NAME": "ap-southeast-1", "HW_PROJECT_ID": "p"},
			want: vars{"idp": "idp", "id token file": "/jwt", "oidc project": "p", "endpoint": "https://swr-api.ap-southeast-1.myhuaweicloud.com"},
		}, {
			name: "the block's identity provider with the id token of the environment", block: Settings{"oidc.idp_id": "idp", "region": "eu-de"},
			env:  vars{"SWR_OIDC_ID_TOKEN": "jwt", "OS_TOKEN": "x"},
			want: vars{"idp": "idp", "id token": "jwt", "token": ""},
		}, {
			name: "the block's way overrides an id token of the environment", block: Settings{"token": "t", "region": "eu-de"},
			env:  vars{"SWR_OIDC_IDP_ID": "idp", "SWR_OIDC_ID_TOKEN": "jwt"},
			want: vars{"method": "token", "idp": ""},
		}, {
			name: "own variables with the other ones' IAM", env: vars{"SWR_OIDC_IDP_ID": "idp", "SWR_OIDC_ID_TOKEN": "jwt", "OS_AUTH_URL": otcIAM, "OS_PROJECT_ID": "p"},
			want: vars{"idp": "idp", "auth_url": otcIAM, "oidc project": "p"},
		}, {
			name: "the project of a key pair", env: with(keys, "OS_PROJECT_ID", "p", "OS_PROJECT_NAME", "n"),
			want: vars{"key project id": "p", "key project": ""},
		}, {
			name: "the project name of a key pair", env: with(keys, "OS_PROJECT_NAME", "eu-de_n", "HW_PROJECT_ID", "x"),
			want: vars{"key project": "eu-de_n", "key project id": ""},
		}, {
			name: "no project", env: keys, want: vars{"key project": "", "key project id": ""},
		}, {
			name: "the security token of AWS_SESSION_TOKEN", env: with(keys, "AWS_ACCESS_KEY_ID", "AK", "AWS_SESSION_TOKEN", "ST"),
			want: vars{"st": "ST"},
		}, {
			name: "AWS_SESSION_TOKEN of another key", env: with(keys, "AWS_ACCESS_KEY_ID", "other", "AWS_SESSION_TOKEN", "ST"),
			want: vars{"st": ""},
		}, {
			name: "OS_SECURITY_TOKEN comes first", env: with(keys, "AWS_ACCESS_KEY_ID", "AK", "AWS_SESSION_TOKEN", "x", "OS_SECURITY_TOKEN", "ST"),
			want: vars{"st": "ST"},
		}, {
			name: "AWS_SESSION_TOKEN and a key pair of the block", block: Settings{"access_key": "AK", "secret_key": "SK", "region": "eu-de"},
			env:  vars{"AWS_ACCESS_KEY_ID": "AK", "AWS_SESSION_TOKEN": "ST"},
			want: vars{"st": ""},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			expect(t, test.block, fakeEnvironment(test.env, cloudFiles), test.want)
		})
	}
}

// An ID token that another credential takes precedence over is named in a warning.
func TestUnusedIDToken(t *testing.T) {
	env := vars{"OS_TOKEN": secretWord, "OS_REGION_NAME": "eu-de", "SWR_OIDC_IDP_ID": "idp", "SWR_OIDC_ID_TOKEN": secretWord}
	_, warnings, errs := Resolve(nil, fakeEnvironment(env, nil))
	want := Diagnostic{"oidc", "ID token not used", "The environment variable SWR_OIDC_IDP_ID is set, but the run uses the token from the " +
		"environment variable OS_TOKEN, which takes precedence. To sign in with the ID token, remove that. Otherwise unset the variable."}
	if len(errs) > 0 || !slices.Equal(warnings, []Diagnostic{want}) {
		t.Errorf("got %v, %v", warnings, errs)
	}
}

func TestProjectNameWithoutIAM(t *testing.T) {
	env := vars{"OS_ACCESS_KEY": "AK", "OS_SECRET_KEY": "SK", "SWR_ENDPOINT": "https://swr.example", "OS_PROJECT_NAME": "x"}
	config, warnings, errs := Resolve(nil, fakeEnvironment(env, nil))
	want := Diagnostic{"project_name", "project_name is not used", `The ID of the project "x" from the environment variable OS_PROJECT_NAME ` +
		"can't be looked up, because the URL of IAM is not known. Requests are for the project of the region. " +
		"Set project_id instead of the name, or auth_url."}
	if len(errs) > 0 || !slices.Equal(warnings, []Diagnostic{want}) || config.Credential.KeyPair.Project != (NameOrID{}) {
		t.Errorf("got %v, %v, %v", config.Credential.KeyPair.Project, warnings, errs)
	}
}

func TestDescribe(t *testing.T) {
	for _, test := range []struct {
		block Settings
		env   vars
		want  string
	}{
		{
			block: Settings{"token": secretWord, "auth_url": otcIAM},
			env:   vars{"OS_REGION_NAME": "eu-de"},
			want: "Credential: token from the provider block; " +
				"endpoint https://swr-api.eu-de.otc.t-systems.com from auth_url of the provider block; " +
				`region "eu-de" from the environment variable OS_REGION_NAME.`,
		}, {
			block: Settings{"region": "eu-de", "endpoint": "https://swr.example"},
			env:   vars{"OS_USERNAME": "u", "OS_PASSWORD": secretWord, "OS_USER_DOMAIN_NAME": "d", "OS_AUTH_URL": otcIAM},
			want: `Credential: login as user "u" from the environment variable OS_USERNAME and the environment variable OS_PASSWORD, ` +
				`for account "d" from the environment variable OS_USER_DOMAIN_NAME and project "eu-de" from the region of the provider block, ` +
				`at https://iam.eu-de.otc.t-systems.com/v3 from the environment variable OS_AUTH_URL; ` +
				`endpoint https://swr.example from the provider block; region "eu-de" from the provider block.`,
		}, {
			block: Settings{"user_id": "u", "password": secretWord, "project_id": "p", "auth_url": otcIAM},
			want: `Credential: login as user with id "u" from the provider block, for project with id "p" from the provider block, ` +
				`at https://iam.eu-de.otc.t-systems.com/v3 from the provider block; ` +
				`endpoint https://swr-api.eu-de.otc.t-systems.com from auth_url of the provider block; no region is set.`,
		}, {
			block: Settings{"token": secretWord},
			env:   vars{"OS_REGION_NAME": "eu-de", "OS_AGENCY_NAME": "ops", "OS_AGENCY_DOMAIN_NAME": "CUSTOMER"},
			want: `Credential: token from the provider block, at https://iam.eu-de.otc.t-systems.com/v3 from the region of the environment ` +
				`variable OS_REGION_NAME; acting in account "CUSTOMER" with the agency "ops" from the environment variable OS_AGENCY_NAME and ` +
				`the environment variable OS_AGENCY_DOMAIN_NAME; endpoint https://swr-api.eu-de.otc.t-systems.com from the region of the ` +
				`environment variable OS_REGION_NAME; region "eu-de" from the environment variable OS_REGION_NAME.`,
		}, {
			block: Settings{"oidc.idp_id": "github", "oidc.id_token": secretWord, "region": "eu-de"},
			want: `Credential: ID token of the identity provider "github" from the provider block, for project "eu-de" from the region of the ` +
				`provider block, at https://iam.eu-de.otc.t-systems.com/v3 from the region of the provider block; ` +
				`endpoint https://swr-api.eu-de.otc.t-systems.com from the region of the provider block; region "eu-de" from the provider block.`,
		}, {
			env: vars{"OS_ACCESS_KEY": "AK", "OS_SECRET_KEY": secretWord, "SWR_ENDPOINT": "https://swr.example", "OS_PROJECT_ID": "p"},
			want: `Credential: access key from the environment variable OS_ACCESS_KEY and the environment variable OS_SECRET_KEY, ` +
				`for project with id "p" from the environment variable OS_PROJECT_ID; ` +
				`endpoint https://swr.example from the environment variable SWR_ENDPOINT; no region is set.`,
		},
	} {
		config, _, errs := Resolve(test.block, fakeEnvironment(test.env, nil))
		if got := config.Describe(); got != test.want {
			t.Errorf("got  %s\nwant %s\n%v", got, test.want, errs)
		}
	}
}

// No fmt verb, logger or encoder shows a secret.
func TestSecretsAreNotPrinted(t *testing.T) {
	const sk, password = "SECRET-key", "pa$s-word"
	block := Settings{
		"access_key": "AK", "secret_key": sk, "security_token": password, "endpoint": "https://swr.example",
	}
	keys, _, _ := Resolve(block, Environment{})
	login, _, _ := Resolve(Settings{
		"user_id": "u", "password": password, "project_id": "p", "auth_url": otcIAM,
	}, Environment{})
	if keys.Credential.KeyPair.SecretKey.Reveal() != sk || login.Credential.Login.Password.Reveal() != password {
		t.Fatal("the secrets are missing")
	}
	oidc, _, _ := Resolve(Settings{"oidc.idp_id": "idp", "oidc.id_token": password, "region": "eu-de"}, Environment{})
	if oidc.Credential.OIDC.IDToken.Reveal() != password {
		t.Fatal("the ID token is missing")
	}
	nested := struct{ unexported Config }{login}
	var printed strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, v := range []any{
			block, &block, keys, &keys, keys.Credential, keys.Credential.KeyPair, login, login.Credential.Login, nested, &nested,
			oidc, oidc.Credential.OIDC,
			NewSecret(password),
		} {
			fmt.Fprintf(&printed, verb+"\n", v)
		}
	}
	slog.New(slog.NewTextHandler(&printed, nil)).Info("x", "secret", NewSecret(password))
	encoded, err := json.Marshal(login.Credential)
	if err != nil {
		t.Fatal(err)
	}
	printed.Write(encoded)
	for _, secret := range []string{sk, password, fmt.Sprintf("%x", sk), fmt.Sprintf("%x", password)} {
		if strings.Contains(printed.String(), secret) {
			t.Errorf("%q is shown in %s", secret, printed.String())
		}
	}
}

// The table of attributes has what the lookup of variables relies on.
func TestAttributes(t *testing.T) {
	env := map[string][]string{}
	for _, a := range Attributes {
		object, _, isNested := strings.Cut(a.Name, ".")
		if a.Description == "" || env[a.Name] != nil || isNested && Nested[object] == "" {
			t.Errorf("%s has no description or two entries", a.Name)
		}
		env[a.Name] = a.Env
	}
	for _, object := range objects {
		var found []string
		for _, name := range env[object+"_name"] {
			if id := idVariable(name); slices.Contains(env[object+"_id"], id) {
				found = append(found, id)
			}
		}
		if !slices.Equal(found, env[object+"_id"]) {
			t.Errorf("of the variables %v for ids of %s only %v belong to a name", env[object+"_id"], object, found)
		}
	}
}
