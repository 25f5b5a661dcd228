package swrtest

import (
	"strings"
	"time"
)

// Share is one repository shared with one account: the fields of the API
// (api.md, "Fields"), but for status, which follows from Deadline and the clock.
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

// Valid says whether the share still grants access at a time: it ends at
// 00:00:00 UTC on the day after its end date.
func (s Share) Valid(at time.Time) bool {
	deadline, ok := parseDeadline(s.Deadline)
	if !ok {
		return true
	}
	end := deadline.Truncate(24*time.Hour).AddDate(0, 0, 1)
	return at.Before(end)
}

// shareJSON is a share in an answer, its fields in the document's order.
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

// oneShareJSON is the answer of GET one.
type oneShareJSON struct {
	shareJSON
	Exist bool `json:"exist"`
}

// shareJSON renders a share as the server's variants want it.
func (v Variants) shareJSON(s Share, now time.Time) shareJSON {
	return shareJSON{
		Namespace:    s.Namespace,
		Repository:   v.repositoryInBody(s.Repository),
		AccessDomain: v.ResponseAccountCase.apply(s.AccessDomain),
		Permit:       s.Permit,
		Deadline:     v.DeadlineFormat.format(s.Deadline),
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
