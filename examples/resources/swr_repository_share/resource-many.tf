locals {
  # Last day of access for each account.
  auditors = {
    "OTC-EU-DE-00000000001000000200" = "2031-06-30"
    "OTC-EU-DE-00000000001000000300" = "forever"
  }
}

resource "swr_repository_share" "auditor" {
  for_each = local.auditors

  namespace     = "platform"
  repository    = "team/app"
  access_domain = each.key
  deadline      = each.value

  timeouts = {
    create = "2m"
  }
}
