resource "swr_repository_shares_exclusive" "app" {
  namespace  = "platform"
  repository = "team/app"
  access_domains = [
    swr_repository_share.auditor.access_domain,
    swr_repository_share.partner.access_domain,
  ]
}
