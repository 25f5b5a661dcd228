variable "auditors" {
  description = "The last day of access, by account, or \"forever\"."
  type        = map(string)
  default = {
    "OTC-EU-DE-00000000001000000200" = "2031-06-30"
    "OTC-EU-DE-00000000001000000300" = "forever"
  }
}

variable "warn_days" {
  description = "Warn so many days before access ends."
  type        = number
  default     = 30
}
