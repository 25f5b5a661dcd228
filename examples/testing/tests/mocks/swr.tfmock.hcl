# Terraform makes up a text for each computed attribute that is missing here.
# timecmp() accepts none of those, so the times must be given.
mock_resource "swr_repository_share" {
  defaults = {
    permit       = "read"
    creator_name = "terraform-test"
    created      = "2030-01-01T00:00:00Z"
    updated      = "2030-01-01T00:00:00Z"
    expires_at   = "2031-04-01T00:00:00Z"
    status       = true
  }
}

mock_data "swr_repository_shares" {
  defaults = {
    shares   = []
    complete = true
  }
}
