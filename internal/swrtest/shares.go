package swrtest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	permitRead = "read"
	// maxShares is with how many accounts one image can be shared.
	maxShares = 500
	// maxDescription is in characters.
	maxDescription = 1000
)

// Share is a repository shared with an account: the fields of the API (API.md,
// "Fields") except status, which follows from Deadline and the clock.
type Share struct {
	Namespace    string
	Repository   string // with "/", as in "team/app"
	AccessDomain string
	Permit       string // "read"
	Deadline     string // "forever" or a time, as it was sent
	Description  string
	CreatorID    string
	CreatorName  string
	Created      time.Time
	Updated      time.Time
}

// Valid reports whether the share still grants access at a time: it ends at
// 00:00:00 UTC on the day after its end date.
func (s Share) Valid(now time.Time) bool {
	deadline, ok := parseDeadline(s.Deadline)
	if !ok {
		return true
	}
	return now.Before(deadline.Truncate(24*time.Hour).AddDate(0, 0, 1))
}

// shareJSON is a share in a response, its fields in the document's order.
type shareJSON struct {
	Namespace    string `json:"namespace"`
	Repository   string `json:"repository"`
	AccessDomain string `json:"access_domain"`
	Permit       string `json:"permit"`
	Deadline     string `json:"deadline"`
	Description  string `json:"description"`
	CreatorID    string `json:"creator_id"`
	CreatorName  string `json:"creator_name"`
	Created      string `json:"created"`
	Updated      string `json:"updated"`
	Status       bool   `json:"status"`
}

// oneShareJSON is the response to GET of one share.
type oneShareJSON struct {
	shareJSON
	Exist bool `json:"exist"`
}

// shareJSON returns a share as the server's variants format it.
func (v Variants) shareJSON(s Share, now time.Time) shareJSON {
	return shareJSON{
		Namespace:    s.Namespace,
		Repository:   v.repositoryInBody(s.Repository),
		AccessDomain: v.ResponseAccountCase.apply(s.AccessDomain),
		Permit:       s.Permit,
		Deadline:     v.DeadlineFormat.apply(s.Deadline),
		Description:  s.Description,
		CreatorID:    s.CreatorID,
		CreatorName:  s.CreatorName,
		Created:      formatTime(s.Created, v.TimeDigits),
		Updated:      formatTime(s.Updated, v.TimeDigits),
		Status:       s.Valid(now),
	}
}

func (v Variants) repositoryInBody(repository string) string {
	if v.DollarInBodies {
		return strings.ReplaceAll(repository, "/", "$")
	}
	return repository
}

// repository returns the request's repository. A namespace of another account is
// a 401. A name that breaks the rules is a bad request, unless the service has it
// anyway.
func (c *call) repository() (*repository, error) {
	key := repositoryKey{c.route.namespace, c.route.repository}
	if owner, ok := c.sim.store.namespaces[key.namespace]; ok && owner != c.caller.account {
		return nil, apiError{status: http.StatusUnauthorized, code: CodeOtherAccount}
	}
	if repo, ok := c.sim.store.repositories[key]; ok {
		return repo, nil
	}
	if err := namespaceRule.check(key.namespace, c.variants.RejectRepeatedHyphens); err != nil {
		return nil, err
	}
	if err := repositoryRule.check(key.repository, c.variants.RejectRepeatedHyphens); err != nil {
		return nil, err
	}
	code := cmp.Or(c.variants.MissingRepositoryCode, codeMissingRepository)
	if _, ok := c.sim.store.namespaces[key.namespace]; !ok {
		code = cmp.Or(c.variants.MissingNamespaceCode, codeMissingNamespace)
	}
	return nil, apiError{status: http.StatusNotFound, code: code}
}

// share returns the repository of a call on one share, and the share, which is
// nil if the service does not have it.
func (c *call) share() (*repository, *record, error) {
	if _, err := c.query(); err != nil {
		return nil, nil, err
	}
	if err := checkAccount(c.route.account); err != nil {
		return nil, nil, err
	}
	repo, err := c.repository()
	if err != nil {
		return nil, nil, err
	}
	return repo, repo.existing(c.variants.accountInPath(c.route.account), c.variants.CaseSensitivePaths), nil
}

// create is POST .../access-domains.
func (c *call) create() (response, error) {
	if _, err := c.query(); err != nil {
		return response{}, err
	}
	body, err := c.parseShareBody(fieldAccessDomain, fieldPermit, fieldDeadline)
	if err != nil {
		return response{}, err
	}
	repo, err := c.repository()
	if err != nil {
		return response{}, err
	}
	if !c.sim.accountExists(body.accessDomain) {
		return response{}, apiError{status: http.StatusBadRequest, code: codeNoAccount}
	}
	account := c.variants.storedAccount(body.accessDomain)
	if repo.existing(account, c.variants.CaseSensitivePaths) != nil {
		if c.variants.ConflictWithoutCode {
			return newResponse(http.StatusConflict, "", nil), nil
		}
		return response{}, apiError{status: http.StatusConflict, code: codeConflict}
	}
	if repo.public {
		return response{}, errors.New("only private images can be shared")
	}
	if len(repo.shares()) >= maxShares {
		return response{}, errors.New("an image can be shared with at most 500 accounts")
	}
	c.sim.store.put(repo, c.now, Share{
		Namespace:    c.route.namespace,
		Repository:   c.route.repository,
		AccessDomain: account,
		Permit:       body.permit,
		Deadline:     body.deadline,
		Description:  body.description,
		CreatorID:    c.caller.userID,
		CreatorName:  c.caller.userName,
		Created:      c.now,
		Updated:      c.now,
	}, c.variants.ListDelay.Create, c.variants.GetDelay.Create)
	return c.writeResponse(cmp.Or(c.variants.CreateStatus, http.StatusCreated)), nil
}

