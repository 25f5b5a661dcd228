output "access" {
  description = "Who may pull each repository, and until when."
  value = {
    for repository in var.repositories : repository => {
      for share in swr_repository_share.partner : share.access_domain => coalesce(share.expires_at, "forever")
      if share.repository == repository
    }
  }
}
