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

variable "images" {
  description = "Repositories of other accounts that this account pulls, as ORGANIZATION/REPOSITORY."
  type        = set(string)
}

# Not within the check: Terraform would read it again at apply, so that each plan
# would have changes.
data "swr_shared_repositories" "received" {
  center = "thirdparty"
}

locals {
  received = { for repository in data.swr_shared_repositories.received.repositories : "${repository.namespace}/${repository.name}" => repository }

  missing = setsubtract(var.images, keys(local.received))
  ended   = [for image in var.images : image if try(local.received[image].status, null) == false]
}

check "images_are_shared" {
  assert {
    condition     = length(local.missing) == 0
    error_message = "Not shared with this account${data.swr_shared_repositories.received.complete ? "" : ", or missing from an incomplete list"}: ${join(", ", local.missing)}."
  }
}

check "access_is_valid" {
  assert {
    condition     = length(local.ended) == 0
    error_message = "Access has ended: ${join(", ", [for image in local.ended : "${image} of ${local.received[image].domain_name}"])}."
  }
}

output "paths" {
  description = "Address to pull each repository from."
  value       = { for image in var.images : image => local.received[image].path if contains(keys(local.received), image) }
}
