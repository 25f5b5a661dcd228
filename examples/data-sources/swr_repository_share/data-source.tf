data "swr_repository_share" "partner" {
  namespace     = "platform"
  repository    = "team/app"
  access_domain = "OTC-EU-DE-00000000001000000100"
}

output "partner_has_access_until" {
  value = coalesce(data.swr_repository_share.partner.expires_at, "forever")
}
