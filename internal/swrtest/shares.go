package swrtest

import (
	"cmp"
	"net/http"
)

const (
	permitRead = "read"
	// maxShares is how many accounts one image can be shared with.
	maxShares = 500
)

// repository finds the request's repository. A name that breaks the rules is a
// bad request, unless the service holds it all the same.
func (c *call) repository() (*repository, answer, bool) {
	key := repositoryKey{c.route.namespace, c.route.repository}
	if repo, ok := c.sim.store.repositories[key]; ok {
		return repo, answer{}, true
	}
	if problem := namespaceRule.problem(key.namespace, c.variants.RejectRepeatedHyphens); problem != "" {
		return nil, c.badRequest(problem), false
	}
	if problem := repositoryRule.problem(key.repository, c.variants.RejectRepeatedHyphens); problem != "" {
		return nil, c.badRequest(problem), false
	}
	if !c.sim.store.namespaces[key.namespace] {
		return nil, c.fail(http.StatusNotFound, cmp.Or(c.variants.MissingNamespaceCode, codeMissingNamespace), ""), false
	}
	return nil, c.fail(http.StatusNotFound, cmp.Or(c.variants.MissingRepositoryCode, codeMissingRepository), ""), false
}

// target checks what all calls on one share have in common, and finds its
// repository.
func (c *call) target() (*repository, answer, bool) {
	if c.r.URL.RawQuery != "" {
		return nil, c.badRequest("the call takes no query"), false
	}
	if problem := accountProblem(c.route.account); problem != "" {
		return nil, c.badRequest(problem), false
	}
	return c.repository()
}

// create is POST .../access-domains.
func (c *call) create() answer {
	if c.r.URL.RawQuery != "" {
		return c.badRequest("the call takes no query")
	}
	body, problem := parseBody(c.body, fieldAccessDomain, fieldPermit, fieldDeadline)
	if problem != "" {
		return c.badRequest(problem)
	}
	repo, refusal, ok := c.repository()
	if !ok {
		return refusal
	}
	if c.sim.known != nil && !c.sim.known[fold(body.accessDomain)] {
		return c.fail(http.StatusBadRequest, codeNoAccount, "")
	}
	account := c.variants.StoredAccountCase.apply(body.accessDomain)
	if repo.existing(account, c.variants.CaseSensitivePaths) != nil {
		if c.variants.ConflictWithoutCode {
			return newAnswer(http.StatusConflict, "", nil)
		}
		return c.fail(http.StatusConflict, codeConflict, "")
	}
	if repo.count() >= maxShares {
		return c.badRequest("an image can be shared with at most 500 accounts")
	}
	c.sim.store.put(repo, c.now, Share{
		Namespace:    c.route.namespace,
		Repository:   c.route.repository,
		AccessDomain: account,
		Permit:       body.permit,
		Deadline:     body.deadline,
		Description:  body.description,
		CreatorID:    c.user.userID,
		CreatorName:  c.user.userName,
		Created:      c.now,
		Updated:      c.now,
	}, c.variants.ListDelay.Create, c.variants.GetDelay.Create)
	return c.written(c.variants.CreateStatus, http.StatusCreated)
}

// list is GET .../access-domains.
func (c *call) list() answer {
	p, refusal, ok := c.listPage()
	if !ok {
		return refusal
	}
	repo, refusal, ok := c.repository()
	if !ok {
		return refusal
	}
	all := repo.listed(c.variants, c.now)
	var items []shareJSON
	for _, share := range cutPage(p, all) {
		items = append(items, c.variants.shareJSON(share, c.now))
	}
	if items == nil && !c.variants.NullLists {
		items = []shareJSON{}
	}
	result := c.jsonAnswer(http.StatusOK, items)
	if c.variants.ListContentRange && c.variants.Paging == PagingHonored {
		result.header.Set("Content-Range", p.contentRange(len(items), len(all)))
	}
	return result
}

// get is GET .../access-domains/{access_domain}.
func (c *call) get() answer {
	repo, refusal, ok := c.target()
	if !ok {
		return refusal
	}
	if r := repo.find(c.route.account, c.variants.CaseSensitivePaths); r != nil {
		if share, shown := r.lookGet(c.now); shown {
			return c.jsonAnswer(http.StatusOK, oneShareJSON{c.variants.shareJSON(share, c.now), true})
		}
	}
	switch c.variants.MissingOnGet {
	case MissingNotFound:
		return c.missingShare()
	case MissingBadRequest:
		return c.fail(http.StatusBadRequest, codeMissingShare400, "")
	default:
		return c.jsonAnswer(http.StatusOK, oneShareJSON{})
	}
}

// update is PATCH .../access-domains/{access_domain}.
func (c *call) update() answer {
	body, problem := parseBody(c.body, fieldPermit, fieldDeadline)
	if problem != "" {
		return c.badRequest(problem)
	}
	repo, refusal, ok := c.target()
	if !ok {
		return refusal
	}
	r := repo.existing(c.route.account, c.variants.CaseSensitivePaths)
	if r == nil {
		if c.variants.MissingOnUpdate == MissingBadRequest {
			return c.fail(http.StatusBadRequest, codeMissingShare400, "")
		}
		return c.missingShare()
	}
	share := r.share
	share.Permit, share.Deadline, share.Updated = body.permit, body.deadline, c.now
	if body.hasDescription || !c.variants.PatchKeepsDescription {
		share.Description = body.description
	}
	c.sim.store.put(repo, c.now, share, c.variants.ListDelay.Update, c.variants.GetDelay.Update)
	return c.written(c.variants.UpdateStatus, http.StatusCreated)
}

// remove is DELETE .../access-domains/{access_domain}.
func (c *call) remove() answer {
	repo, refusal, ok := c.target()
	if !ok {
		return refusal
	}
	r := repo.existing(c.route.account, c.variants.CaseSensitivePaths)
	if r == nil {
		switch c.variants.MissingOnDelete {
		case MissingNotFound:
			return c.missingShare()
		case MissingBadRequest:
			return c.fail(http.StatusBadRequest, codeMissingShare400, "")
		}
	} else {
		repo.remove(c.now, r, c.variants.ListDelay.Delete, c.variants.GetDelay.Delete)
	}
	return newAnswer(cmp.Or(c.variants.DeleteStatus, http.StatusNoContent), "", nil)
}

func (c *call) missingShare() answer {
	return c.fail(http.StatusNotFound, cmp.Or(c.variants.MissingShareCode, codeMissingShare), "")
}

// written answers a POST or PATCH that took effect.
func (c *call) written(status, usual int) answer {
	status = cmp.Or(status, usual)
	if c.variants.WriteBodyObject && status != http.StatusNoContent {
		return newAnswer(status, typeJSON, []byte("{}"))
	}
	return newAnswer(status, "", nil)
}
