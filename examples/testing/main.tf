terraform {
  required_version = ">= 1.8"

  required_providers {
    swr = {
      source  = "terraform-provider-swr/swr"
      version = "~> 0.1"
    }
  }
}

variable "partners" {
  description = "Accounts that may pull, with the last day of access."
  type        = map(string)
}

resource "swr_repository_share" "partner" {
  for_each = var.partners

  namespace     = "platform"
  repository    = "team/app"
  access_domain = each.key
  deadline      = each.value
}

output "ends_within_30_days" {
  description = "Accounts whose access has ended, or ends within 30 days."
  value = sort([
    for account, share in swr_repository_share.partner : account
    # expires_at is null for "forever".
    if timecmp(coalesce(share.expires_at, "9999-12-31T00:00:00Z"), timeadd(plantimestamp(), "720h")) < 0
  ])
}
