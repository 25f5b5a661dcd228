resource "swr_repository_share" "auditor" {
  for_each = var.auditors

  namespace     = "platform"
  repository    = "team/app"
  access_domain = each.key
  deadline      = each.value
}

# All shares of the repository, including those created outside of Terraform.
data "swr_repository_shares" "app" {
  namespace  = "platform"
  repository = "team/app"
}
