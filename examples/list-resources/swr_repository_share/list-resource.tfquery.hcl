# Every share of one organization; leave namespace out for all of the account.
list "swr_repository_share" "platform" {
  provider = swr

  config {
    namespace = "platform"
  }
}
