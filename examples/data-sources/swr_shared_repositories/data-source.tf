# Repositories that other accounts share with this account.
data "swr_shared_repositories" "received" {
  center = "thirdparty"
}

output "images_that_can_be_pulled" {
  value = [for repository in data.swr_shared_repositories.received.repositories : repository.path if repository.status]
}
