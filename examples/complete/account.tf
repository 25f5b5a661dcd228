# All shares of the account, in all organizations. Not within the check: Terraform
# would read them again at apply, so that each plan would have changes.
data "swr_shares" "account" {}

locals {
  accounts = [for partner in var.partners : lower(partner.account)]

  # swr_repository_shares_exclusive shows only the shares of its own repository.
  unguarded = [
    for share in data.swr_shares.account.shares : join("", [
      "${share.namespace}/${share.repository} for ${share.access_domain}",
      contains(local.accounts, lower(share.access_domain)) ? "" : " (not in var.partners)",
    ])
    if share.namespace != var.namespace || !contains(var.repositories, share.repository)
  ]
}

check "every_shared_repository_is_guarded" {
  assert {
    condition     = length(local.unguarded) == 0
    error_message = "Shares of repositories that are not listed in var.repositories: ${join(", ", local.unguarded)}."
  }

  assert {
    condition     = data.swr_shares.account.complete
    error_message = "SWR did not return all shares of the account, so there may be others."
  }
}
