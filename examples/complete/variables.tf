variable "namespace" {
  description = "Organization that holds the repositories."
  type        = string
}

variable "repositories" {
  description = "Repositories that are guarded: only declared partners may pull them."
  type        = list(string)
}

variable "partners" {
  description = "Who may pull what, and until when."
  type = map(object({
    account      = string
    deadline     = optional(string, "forever")
    description  = optional(string, "")
    repositories = list(string)
  }))
}

variable "warn_days" {
  description = "Warn so many days before a partner loses access."
  type        = number
  default     = 30
}
