import {
  to = swr_repository_share.auditor
  id = "platform/team/app/OTC-EU-DE-00000000001000000200"
}

resource "swr_repository_share" "auditor" {
  namespace     = "platform"
  repository    = "team/app"
  access_domain = "OTC-EU-DE-00000000001000000200"
  deadline      = "forever"
  description   = "Created in the console"
}
