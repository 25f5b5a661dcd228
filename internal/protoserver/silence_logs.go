package protoserver

import (
	"os"
	"path"
	"strings"
)

// logVariables is how all variables begin that turn on logs, of Terraform or of
// the libraries: TF_LOG, TF_LOG_PROVIDER, TF_LOG_SDK_PROTO and so on.
const logPrefix = "TF_LOG"

// quiet turns off the logs that nobody will read.
//
// The fault is terraform-plugin-log's and terraform-plugin-go's: where no level
// is set they log at the finest one, so each call renders a dozen lines of JSON
// and writes them to Terraform, which parses them and, with no log asked for,
// drops them. That was a quarter of the time of a plan.
//
// They read their variables at each call, so that it is enough to set them. As
// soon as any variable of theirs or Terraform's is set, nothing is changed.
// Panics, and errors before Terraform has connected, do not go through the logs.
func silenceLogs(address string) error {
	for _, variable := range os.Environ() {
		if name, value, _ := strings.Cut(variable, "="); strings.HasPrefix(name, logPrefix) && value != "" {
			return nil
		}
	}
	for _, name := range []string{
		"TF_LOG_SDK", // and with it TF_LOG_SDK_PROTO
		"TF_LOG_SDK_FRAMEWORK",
		"TF_LOG_PROVIDER_" + strings.ToUpper(path.Base(address)),
	} {
		if err := os.Setenv(name, "OFF"); err != nil {
			return err
		}
	}
	return nil
}
