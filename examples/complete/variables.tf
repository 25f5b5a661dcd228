variable "namespace" {
  description = "Organization that contains the repositories."
  type        = string
}

variable "repositories" {
  description = "Repositories to manage. Only declared partners may pull them."
  type        = list(string)
}

variable "partners" {
  description = "Partners, the repositories that they may pull, and the end of their access."
  type = map(object({
    account      = string
    deadline     = optional(string, "forever")
    description  = optional(string, "")
    repositories = list(string)
  }))
}

variable "warn_days" {
  description = "Number of days before the end of a partner's access at which to warn."
  type        = number
  default     = 30
}
