output "access" {
  description = "Accounts that may pull each repository, with the end of their access."
  value = {
    for repository, shares in local.shares_of : repository => {
      for share in shares : share.access_domain => coalesce(share.expires_at, "forever")
    }
  }
}

# Shares that are not declared are in the warnings of the plan.
output "access_review" {
  description = "For an access review: what each partner may pull until when, and why."
  value = {
    for name, partner in var.partners : name => [
      for repository in partner.repositories : {
        account     = partner.account
        repository  = "${var.namespace}/${repository}"
        until       = coalesce(swr_repository_share.partner["${name}:${repository}"].expires_at, "forever")
        description = partner.description
      }
    ]
  }
}
