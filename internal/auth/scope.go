package auth

import "strings"

// completeLogin finds what a login needs besides user and password: where it is
// sent, and the account and the project that the token is for.
func (r *resolver) completeLogin(config *Config) {
	domain := r.scope(r.block.DomainName, r.block.DomainID, (*cloud).domain, domainVariables)
	project := r.scope(r.block.ProjectName, r.block.ProjectID, (*cloud).project, projectVariables)
	if !project.set() {
		// Each region has a project with its name on these clouds.
		project = value{text: config.Region, source: "the region of " + config.RegionSource}
	}
	login := &config.Credential.login
	login.domain, login.project = domain.nameOrID(), project.nameOrID()
	login.scope = project.described("project") + " from " + project.source
	if domain.set() {
		login.scope = domain.described("account") + " from " + domain.source + " and " + login.scope
	}

	if config.AuthURL == nil && !r.failed("auth_url") {
		r.fail("auth_url", "No auth_url", "A login needs the URL of IAM. Set auth_url in the provider block, or %s. An example: https://iam.eu-de.otc.t-systems.com/v3",
			r.orInCloud("auth_url under auth", strings.Join(authURLVariables, " or ")))
	}
	if !project.set() {
		r.fail("project_name", "No project", "A login needs a project. In the provider block set project_name, project_id or region (a region's own project has its name); or set %s.",
			r.orInCloud("project_name under auth, or region_name,", r.firstVariables(projectVariables)+" or OS_REGION_NAME"))
	}
	if !domain.set() && (login.user.id == "" || project.set() && login.project.id == "") {
		r.fail("domain_name", "No account", "A login with the name of a user or of a project needs the account that it belongs to. Set domain_name or domain_id in the provider block, or %s.",
			r.orInCloud("user_domain_name under auth", r.firstVariables(domainVariables)))
	}
}

func domainVariables(f *family) [][2]string  { return f.domain }
func projectVariables(f *family) [][2]string { return f.project }

// scope finds the account or the project of a login. A login comes whole from
// one family; only for one that is wholly the block's are both asked.
func (r *resolver) scope(name, id *string, ofCloud func(*cloud) value, variables func(*family) [][2]string) value {
	if v := blockNameOrID(name, id); v.set() {
		return v
	}
	if r.cloud != nil {
		return ofCloud(r.cloud)
	}
	for _, f := range r.scopeFamilies() {
		if v := r.env.nameOrID(variables(&f)); v.set() {
			return v
		}
	}
	return value{}
}

func (r *resolver) scopeFamilies() []family {
	if r.family != nil {
		return []family{*r.family}
	}
	return families
}

// firstVariables names the variables that an error proposes.
func (r *resolver) firstVariables(variables func(*family) [][2]string) string {
	var names []string
	for _, f := range r.scopeFamilies() {
		names = append(names, variables(&f)[0][0])
	}
	return strings.Join(names, " or ")
}

// orInCloud names the place, besides the block, where something can be set: the
// entry of clouds.yaml if that is the way to sign in, else the environment.
func (r *resolver) orInCloud(key, variables string) string {
	if r.cloud != nil {
		return key + " in " + r.cloud.source()
	}
	return variables
}
