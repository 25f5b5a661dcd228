import {
  to = swr_repository_share.partner
  id = "platform/team/app/OTC-EU-DE-00000000001000000100"
}
