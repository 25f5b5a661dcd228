# namespace/repository/access_domain: the first segment is the namespace, the
# last one is the account, and everything between them is the repository.
terraform import swr_repository_share.partner platform/team/app/OTC-EU-DE-00000000001000000100
