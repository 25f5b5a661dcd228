package provider_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// maker is who made a share, and so whose it is.
type maker string

const (
	madeByProvider maker = "this provider"
	madeByOthers   maker = "others"
	// knownToUser is a share that a command made, and that is not in the state: an
	// error named it, or the user removed it from the state.
	knownToUser maker = "this provider, as the user knows"
	// lostByKill is a share whose command was killed before it could save anything.
	lostByKill maker = "this provider, killed"
)

// terms are what a share grants, in a form that can be compared.
type terms struct{ permit, deadline, description string }

func termsOf(share swrtest.Share) terms {
	return terms{share.Permit, deadlineDay(share.Deadline), share.Description}
}

// termsOfValues returns the terms that a configuration, plan or state has.
func termsOfValues(attributes values) terms {
	text := func(name, otherwise string) string {
		if value, ok := attributes[name].(string); ok {
			return value
		}
		return otherwise
	}
	return terms{text("permit", "read"), deadlineDay(text("deadline", "")), text("description", "")}
}

func deadlineDay(deadline string) string { return deadline[:min(len(deadline), len("2006-01-02"))] }

// shareKey returns the key of a share by which the model compares: its id, with
// the account in lower case.
func shareKey(namespace, repository, account string) string {
	return strings.ToLower(namespace + "/" + repository + "/" + account)
}

func keyOfShare(share swrtest.Share) string {
	return shareKey(share.Namespace, share.Repository, share.AccessDomain)
}

// keyOfValues returns the key of a share resource.
func keyOfValues(attributes values) string {
	return shareKey(fmt.Sprint(attributes["namespace"]), fmt.Sprint(attributes["repository"]), fmt.Sprint(attributes["access_domain"]))
}

// record is what the model knows of a share that the service has.
type record struct {
	maker   maker
	created time.Time
	terms   terms
}

// modelEndpoint is an endpoint, and the service behind it.
type modelEndpoint struct {
	name   string
	server *swrtest.Server
	url    string
	// prefix of the keys of its shares, so that they differ from those of another
	// service.
	prefix string
}

// actual returns the shares that the services have, whatever they show.
func (w *modelRun) actual() map[string]swrtest.Share {
	shares := map[string]swrtest.Share{}
	for _, at := range []modelEndpoint{w.primary, w.region} {
		for _, share := range at.server.AllShares() {
			shares[at.prefix+keyOfShare(share)] = share
		}
	}
	return shares
}

// withoutPrefix returns the key of a share as it is in the state, without its prefix.
func withoutPrefix(key string) string {
	if _, after, found := strings.Cut(key, ": "); found {
		return after
	}
	return key
}

// shown is what a plan showed to the user, by key.
type shown struct {
	created, updated map[string]terms
	revoked          map[string]bool
}

// shownBy returns what a plan showed of the shares at an endpoint.
func (p *process) shownBy(plan *modelPlan, at modelEndpoint) shown {
	s := shown{created: map[string]terms{}, updated: map[string]terms{}, revoked: map[string]bool{}}
	for _, c := range plan.changes {
		before := p.attributesOf(c.before)
		if c.typeName == exclusiveType {
			if c.action != updateAction {
				continue // it revokes nothing
			}
			for _, account := range guardAccounts(before) {
				if !slices.Contains(guardAccounts(c.planned), account) {
					s.revoked[at.prefix+shareKey(fmt.Sprint(before["namespace"]), fmt.Sprint(before["repository"]), account)] = true
				}
			}
			continue
		}
		switch c.action {
		case deleteAction:
			s.revoked[at.prefix+keyOfValues(before)] = true
		case createAction:
			s.created[at.prefix+keyOfValues(c.planned)] = termsOfValues(c.planned)
		case updateAction:
			s.updated[at.prefix+keyOfValues(c.planned)] = termsOfValues(c.planned)
		case replace:
			s.revoked[at.prefix+keyOfValues(before)] = true
			s.created[at.prefix+keyOfValues(c.planned)] = termsOfValues(c.planned)
		}
	}
	return s
}

// guardAccounts returns the accounts of a guard, in lower case.
func guardAccounts(guard values) []string {
	var accounts []string
	set, _ := guard["access_domains"].([]any)
	for _, account := range set {
		accounts = append(accounts, strings.ToLower(fmt.Sprint(account)))
	}
	slices.Sort(accounts)
	return accounts
}

// keysIn returns the keys of the shares in a state, each with its addresses.
func (p *process) keysIn(s state) map[string][]string {
	keys := map[string][]string{}
	for _, address := range slices.Sorted(maps.Keys(s.objects)) {
		if o := s.objects[address]; o.typeName == shareType {
			key := keyOfValues(p.attributesOf(o))
			keys[key] = append(keys[key], address)
		}
	}
	return keys
}
