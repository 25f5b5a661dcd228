variable "auditors" {
  description = "Last day of access for each account, or \"forever\"."
  type        = map(string)
  default = {
    "OTC-EU-DE-00000000001000000200" = "2031-06-30"
    "OTC-EU-DE-00000000001000000300" = "forever"
  }
}

variable "warn_days" {
  description = "Number of days before the end of access at which to warn."
  type        = number
  default     = 30
}
