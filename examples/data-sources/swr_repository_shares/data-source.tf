data "swr_repository_shares" "app" {
  namespace  = "platform"
  repository = "team/app"
}

output "accounts_that_may_pull" {
  value = [for share in data.swr_repository_shares.app.shares : share.access_domain if share.status]

  precondition {
    condition     = data.swr_repository_shares.app.complete
    error_message = "SWR did not return all shares of platform/team/app."
  }
}
