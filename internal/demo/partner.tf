resource "swr_repository_share" "partner" {
  namespace     = "platform"
  repository    = "team/app"
  access_domain = "OTC-EU-DE-00000000001000000100"
  deadline      = "2031-03-31"
  description   = "Contract 4711"
}
