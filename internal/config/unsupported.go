package config

import (
	"fmt"
	"slices"
)

// unsupportedMethod is an authentication method of OpenStack clients that is not
// supported.
type unsupportedMethod struct {
	variables []string
	// authTypes are its values of OS_AUTH_TYPE, and of auth_type in clouds.yaml.
	authTypes []string
	// explanation says so, and what to do. It is the end of a sentence.
	explanation string
}

var (
	passcode = unsupportedMethod{
		variables: []string{"OS_PASSCODE"}, authTypes: []string{"v3totp", "v3multifactor"},
		explanation: "one-time passcodes (MFA) are not supported. Sign in with otc-auth, and use the token or the temporary " +
			"access key that it writes",
	}
	applicationCredential = unsupportedMethod{
		variables: []string{"OS_APPLICATION_CREDENTIAL_ID", "OS_APPLICATION_CREDENTIAL_NAME", "OS_APPLICATION_CREDENTIAL_SECRET"},
		authTypes: []string{"v3applicationcredential"},
		explanation: "application credentials are not supported: Open Telekom Cloud and Huawei Cloud do not have them. Use an " +
			"access key, a token, or user name and password",
	}
	unsupportedMethods = []unsupportedMethod{passcode, applicationCredential}
)

// passcodePrefix is that of the variables of a login that OS_PASSCODE belongs to.
const passcodePrefix = "OS_"

// selectedBy returns how the environment selects the method, or "".
func (m unsupportedMethod) selectedBy(env Environment) string {
	if v := env.variable(m.variables...); v.isSet() {
		return capitalize(v.source) + " is set"
	}
	if v := env.variable("OS_AUTH_TYPE"); slices.Contains(m.authTypes, v.text) {
		return fmt.Sprintf("%s is %q", capitalize(v.source), v.text)
	}
	return ""
}

// failUnsupported reports a method that the environment selects and that is not
// supported, if there is one.
func (r *resolver) failUnsupported() bool {
	for _, method := range unsupportedMethods {
		if selected := method.selectedBy(r.env); selected != "" {
			r.fail("", "Unsupported credential", "%s, but %s.", selected, method.explanation)
			return true
		}
	}
	return false
}

// failPasscode reports a passcode beside user name and password of the environment.
// IAM would refuse the password alone.
func (r *resolver) failPasscode() bool {
	if !r.env.variable(passcode.variables...).isSet() {
		return false
	}
	r.fail("", "Unsupported credential", "%s, but %s; or unset the variable to sign in with the password only.",
		passcode.selectedBy(r.env), passcode.explanation)
	return true
}

// warnApplicationCredential warns of an application credential, which is that of an
// identity of its own, beside the credential that is used.
func (r *resolver) warnApplicationCredential(used Credential) {
	if selected := applicationCredential.selectedBy(r.env); selected != "" {
		r.warn("", "Application credential not used", "%s, but the run uses the %s. Application credentials are not supported. "+
			"Unset the variable.", selected, used.Source)
	}
}

// explainAuthType returns a sentence about an auth_type that is not supported, or "".
func explainAuthType(authType string) string {
	for _, method := range unsupportedMethods {
		if slices.Contains(method.authTypes, authType) {
			return " " + capitalize(method.explanation) + "."
		}
	}
	return ""
}
