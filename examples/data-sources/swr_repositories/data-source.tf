# All private repositories of an organization. Only these can be shared.
data "swr_repositories" "platform" {
  namespace = "platform"
  is_public = false

  lifecycle {
    postcondition {
      condition     = self.complete
      error_message = "SWR did not return all repositories of platform."
    }
  }
}

# Shares each of them. The next plan after a new repository is created proposes its share.
resource "swr_repository_share" "partner" {
  for_each = toset(data.swr_repositories.platform.repositories[*].name)

  namespace     = "platform"
  repository    = each.key
  access_domain = "OTC-EU-DE-00000000001000000100"
  deadline      = "2031-03-31"
}
