terraform {
  required_providers {
    swr = {
      source  = "terraform-provider-swr/swr"
      version = "~> 0.1"
    }
  }
}

# Set the credentials in the environment, for example with OS_ACCESS_KEY and
# OS_SECRET_KEY.
provider "swr" {
  auth_url = "https://iam.eu-de.otc.t-systems.com/v3"
}
