package swrtest

import (
	"net/http"
	"strings"
)

// listLinks are the links of a list of the IAM, which is always complete.
func (c *call) listLinks() map[string]any {
	self := c.baseURL("") + strings.TrimPrefix(c.r.URL.RequestURI(), c.sim.basePath)
	return map[string]any{"self": self, "previous": nil, "next": nil}
}

// listProjects is GET /v3/projects.
func (c *call) listProjects() (response, error) {
	query, err := c.iamQuery("name", "domain_id", "parent_id", "enabled")
	if err != nil {
		return response{}, err
	}
	account := c.caller.account
	projects := []any{}
	for _, p := range c.caller.availableProjects() {
		if matchesFilter(query, "name", p.Name) && matchesFilter(query, "domain_id", account.ID) &&
			matchesFilter(query, "parent_id", account.ID) && matchesFilter(query, "enabled", "true") {
			projects = append(projects, map[string]any{
				"id": p.ID, "name": p.Name, "domain_id": account.ID, "parent_id": account.ID,
				"is_domain": false, "enabled": true, "description": "",
				"links": map[string]string{"self": c.baseURL("") + "/v3/projects/" + p.ID},
			})
		}
	}
	return c.jsonResponse(http.StatusOK, map[string]any{"projects": projects, "links": c.listLinks()}), nil
}

// listDomains is GET /v3/auth/domains: the account that the caller acts in.
// gophertelekomcloud sends name, which the documents do not have.
func (c *call) listDomains() (response, error) {
	allowed := []string{}
	if c.variants.OlderClients {
		allowed = append(allowed, "name")
	}
	query, err := c.iamQuery(allowed...)
	if err != nil {
		return response{}, err
	}
	account := c.caller.account
	domains := []any{}
	if matchesFilter(query, "name", account.Name) {
		domains = append(domains, map[string]any{
			"id": account.ID, "name": account.Name, "enabled": true, "description": "",
			"links": map[string]string{"self": c.baseURL("") + "/v3/domains/" + account.ID},
		})
	}
	return c.jsonResponse(http.StatusOK, map[string]any{"domains": domains, "links": c.listLinks()}), nil
}

// listUsers is GET /v3/users: the users of the caller's account.
func (c *call) listUsers() (response, error) {
	query, err := c.iamQuery("name", "domain_id", "enabled")
	if err != nil {
		return response{}, err
	}
	account := c.caller.account
	users := []any{}
	for _, u := range c.sim.iam.users {
		if u.principal.account == account && matchesFilter(query, "name", u.Name) &&
			matchesFilter(query, "domain_id", account.ID) && matchesFilter(query, "enabled", "true") {
			users = append(users, map[string]any{
				"id": u.ID, "name": u.Name, "domain_id": account.ID, "enabled": true, "description": "",
				"links": map[string]string{"self": c.baseURL("") + "/v3/users/" + u.ID},
			})
		}
	}
	return c.jsonResponse(http.StatusOK, map[string]any{"users": users, "links": c.listLinks()}), nil
}

// matchesFilter reports whether a parameter is not given, or is the value.
func matchesFilter(query map[string]string, parameter, value string) bool {
	want, ok := query[parameter]
	return !ok || want == value
}

// showCatalog is GET /v3/auth/catalog.
func (c *call) showCatalog() (response, error) {
	if _, err := c.iamQuery(); err != nil {
		return response{}, err
	}
	catalog := []any{}
	if c.project != nil {
		catalog = c.catalog(c.project)
	}
	return c.jsonResponse(http.StatusOK, map[string]any{"catalog": catalog, "links": c.listLinks()}), nil
}

// catalog returns the IAM, another service, and SWR and SMN only with their
// variants.
func (c *call) catalog(project *Project) []any {
	region, _, _ := strings.Cut(project.Name, "_") // a sub-project is named region_name
	service := func(id, name, kind, url string) any {
		return map[string]any{"id": id, "name": name, "type": kind, "endpoints": []any{map[string]string{
			"id": id, "interface": "public", "region": region, "region_id": region, "url": url,
		}}}
	}
	services := []any{
		service("1", "iam", "identity", c.baseURL("")+"/v3"),
		service("2", "ecs", "compute", "https://ecs."+region+".example.com/v2.1"),
	}
	if c.variants.CatalogWithSWR {
		services = append(services, service("3", "swr", "swr", c.baseURL("swr-api")+"/v2"))
	}
	if c.variants.CatalogWithSMN {
		services = append(services, service("4", "smn", "smn", c.baseURL("smn")+"/v2"))
	}
	return services
}

// baseURL returns the base URL of a service. Its host is the request's, where iam.
// or iam-pub. is replaced by the name of the service.
func (c *call) baseURL(service string) string {
	scheme := "http"
	if c.r.TLS != nil {
		scheme = "https"
	}
	host := c.r.Host
	for _, prefix := range []string{"iam.", "iam-pub."} {
		if rest, ok := strings.CutPrefix(host, prefix); ok && service != "" {
			host = service + "." + rest
		}
	}
	return scheme + "://" + host + c.sim.basePath
}
