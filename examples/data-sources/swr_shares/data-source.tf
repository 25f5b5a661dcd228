# Everything that one account can pull.
data "swr_shares" "partner" {
  access_domain = "OTC-EU-DE-00000000001000000100"
  status        = true
}

output "partner_can_pull" {
  value = {
    for share in data.swr_shares.partner.shares :
    "${share.namespace}/${share.repository}" => coalesce(share.expires_at, "forever")
  }

  precondition {
    condition     = data.swr_shares.partner.complete
    error_message = "SWR did not return all shares."
  }
}