// list is GET .../access-domains.
func (c *call) list() (response, error) {
	p, err := c.listPage()
	if err != nil {
		return response{}, err
	}
	repo, err := c.repository()
	if err != nil {
		return response{}, err
	}
	all := repo.list(c.variants, c.now)
	var items []shareJSON
	for _, share := range slicePage(p, all) {
		items = append(items, c.variants.shareJSON(share, c.now))
	}
	resp := listResponse(c, items)
	if c.variants.ListContentRange && c.variants.Paging == PagingHonored {
		resp.header.Set("Content-Range", p.contentRange(len(items), len(all)))
	}
	return resp, nil
}

// get is GET .../access-domains/{access_domain}.
func (c *call) get() (response, error) {
	repo, _, err := c.share()
	if err != nil {
		return response{}, err
	}
	// Not only existing shares: a revoked one may still show.
	if r := repo.find(c.variants.accountInPath(c.route.account), c.variants.CaseSensitivePaths); r != nil {
		if share, exists := r.get.read(c.now, r.share, r.exists); exists {
			return c.jsonResponse(http.StatusOK, oneShareJSON{c.variants.shareJSON(share, c.now), true}), nil
		}
	}
	if c.variants.MissingOnGet == MissingDefault {
		return c.jsonResponse(http.StatusOK, oneShareJSON{}), nil
	}
	return response{}, c.missingShare(c.variants.MissingOnGet)
}

// update is PATCH .../access-domains/{access_domain}.
func (c *call) update() (response, error) {
	body, err := c.parseShareBody(fieldPermit, fieldDeadline)
	if err != nil {
		return response{}, err
	}
	repo, r, err := c.share()
	if err != nil {
		return response{}, err
	}
	if r == nil {
		return response{}, c.missingShare(c.variants.MissingOnUpdate)
	}
	share := r.share
	share.Permit, share.Deadline, share.Updated = body.permit, body.deadline, c.now
	if body.hasDescription || !c.variants.PatchKeepsDescription {
		share.Description = body.description
	}
	c.sim.store.put(repo, c.now, share, c.variants.ListDelay.Update, c.variants.GetDelay.Update)
	return c.writeResponse(cmp.Or(c.variants.UpdateStatus, http.StatusCreated)), nil
}

// delete is DELETE .../access-domains/{access_domain}.
func (c *call) delete() (response, error) {
	repo, r, err := c.share()
	if err != nil {
		return response{}, err
	}
	if r != nil {
		repo.delete(c.now, r, c.variants.ListDelay.Delete, c.variants.GetDelay.Delete)
	} else if c.variants.MissingOnDelete != MissingDefault {
		return response{}, c.missingShare(c.variants.MissingOnDelete)
	}
	return newResponse(cmp.Or(c.variants.DeleteStatus, http.StatusNoContent), "", nil), nil
}

// missingShare returns the error of a call on a share that does not exist.
func (c *call) missingShare(form MissingShare) error {
	if form == MissingBadRequest {
		return apiError{status: http.StatusBadRequest, code: codeMissingShare400}
	}
	return apiError{status: http.StatusNotFound, code: cmp.Or(c.variants.MissingShareCode, codeMissingShare)}
}

// writeResponse returns the response to a POST or PATCH that took effect.
func (c *call) writeResponse(status int) response {
	if c.variants.WriteBodyObject && status != http.StatusNoContent {
		return newResponse(status, typeJSON, []byte("{}"))
	}
	return newResponse(status, "", nil)
}

// Names of fields in a request body.
const (
	fieldAccessDomain = "access_domain"
	fieldPermit       = "permit"
	fieldDeadline     = "deadline"
	fieldDescription  = "description"
)

// shareBody is the body of a POST or PATCH.
type shareBody struct {
	accessDomain   string
	permit         string
	deadline       string
	description    string
	hasDescription bool
}

// parseShareBody parses a body that has the required fields, optionally a
// description, and nothing else. Names are case-sensitive, unlike in
// encoding/json.
func (c *call) parseShareBody(required ...string) (shareBody, error) {
	var raw map[string]json.RawMessage
	if !utf8.Valid(c.body) {
		return shareBody{}, errors.New("the body is not UTF-8")
	}
	if err := json.Unmarshal(c.body, &raw); err != nil || raw == nil {
		return shareBody{}, errors.New("the body is not a JSON object")
	}
	fields := map[string]string{}
	for _, name := range append(required, fieldDescription) {
		value, ok := raw[name]
		if !ok {
			if name == fieldDescription {
				continue
			}
			return shareBody{}, errors.New(name + ": missing")
		}
		var text string
		if err := json.Unmarshal(value, &text); err != nil || bytes.Equal(value, []byte("null")) {
			return shareBody{}, errors.New(name + ": not a string")
		}
		fields[name] = text
		delete(raw, name)
	}
	if len(raw) > 0 {
		return shareBody{}, errors.New("the body has fields that the API does not know")
	}
	result := shareBody{
		accessDomain: fields[fieldAccessDomain],
		permit:       fields[fieldPermit],
		deadline:     fields[fieldDeadline],
	}
	result.description, result.hasDescription = fields[fieldDescription]
	if account, ok := fields[fieldAccessDomain]; ok {
		if err := checkAccount(account); err != nil {
			return result, err
		}
	}
	switch {
	case result.permit != permitRead:
		return result, errors.New("permit: only read is supported")
	case !validDeadline(result.deadline, c.variants.OlderClients):
		return result, errors.New("deadline: neither forever nor a UTC time in milliseconds")
	case utf8.RuneCountInString(result.description) > maxDescription:
		return result, errors.New("description: too long")
	}
	return result, nil
}
