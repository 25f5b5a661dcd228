import {
  to = swr_repository_share.partner
  identity = {
    namespace     = "platform"
    repository    = "team/app"
    access_domain = "OTC-EU-DE-00000000001000000100"
  }
}
