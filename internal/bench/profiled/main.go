// Command profiled is the provider with Go's profiler, for "go run ./internal/bench
// -profile DIR". It is not released.
package main

import (
	"errors"
	"log"
	"os"
	"runtime"
	"runtime/pprof"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/protoserver"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/provider"
)

func main() {
	runtime.MemProfileRate = 64 << 10
	dir := os.Getenv("PROVIDER_BENCH_PROFILES") // for the profiles of several processes
	cpu, cpuErr := os.CreateTemp(dir, "cpu-*.pprof")
	allocs, allocsErr := os.CreateTemp(dir, "allocs-*.pprof")
	if err := errors.Join(cpuErr, allocsErr, pprof.StartCPUProfile(cpu)); err != nil {
		log.Fatal(err)
	}
	err := protoserver.Serve("registry.terraform.io/terraform-provider-swr/swr", provider.New("profiled"), false)
	pprof.StopCPUProfile()
	if err := errors.Join(err, pprof.Lookup("allocs").WriteTo(allocs, 0)); err != nil {
		log.Fatal(err)
	}
}
