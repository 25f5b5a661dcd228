locals {
  # expires_at is null for "forever".
  never = "9999-12-31T00:00:00Z"

  ending = [
    for account, share in swr_repository_share.auditor : "${account} on ${share.expires_at}"
    if timecmp(coalesce(share.expires_at, local.never), plantimestamp()) > 0 &&
    timecmp(coalesce(share.expires_at, local.never), timeadd(plantimestamp(), "${24 * var.warn_days}h")) < 0
  ]

  expired = {
    for share in data.swr_repository_shares.app.shares : share.access_domain => share.expires_at
    if timecmp(coalesce(share.expires_at, local.never), plantimestamp()) <= 0
  }
}

check "ends_soon" {
  assert {
    condition     = length(local.ending) == 0
    error_message = "Access ends within ${var.warn_days} days: ${join(", ", local.ending)}."
  }
}

check "expired" {
  assert {
    condition     = length(local.expired) == 0
    error_message = "Access has ended: ${join(", ", [for account, end in local.expired : "${account} on ${end}"])}."
  }

  assert {
    condition     = data.swr_repository_shares.app.complete
    error_message = "SWR did not return all shares. Other shares may have expired."
  }
}

output "expired" {
  description = "Accounts whose access has ended, with the end of access."
  value       = local.expired
}
