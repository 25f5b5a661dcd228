package protoserver

import (
	"bytes"
	"context"
	"errors"
	"log"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

const (
	address = "registry.terraform.io/terraform-provider-swr/swr"
	// envRole says what this program is to do instead of the tests, so that they
	// can look at the standard error of a process of its own.
	envRole = "LEAN_TEST_ROLE"
)

func TestMain(m *testing.M) {
	role := os.Getenv(envRole)
	if role == "" {
		os.Exit(m.Run())
	}
	if role == "serve" {
		err := Serve(address, func() provider.Provider { return stub{} }, false)
		log.Fatal(err)
	}
	if role != "as it comes" {
		if err := silenceLogs(address); err != nil {
			panic(err)
		}
	}
	if role == "panic" {
		panic("on purpose")
	}
	served, err := Server(stub{})
	if err != nil {
		panic(err)
	}
	if _, err := tf6server.New(address, served).GetMetadata(context.Background(), nil); err != nil {
		panic(err)
	}
}

// stderr gives what a process in that role prints, and its exit code.
func stderr(t *testing.T, role string, environment ...string) (printed string, code int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, logPrefix) {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	cmd.Env = append(append(cmd.Env, envRole+"="+role), environment...)
	var out bytes.Buffer
	cmd.Stderr = &out
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

func TestQuiet(t *testing.T) {
	t.Parallel()
	for _, environment := range [][]string{nil, {"TF_LOG="}} {
		if printed, code := stderr(t, "quietly", environment...); printed != "" || code != 0 {
			t.Errorf("%v: code %d, %s", environment, code, printed)
		}
	}
	// If this fails, the libraries no longer log by themselves, and silence_logs.go can go.
	if printed, code := stderr(t, "as it comes"); strings.Count(printed, "\n") < 5 || code != 0 {
		t.Errorf("without it: code %d, %s", code, printed)
	}
}

// Any variable of Terraform's or the libraries' brings all logs back.
func TestLogsAreCompleteAgain(t *testing.T) {
	t.Parallel()
	for _, variable := range []string{
		"TF_LOG=TRACE", "TF_LOG=error", "TF_LOG_CORE=trace", "TF_LOG_PROVIDER=debug", "TF_LOG_PATH=/dev/null",
		"TF_LOG_PROVIDER_SWR=trace", "TF_LOG_SDK=trace", "TF_LOG_SDK_PROTO=debug", "TF_LOG_SDK_PROTO_DATA_DIR=/nowhere", "TF_LOG_OF_TOMORROW=1",
	} {
		want, _ := stderr(t, "as it comes", variable)
		got, code := stderr(t, "quietly", variable)
		if strings.Count(got, "\n") != strings.Count(want, "\n") || got == "" || code != 0 {
			t.Errorf("%s: code %d, %s\ninstead of\n%s", variable, code, got, want)
		}
	}
}

// What goes wrong is printed all the same.
func TestPanicsAndEarlyErrorsAreSeen(t *testing.T) {
	t.Parallel()
	if printed, code := stderr(t, "panic"); code != 2 || !strings.Contains(printed, "panic: on purpose") || !strings.Contains(printed, "goroutine") {
		t.Errorf("a panic: code %d, %s", code, printed)
	}
	// Started by hand, and not by Terraform.
	if printed, code := stderr(t, "serve"); code != 1 || !strings.Contains(printed, "plugin") {
		t.Errorf("an error before serving: code %d, %s", code, printed)
	}
}
