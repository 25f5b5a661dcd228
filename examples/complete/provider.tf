terraform {
  required_version = ">= 1.8"

  required_providers {
    swr = {
      source  = "terraform-provider-swr/swr"
      version = "~> 0.1"
    }
  }
}

# Set the endpoint and the credentials in the environment, for example with
# OS_AUTH_URL, OS_ACCESS_KEY and OS_SECRET_KEY.
provider "swr" {}
