locals {
  # One element for each pair of partner and repository, for example "acme:team/app".
  shares = merge([
    for name, partner in var.partners : {
      for repository in partner.repositories : "${name}:${repository}" => {
        partner    = partner
        repository = repository
      }
    }
  ]...)

  # The shares of each repository. Guards and outputs look them up here, instead of
  # each going through all shares.
  shares_of = merge(
    { for repository in var.repositories : repository => [] },
    { for key, share in local.shares : share.repository => swr_repository_share.partner[key]... },
  )
}

resource "swr_repository_share" "partner" {
  for_each = local.shares

  namespace     = var.namespace
  repository    = each.value.repository
  access_domain = each.value.partner.account
  deadline      = each.value.partner.deadline
  description   = each.value.partner.description

  lifecycle {
    precondition {
      condition     = contains(var.repositories, each.value.repository)
      error_message = "${each.key}: the repository is not listed in var.repositories, so undeclared shares of it would not be found."
    }
  }
}

# Only declared partners may pull, also from repositories without partners.
resource "swr_repository_shares_exclusive" "repository" {
  for_each = toset(var.repositories)

  namespace      = var.namespace
  repository     = each.key
  access_domains = local.shares_of[each.key][*].access_domain
}
