package swrtest

// The parts of a token in the answer to a login.
type (
	iamDomain struct {
		Name string `json:"name"`
		ID   string `json:"id"`
	}
	iamUser struct {
		Name              string    `json:"name"`
		ID                string    `json:"id"`
		PasswordExpiresAt string    `json:"password_expires_at"`
		Domain            iamDomain `json:"domain"`
	}
	iamProject struct {
		Name   string    `json:"name"`
		ID     string    `json:"id"`
		Domain iamDomain `json:"domain"`
	}
	iamEndpoint struct {
		ID        string `json:"id"`
		Interface string `json:"interface"`
		Region    string `json:"region"`
		RegionID  string `json:"region_id"`
		URL       string `json:"url"`
	}
	iamService struct {
		ID        string        `json:"id"`
		Name      string        `json:"name"`
		Type      string        `json:"type"`
		Endpoints []iamEndpoint `json:"endpoints"`
	}
	iamToken struct {
		Methods   []string     `json:"methods"`
		ExpiresAt string       `json:"expires_at"`
		IssuedAt  string       `json:"issued_at"`
		User      iamUser      `json:"user"`
		Domain    *iamDomain   `json:"domain,omitempty"`
		Project   *iamProject  `json:"project,omitempty"`
		Roles     []nameOrID   `json:"roles"`
		Catalog   []iamService `json:"catalog"`
	}
)

// loginAnswer is the body of a successful login.
func (c *call) loginAnswer(t token, project *Project, scope *loginScope, methods []string) any {
	domain := iamDomain{t.user.DomainName, t.user.DomainID}
	body := iamToken{
		Methods:   methods,
		ExpiresAt: t.expires.UTC().Format(iamTimeLayout),
		IssuedAt:  c.now.UTC().Format(iamTimeLayout),
		User:      iamUser{Name: t.user.Name, ID: t.user.ID, Domain: domain},
		Roles:     []nameOrID{{Name: "te_admin", ID: "0"}},
		Catalog:   []iamService{},
	}
	if scope != nil && scope.Domain != nil {
		body.Domain = &domain
	}
	if project != nil {
		body.Project = &iamProject{project.Name, project.ID, domain}
		body.Catalog = c.catalog(project.Name)
	}
	return struct {
		Token iamToken `json:"token"`
	}{body}
}

// catalog lists the IAM, another service, and SWR only if a variant says so.
func (c *call) catalog(region string) []iamService {
	self := c.selfURL()
	services := []iamService{
		service("1", "iam", "identity", region, self+"/v3"),
		service("2", "ecs", "compute", region, "https://ecs."+region+".example.com/v2.1"),
	}
	if c.variants.CatalogWithSWR {
		services = append(services, service("3", "swr", "swr", region, self+"/v2"))
	}
	return services
}

func service(id, name, kind, region, url string) iamService {
	return iamService{
		ID: id, Name: name, Type: kind,
		Endpoints: []iamEndpoint{{ID: id, Interface: "public", Region: region, RegionID: region, URL: url}},
	}
}

// selfURL is the simulator's own address, as the client called it.
func (c *call) selfURL() string {
	scheme := "http"
	if c.r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + c.r.Host + c.sim.basePath
}
