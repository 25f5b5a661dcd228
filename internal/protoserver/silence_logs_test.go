package protoserver

import (
	"context"
	"log"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"go.uber.org/goleak"
)

const (
	address = "registry.terraform.io/terraform-provider-swr/swr"
	// envRole makes the test binary do something else instead of the tests, since
	// the libraries log to the standard error of the process.
	envRole    = "PROTOSERVER_TEST_ROLE"
	roleCall   = "call"   // serve one call
	roleSilent = "silent" // serve one call, with the logs silenced
	roleServe  = "serve"  // serve as Terraform starts the provider
	rolePanic  = "panic"  // panic, with the logs silenced
)

func TestMain(m *testing.M) {
	role := os.Getenv(envRole)
	if role == "" {
		goleak.VerifyTestMain(m) // exits
	}
	if role == roleServe {
		log.Fatal(Serve(address, func() provider.Provider { return stubProvider{} }, false))
	}
	if role != roleCall {
		if err := silenceLogs(address); err != nil {
			log.Fatal(err)
		}
	}
	if role == rolePanic {
		panic("on purpose")
	}
	server, err := Server(stubProvider{})
	if err == nil {
		_, err = tf6server.New(address, server).GetMetadata(context.Background(), nil)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// runRole returns what the test binary prints to stderr in a role, and its exit code.
func runRole(t *testing.T, role, variable string) (output string, code int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	for _, inherited := range os.Environ() {
		if !strings.HasPrefix(inherited, logPrefix) {
			cmd.Env = append(cmd.Env, inherited)
		}
	}
	cmd.Env = append(cmd.Env, envRole+"="+role, variable)
	var printed strings.Builder
	cmd.Stderr = &printed
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return printed.String(), cmd.ProcessState.ExitCode()
}

// logs returns what one call logs.
func logs(t *testing.T, role, variable string) string {
	t.Helper()
	output, code := runRole(t, role, variable)
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, output)
	}
	return output
}

func TestSilenceLogs(t *testing.T) {
	t.Parallel()
	for _, variable := range []string{"UNRELATED=1", "TF_LOG="} {
		if output := logs(t, roleSilent, variable); output != "" {
			t.Errorf("%s: the libraries still log: %s", variable, output)
		}
	}
	if logs(t, roleCall, "TF_LOG=") == "" {
		t.Log("The libraries no longer log by default: silence_logs.go can go.")
	}
	// Any variable of Terraform or the libraries turns on all logs again.
	for _, variable := range []string{
		"TF_LOG=TRACE", "TF_LOG=error", "TF_LOG_CORE=trace", "TF_LOG_PATH=/dev/null", "TF_LOG_PROVIDER_SWR=trace",
		"TF_LOG_SDK=trace", "TF_LOG_SDK_PROTO=debug", "TF_LOG_SDK_PROTO_DATA_DIR=/nowhere", "TF_LOG_UNKNOWN=1",
	} {
		output, want := logs(t, roleSilent, variable), logs(t, roleCall, variable)
		if output == "" || strings.Count(output, "\n") != strings.Count(want, "\n") {
			t.Errorf("%s: the logs are\n%s\nwant\n%s", variable, output, want)
		}
	}
}

func TestSilenceLogsKeepsErrors(t *testing.T) {
	t.Parallel()
	output, code := runRole(t, rolePanic, "TF_LOG=")
	if code != 2 || !strings.Contains(output, "panic: on purpose") || !strings.Contains(output, "goroutine") {
		t.Errorf("a panic: exit code %d\n%s", code, output)
	}
	// The binary is started by hand, not by Terraform.
	output, code = runRole(t, roleServe, "TF_LOG=")
	if code != 1 || !strings.Contains(output, "This binary is a plugin") {
		t.Errorf("a startup error: exit code %d\n%s", code, output)
	}
}
