package config

import (
	"slices"
	"strings"
)

const (
	agencyName    = "assume_role.agency_name"
	agencyDomain  = "assume_role.domain"
	agencyProject = "assume_role.project"

	incompleteAgency = "Incomplete agency"
)

// agencyAttributes are the attributes and objects of an agency.
var agencyAttributes = []string{agencyName, agencyDomain, agencyProject}

// agency returns the agency to assume, or nil if there is none. A variable that names
// one is not ignored without an error, unless the block has another one: the run would
// share the images of the wrong account.
func (r *resolver) agency(config *Config) *Agency {
	p, project := r.findAgency()
	if p.isEmpty() && !project.isSet() {
		return nil
	}
	if !p.isComplete() {
		r.failIncompleteAgency(p, project)
		return nil
	}
	agency := &Agency{
		Name: p.first.text, Domain: p.second.nameOrID(), Project: project.nameOrID(),
		Source: p.first.describe("agency") + " from " + p.source(),
	}
	agency.AsKeyPair = config.Credential.Method == MethodKeyPair && !isOTC(config.AuthURL) && !isOTC(config.Endpoint) &&
		config.Credential.KeyPair.Format != FormatCredential
	if !agency.AsKeyPair {
		project = orRegion(project, config)
		agency.Project = project.nameOrID()
		if !project.isSet() {
			r.fail(agencyProject+"_name", "No project", "An agency requires a project. In the provider block set "+
				"assume_role.project_name, assume_role.project_id or region (the project of a region has its name); "+
				"or set OS_DELEGATED_PROJECT or OS_REGION_NAME.")
		}
	}
	r.requireAuthURL(config, "An agency")
	return agency
}

// findAgency returns name and account of the agency, and its project.
func (r *resolver) findAgency() (p pair, project value) {
	if r.cloud != nil {
		p = pair{first: r.lookup(agencyName), second: r.lookup(agencyDomain)}
		r.refuseAgencyVariables(p, envPrefixes, "the credential is from "+r.cloud.source()+
			", and only the provider block overrides parts of it")
		return p, r.lookup(agencyProject)
	}
	if r.profile.hasAgency() && len(r.inBlock([]string{agencyName, agencyDomain})) == 0 {
		p = pair{first: r.profile.lookup(agencyName), second: r.profile.lookup(agencyDomain)}
		r.refuseAgencyVariables(p, envPrefixes, "the "+r.profile.source()+" has an agency of its own")
		return p, firstSet(r.block.lookup(agencyProject), r.profile.lookup(agencyProject))
	}
	allowed := envPrefixes
	if r.envPrefix != "" {
		allowed = []string{r.envPrefix}
	}
	p = r.findPair(agencyName, agencyDomain, allowed)
	switch project = r.block.lookup(agencyProject); {
	case project.isSet():
	case p.envPrefix != "" || len(r.inBlock(agencyAttributes)) == 0:
		project = r.env.lookup(agencyProject, p.envPrefix)
	case !r.env.lookup(agencyName, "").isSet() && !r.env.lookup(agencyDomain, "").isSet():
		project = r.env.lookup(agencyProject, r.envPrefix) // of no other agency than the block's
	}
	if p.envPrefix != "" {
		allowed = []string{p.envPrefix}
	}
	others := slices.DeleteFunc(slices.Clone(envPrefixes), func(prefix string) bool { return slices.Contains(allowed, prefix) })
	switch {
	case r.envPrefix == "":
		r.refuseAgencyVariables(p, others, "it is not the one of "+p.first.source)
	case p.isEmpty():
		r.refuseAgencyVariables(p, others, "the credential is from variables with the prefix "+r.envPrefix)
	}
	return p, project
}

// refuseAgencyVariables reports a variable with one of the prefixes that names another
// agency than the one that is used, unless the latter is that of the block.
func (r *resolver) refuseAgencyVariables(used pair, prefixes []string, reason string) {
	if len(r.inBlock(agencyAttributes)) > 0 {
		return
	}
	for _, prefix := range prefixes {
		for _, attribute := range agencyAttributes {
			v := r.env.lookup(attribute, prefix)
			isUsed := attribute == agencyName && v.equal(used.first) || attribute == agencyDomain && v.equal(used.second) ||
				attribute == agencyProject && !used.isEmpty()
			if !v.isSet() || isUsed {
				continue
			}
			r.fail("assume_role", "Agency not used", "%s asks to act in another account with an agency, but %s. Set assume_role in "+
				"the provider block, or unset the variable.", capitalize(v.source), reason)
			return
		}
	}
}

func (r *resolver) failIncompleteAgency(p pair, project value) {
	switch {
	case p.isEmpty() && strings.HasPrefix(project.source, variableSource):
		r.fail(agencyName, incompleteAgency, "%s is set, but OS_AGENCY_NAME and OS_AGENCY_DOMAIN_NAME are not. "+
			"Set all of them or none.", capitalize(project.source))
	case p.isEmpty():
		r.fail(agencyName, incompleteAgency, "A project of an agency is set by %s, but agency_name and domain_name are not. "+
			"Set them in assume_role in the provider block.", project.source)
	case r.cloud != nil:
		r.fail("assume_role", incompleteAgency, "%s, together with the provider block, must set both the name of the agency "+
			"and the account that delegates (target_agency_name and target_domain_name under auth).", capitalize(r.cloud.source()))
	default:
		r.failIncomplete(incompleteAgency, p, agencyName, agencyDomain, envPrefixes)
	}
}
