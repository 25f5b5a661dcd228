# namespace/repository/access_domain: the first part is the namespace, the last
# one the account, and all between is the repository.
terraform import swr_repository_share.partner platform/team/app/OTC-EU-DE-00000000001000000100
