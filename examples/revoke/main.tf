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

variable "account" {
  description = "Account whose access is to be revoked."
  type        = string
}

data "swr_shares" "left" {
  access_domain = var.account

  lifecycle {
    postcondition {
      condition     = self.complete
      error_message = "SWR did not return all shares of ${var.account}. See the warning for what is missing."
    }
  }
}

locals {
  left = { for share in data.swr_shares.left.shares : "${share.namespace}/${share.repository}/${share.access_domain}" => share }
}

check "no_access_left" {
  assert {
    condition     = length(local.left) == 0
    error_message = "${var.account} can still pull: ${join(", ", [for share in local.left : "${share.namespace}/${share.repository}"])}."
  }
}
