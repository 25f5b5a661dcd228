locals {
  # expires_at is null for "forever".
  ending = [
    for key, share in swr_repository_share.partner : "${key} on ${share.expires_at}"
    if timecmp(coalesce(share.expires_at, "9999-12-31T00:00:00Z"), timeadd(plantimestamp(), "${24 * var.warn_days}h")) < 0
  ]

  idle = [
    for name, partner in var.partners : name if length(partner.repositories) == 0
  ]
}

check "no_share_ends_soon" {
  assert {
    condition     = length(local.ending) == 0
    error_message = "Access has ended, or ends within ${var.warn_days} days: ${join(", ", local.ending)}."
  }
}

check "every_partner_has_a_repository" {
  assert {
    condition     = length(local.idle) == 0
    error_message = "Partners without a repository: ${join(", ", local.idle)}."
  }
}
