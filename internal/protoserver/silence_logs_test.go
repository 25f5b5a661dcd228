package protoserver

import (
	"context"
	"log"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

const (
	address = "registry.terraform.io/terraform-provider-swr/swr"
	// envSilence makes the test binary serve one call instead of the tests, since
	// the libraries log to the standard error of the process.
	envSilence = "PROTOSERVER_TEST_SILENCE"
)

func TestMain(m *testing.M) {
	silence := os.Getenv(envSilence)
	if silence == "" {
		os.Exit(m.Run())
	}
	if silence == "true" {
		if err := silenceLogs(address); err != nil {
			log.Fatal(err)
		}
	}
	server, err := Server(stubProvider{})
	if err == nil {
		_, err = tf6server.New(address, server).GetMetadata(context.Background(), nil)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// logs returns what one call logs, with or without silenceLogs.
func logs(t *testing.T, silence, variable string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	for _, inherited := range os.Environ() {
		if !strings.HasPrefix(inherited, logPrefix) {
			cmd.Env = append(cmd.Env, inherited)
		}
	}
	cmd.Env = append(cmd.Env, envSilence+"="+silence, variable)
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return string(output)
}

func TestSilenceLogs(t *testing.T) {
	t.Parallel()
	for _, variable := range []string{"UNRELATED=1", "TF_LOG="} {
		if output := logs(t, "true", variable); output != "" {
			t.Errorf("%s: the libraries still log: %s", variable, output)
		}
	}
	if logs(t, "false", "TF_LOG=") == "" {
		t.Log("The libraries no longer log by default: silence_logs.go can go.")
	}
	// Any variable of Terraform or the libraries turns on all logs again.
	for _, variable := range []string{
		"TF_LOG=TRACE", "TF_LOG=error", "TF_LOG_CORE=trace", "TF_LOG_PATH=/dev/null", "TF_LOG_PROVIDER_SWR=trace",
		"TF_LOG_SDK=trace", "TF_LOG_SDK_PROTO=debug", "TF_LOG_SDK_PROTO_DATA_DIR=/nowhere", "TF_LOG_UNKNOWN=1",
	} {
		output, want := logs(t, "true", variable), logs(t, "false", variable)
		if output == "" || strings.Count(output, "\n") != strings.Count(want, "\n") {
			t.Errorf("%s: the logs are\n%s\nwant\n%s", variable, output, want)
		}
	}
}
