package protoserver

import (
	"os"
	"path"
	"strings"
)

// logPrefix is the prefix of every variable that turns on logs, of Terraform or of
// the libraries: TF_LOG, TF_LOG_PROVIDER, TF_LOG_SDK_PROTO and so on.
const logPrefix = "TF_LOG"

// silenceLogs turns off logs that nobody reads. It does nothing if any TF_LOG
// variable is set. Panics and startup errors do not depend on it.
//
// Upstream: terraform-plugin-log v0.11.0 logs at level TRACE if no level is set.
// Each call then writes a dozen lines of JSON to Terraform, which parses and drops
// them. That was a quarter of the time of a plan. See NewRootSDKLogger in
// https://github.com/hashicorp/terraform-plugin-log/blob/v0.11.0/tfsdklog/sdk.go.
// Once the default level is OFF, this file can go.
//
// The libraries read these variables at each call, so setting them here is enough.
func silenceLogs(address string) error {
	for _, variable := range os.Environ() {
		if name, value, _ := strings.Cut(variable, "="); strings.HasPrefix(name, logPrefix) && value != "" {
			return nil
		}
	}
	for _, name := range []string{
		"TF_LOG_SDK", // includes TF_LOG_SDK_PROTO
		"TF_LOG_SDK_FRAMEWORK",
		"TF_LOG_PROVIDER_" + strings.ToUpper(path.Base(address)),
	} {
		if err := os.Setenv(name, "OFF"); err != nil {
			return err
		}
	}
	return nil
}
