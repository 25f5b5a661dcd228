variable "token" {
  type      = string
  ephemeral = true
  sensitive = true
}

provider "swr" {
  endpoint = "https://swr-api.eu-de.otc.t-systems.com"
  token    = var.token
}
