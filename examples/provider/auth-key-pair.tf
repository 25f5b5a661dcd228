variable "access_key" {
  type = string
}

variable "secret_key" {
  type      = string
  ephemeral = true
  sensitive = true
}

provider "swr" {
  endpoint   = "https://swr-api.eu-de.otc.t-systems.com"
  access_key = var.access_key
  secret_key = var.secret_key
}
