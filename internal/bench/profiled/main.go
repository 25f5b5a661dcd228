// Command profiled is the provider with Go's profiler round it, for
// "go run ./internal/bench -profile DIR". It is no part of the release.
package main

import (
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/protoserver"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/provider"
)

func main() {
	if err := run(os.Getenv("PROVIDER_BENCH_PROFILES")); err != nil {
		log.Fatal(err)
	}
}

// run serves the provider, and leaves a CPU and an allocation profile in the
// directory: one of each for each process, since Terraform starts several.
func run(dir string) (err error) {
	cpu, err := os.Create(filepath.Join(dir, fmt.Sprintf("cpu-%d.pprof", os.Getpid())))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cpu.Close()) }()
	runtime.MemProfileRate = 64 << 10
	if err := pprof.StartCPUProfile(cpu); err != nil {
		return err
	}
	served := protoserver.Serve("registry.terraform.io/terraform-provider-swr/swr", provider.New("profiled"), false)
	pprof.StopCPUProfile()

	memory, err := os.Create(filepath.Join(dir, fmt.Sprintf("allocs-%d.pprof", os.Getpid())))
	if err != nil {
		return errors.Join(served, err)
	}
	return errors.Join(served, pprof.Lookup("allocs").WriteTo(memory, 0), memory.Close())
}
