variable "password" {
  type      = string
  ephemeral = true
  sensitive = true
}

provider "swr" {
  auth_url    = "https://iam.eu-de.otc.t-systems.com/v3"
  region      = "eu-de"
  user_name   = "deployer"
  password    = var.password
  domain_name = "OTC-EU-DE-00000000001000000001"
  # project_name = "eu-de_registry" # default: the project of the region
}
