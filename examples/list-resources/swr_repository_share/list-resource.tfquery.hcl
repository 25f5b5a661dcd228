# All shares of one organization. Omit namespace to list all shares of the account.
list "swr_repository_share" "platform" {
  provider = swr

  config {
    namespace = "platform"
  }
}

# All shares with one account.
list "swr_repository_share" "partner" {
  provider = swr

  config {
    access_domain = "OTC-EU-DE-00000000001000000100"
  }
}
