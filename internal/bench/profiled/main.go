// Command profiled is the provider with Go's profiler, for "go run ./internal/bench
// -profile DIR". It is not released.
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
	runtime.MemProfileRate = 64 << 10
	if err := pprof.StartCPUProfile(create("cpu")); err != nil {
		log.Fatal(err)
	}
	err := protoserver.Serve("registry.terraform.io/terraform-provider-swr/swr", provider.New("profiled"), false)
	pprof.StopCPUProfile()
	if err := errors.Join(err, pprof.Lookup("allocs").WriteTo(create("allocs"), 0)); err != nil {
		log.Fatal(err)
	}
}

// create creates a file for a profile of this process: Terraform starts several.
func create(kind string) *os.File {
	file, err := os.Create(filepath.Join(os.Getenv("PROVIDER_BENCH_PROFILES"), fmt.Sprintf("%s-%d.pprof", kind, os.Getpid())))
	if err != nil {
		log.Fatal(err)
	}
	return file
}
