// Package auth turns what a user says about signing in into an
// [http.RoundTripper] that signs in: credentials in, a transport out.
//
// [Resolve] merges the provider block, the environment and clouds.yaml into a
// [Config], without any network. [Config.Transport] then signs each request
// with a key pair, or sends a token that was given or got from IAM, which it
// renews once when the service answers 401.
//
// The package knows the ways to sign in that Open Telekom Cloud, Huawei Cloud
// and their kin have, and where their users keep the settings. It must not know
// Terraform, nor anything of the API that is called through the transport: no
// share, no error code of SWR, no retry. Retries, logs and the time that one
// request may take belong to the caller.
//
// Secrets are held in values that print as "[redacted]", whichever verb prints
// them. Tokens are never written anywhere.
package auth
