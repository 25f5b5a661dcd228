# Needs no credentials and sends no requests.
mock_provider "swr" {
  source = "./tests/mocks"
}

run "reports_access_that_ends_soon" {
  variables {
    partners = { OLD = "2020-03-31" }
  }

  override_resource {
    target = swr_repository_share.partner
    values = { expires_at = "2020-04-01T00:00:00Z" }
  }

  assert {
    condition     = output.ends_within_30_days == tolist(["OLD"])
    error_message = "The output does not contain OLD."
  }
}

run "shares_with_each_partner" {
  variables {
    partners = {
      ACME  = "2031-03-31"
      OTHER = "forever"
    }
  }

  assert {
    condition     = sort(keys(swr_repository_share.partner)) == tolist(["ACME", "OTHER"])
    error_message = "The partners do not have one share each."
  }

  assert {
    condition     = length(output.ends_within_30_days) == 0
    error_message = "The output contains a partner whose access does not end soon."
  }
}
