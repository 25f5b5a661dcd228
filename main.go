// Command terraform-provider-swr is a Terraform provider that shares private
// container repositories in SWR with other accounts.
package main

import (
	"flag"
	"fmt"
	"log"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/protoserver"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/provider"
)

// version is set by the release build.
var version = "dev"

// address is the provider's address in the Terraform Registry.
const address = "registry.terraform.io/terraform-provider-swr/swr"

func main() {
	debug := flag.Bool("debug", false, "serve for a debugger such as delve, and print how Terraform can attach")
	showVersion := flag.Bool("version", false, "print the version and exit")
	flag.Parse()
	if *showVersion {
		fmt.Println("terraform-provider-swr " + version)
		return
	}
	if err := protoserver.Serve(address, provider.New(version), *debug); err != nil {
		log.Fatal(err)
	}
}
