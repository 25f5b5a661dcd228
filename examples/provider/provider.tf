terraform {
  required_providers {
    swr = {
      source = "terraform-provider-swr/swr"
    }
  }
}

# The credential comes from the environment, such as OS_ACCESS_KEY and
# OS_SECRET_KEY.
provider "swr" {
  auth_url = "https://iam.eu-de.otc.t-systems.com/v3"
}
