terraform {
  required_version = ">= 1.8"

  required_providers {
    swr = {
      source  = "terraform-provider-swr/swr"
      version = "~> 0.1"
    }
  }
}

provider "swr" {}

# All shares of the account, whether they are declared or not.
data "swr_shares" "all" {}

output "access" {
  value = {
    complete = data.swr_shares.all.complete
    shares   = data.swr_shares.all.shares
  }
}
