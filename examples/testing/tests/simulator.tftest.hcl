# Runs against swr-simulator, which prints the variables for the endpoint and the
# token. The shares are created, and deleted at the end.
provider "swr" {}

run "creates_shares" {
  variables {
    partners = {
      ACME  = "2031-03-31"
      OTHER = "forever"
    }
  }

  assert {
    condition     = swr_repository_share.partner["ACME"].expires_at == "2031-04-01T00:00:00Z"
    error_message = "Access does not end on the day after the deadline."
  }

  assert {
    condition     = alltrue([for share in swr_repository_share.partner : share.status])
    error_message = "The service reports that access has ended."
  }
}

run "extends_access" {
  variables {
    partners = {
      ACME  = "2032-03-31"
      OTHER = "forever"
    }
  }

  assert {
    condition     = swr_repository_share.partner["ACME"].expires_at == "2032-04-01T00:00:00Z"
    error_message = "The deadline was not changed."
  }
}
