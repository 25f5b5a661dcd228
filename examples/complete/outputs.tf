output "access" {
  description = "Accounts that may pull each repository, with the end of their access."
  value = {
    for repository in var.repositories : repository => {
      for share in swr_repository_share.partner : share.access_domain => coalesce(share.expires_at, "forever")
      if share.repository == repository
    }
  }
}
