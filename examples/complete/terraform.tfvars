namespace = "platform"

repositories = [
  "base/java",
  "team/app",
  "team/worker",
]

partners = {
  acme = {
    account      = "OTC-EU-DE-00000000001000000100"
    deadline     = "2031-03-31"
    description  = "Contract 4711"
    repositories = ["team/app", "team/worker"]
  }
  auditor = {
    account      = "OTC-EU-DE-00000000001000000200"
    deadline     = "2030-12-31"
    repositories = ["base/java", "team/app", "team/worker"]
  }
  sister = {
    account      = "OTC-EU-DE-00000000001000000300"
    description  = "Same group, no end"
    repositories = ["base/java"]
  }
}
