resource "swr_repository_share" "partner" {
  namespace     = "platform"
  repository    = "team/app"
  access_domain = "OTC-EU-DE-00000000001000000100"
  deadline      = "2031-03-31"
}

# Only these accounts may pull. The reference makes Terraform create the share first.
resource "swr_repository_shares_exclusive" "app" {
  namespace      = "platform"
  repository     = "team/app"
  access_domains = [swr_repository_share.partner.access_domain]
}
