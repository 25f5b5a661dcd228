# Imports the shares that are left, so that terraform destroy revokes them.
import {
  for_each = local.left

  to = swr_repository_share.left[each.key]
  id = each.key
}

resource "swr_repository_share" "left" {
  for_each = local.left

  namespace     = each.value.namespace
  repository    = each.value.repository
  access_domain = each.value.access_domain
  deadline      = each.value.deadline
  description   = each.value.description
}
