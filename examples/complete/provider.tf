terraform {
  required_version = ">= 1.8"

  required_providers {
    swr = {
      source = "terraform-provider-swr/swr"
    }
  }
}

# Where to sign in and with what comes from the environment: OS_AUTH_URL,
# OS_ACCESS_KEY and OS_SECRET_KEY, for example.
provider "swr" {}
