package config

import (
	"slices"
	"testing"
)

// A credential that is not supported is an error if there is no other one.
func TestUnsupportedCredentials(t *testing.T) {
	const (
		noPasscodes = "one-time passcodes (MFA) are not supported. Sign in with otc-auth, and use the token or the temporary " +
			"access key that it writes"
		noApplicationCredentials = "application credentials are not supported: Open Telekom Cloud and Huawei Cloud do not have " +
			"them. Use an access key, a token, or user name and password"
	)
	for _, test := range []errorTest{
		{
			name: "a passcode with a user", env: vars{"OS_USERNAME": "u", "OS_PASSCODE": secretWord},
			detail: "The environment variable OS_PASSCODE is set, but " + noPasscodes + ".",
		}, {
			name: "a passcode with a login", env: vars{"OS_USERNAME": "u", "OS_PASSWORD": secretWord, "OS_PASSCODE": secretWord},
			detail: "The environment variable OS_PASSCODE is set, but " + noPasscodes +
				"; or unset the variable to sign in with the password only.",
		}, {
			name: "a passcode with a password of the block", block: Settings{"password": secretWord},
			env: vars{"OS_USER_ID": "u", "OS_PASSCODE": secretWord},
			detail: "The environment variable OS_PASSCODE is set, but " + noPasscodes +
				"; or unset the variable to sign in with the password only.",
		}, {
			name: "a passcode alone", env: vars{"OS_PASSCODE": secretWord},
			detail: "The environment variable OS_PASSCODE is set, but " + noPasscodes + ".",
		}, {
			name: "the type of a passcode", env: vars{"OS_AUTH_TYPE": "v3totp", "OS_USERNAME": "u"},
			detail: `The environment variable OS_AUTH_TYPE is "v3totp", but ` + noPasscodes + ".",
		}, {
			name: "an application credential", env: vars{"OS_AUTH_TYPE": "v3applicationcredential",
				"OS_APPLICATION_CREDENTIAL_ID": "i", "OS_APPLICATION_CREDENTIAL_SECRET": secretWord},
			detail: "The environment variable OS_APPLICATION_CREDENTIAL_ID is set, but " + noApplicationCredentials + ".",
		}, {
			name: "the name of an application credential, with its user",
			env: vars{"OS_APPLICATION_CREDENTIAL_NAME": "n", "OS_APPLICATION_CREDENTIAL_SECRET": secretWord,
				"OS_USERNAME": "u", "OS_USER_DOMAIN_NAME": "d"},
			detail: "The environment variable OS_APPLICATION_CREDENTIAL_NAME is set, but " + noApplicationCredentials + ".",
		}, {
			name: "the secret of an application credential", env: vars{"OS_APPLICATION_CREDENTIAL_SECRET": secretWord},
			detail: "The environment variable OS_APPLICATION_CREDENTIAL_SECRET is set, but " + noApplicationCredentials + ".",
		}, {
			name: "the type of an application credential", env: vars{"OS_AUTH_TYPE": "v3applicationcredential"},
			detail: `The environment variable OS_AUTH_TYPE is "v3applicationcredential", but ` + noApplicationCredentials + ".",
		},
	} {
		test.summary = "Unsupported credential"
		t.Run(test.name, test.run)
	}
}

// Beside a credential that takes precedence, it is not used: with a warning if it is
// that of another identity.
func TestUnsupportedCredentialsNotUsed(t *testing.T) {
	const endpoint = "https://swr.example"
	want := func(variable, used string) []Diagnostic {
		return []Diagnostic{{"", "Application credential not used", variable + ", but the run uses the " + used +
			". Application credentials are not supported. Unset the variable."}}
	}
	for name, test := range map[string]struct {
		block Settings
		env   vars
		want  []Diagnostic
	}{
		"a passcode beside a token":    {env: vars{"OS_TOKEN": "t", "OS_PASSCODE": "p"}},
		"a passcode beside a key pair": {env: vars{"OS_ACCESS_KEY": "a", "OS_SECRET_KEY": "s", "OS_PASSCODE": "p", "OS_USERNAME": "u"}},
		"a passcode beside the login of another cloud": {
			block: Settings{"auth_url": otcIAM, "region": "eu-de"},
			env:   vars{"HW_USER_NAME": "u", "HW_USER_PASSWORD": "p", "HW_DOMAIN_NAME": "d", "OS_PASSCODE": "p"},
		},
		"an application credential beside a token": {
			env:  vars{"OS_TOKEN": "t", "OS_APPLICATION_CREDENTIAL_ID": "i", "OS_AUTH_TYPE": "v3applicationcredential"},
			want: want("The environment variable OS_APPLICATION_CREDENTIAL_ID is set", "token from the environment variable OS_TOKEN"),
		},
		"its type beside a key pair of the block": {
			block: Settings{"access_key": "a", "secret_key": "s"}, env: vars{"OS_AUTH_TYPE": "v3applicationcredential"},
			want: want(`The environment variable OS_AUTH_TYPE is "v3applicationcredential"`, "access key from the provider block"),
		},
		"other types": {env: vars{"OS_TOKEN": "t", "OS_AUTH_TYPE": "v3password"}},
	} {
		t.Run(name, func(t *testing.T) {
			block := Settings{"endpoint": endpoint}
			for attribute, text := range test.block {
				block[attribute] = text
			}
			_, warnings, errs := Resolve(block, fakeEnvironment(test.env, nil))
			if len(errs) > 0 || !slices.Equal(warnings, test.want) {
				t.Errorf("got  %v, %v\nwant %v", warnings, errs, test.want)
			}
		})
	}
}
