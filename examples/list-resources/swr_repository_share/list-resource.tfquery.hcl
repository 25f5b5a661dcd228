# All shares of one organization. Omit namespace to list all shares of the account.
list "swr_repository_share" "platform" {
  provider = swr

  config {
    namespace = "platform"
  }
}
