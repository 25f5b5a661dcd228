package swrtest

import (
	"cmp"
	"fmt"
	"slices"
)

// The default user is the owner's user behind the static token and the key pairs.
const (
	defaultUserID   = "0504186e6a8010e01f3ec009a7279baa"
	defaultUserName = "sim-user"
)

// The roles of a user.
const (
	RoleAdmin = "te_admin"
	// RoleAgentOperator is the system policy Agent Operator: without it nobody can
	// assume an agency.
	RoleAgentOperator = "te_agency"
)

// Project is a project of an account: a region or part of one.
type Project struct {
	Name, ID string
}

// Account is an account (domain) of the cloud.
type Account struct {
	Name, ID string
	Projects []Project
}

// User is a user of the IAM. AddUser sets what is empty: ID to a number,
// DomainName and DomainID to the owner's, Projects to those of the account, Roles
// to RoleAdmin and RoleAgentOperator.
type User struct {
	Name, ID, Password   string
	DomainName, DomainID string
	Projects             []Project
	Roles                []string
}

// principal is who a request acts as: a user, or an agency.
type principal struct {
	userID, userName string
	account          *Account
	projects         []Project // those of the account, if empty
	roles            []string
	assumedBy        *principal // of an agency
}

func (p principal) availableProjects() []Project {
	if len(p.projects) > 0 {
		return p.projects
	}
	return p.account.Projects
}

// findProject returns a project by name or id.
func (p principal) findProject(want nameOrID) *Project {
	projects := p.availableProjects()
	i := slices.IndexFunc(projects, func(p Project) bool { return want.matches(p.Name, p.ID) })
	if i < 0 {
		return nil
	}
	return &projects[i]
}

// defaultProject is the project of a signed request that names none: the region's.
func (p principal) defaultProject() *Project {
	if projects := p.availableProjects(); len(projects) > 0 {
		return &projects[0]
	}
	return nil
}

// userAccount is a user with the principal of its requests.
type userAccount struct {
	User
	principal principal
}

// nameOrID identifies an object of the IAM by name or by id.
type nameOrID struct {
	Name string `json:"name,omitempty"`
	ID   string `json:"id,omitempty"`
}

// valid reports whether exactly one of the two is set.
func (n nameOrID) valid() bool { return (n.Name == "") != (n.ID == "") }

func (n nameOrID) matches(name, id string) bool {
	return n.valid() && (n.Name == "" || n.Name == name) && (n.ID == "" || n.ID == id)
}

// owner is the account that namespaces belong to unless AssignNamespace is called.
func (i *iam) owner() *Account { return i.accounts[0] }

// account returns the account of a name, or of an id.
func (i *iam) account(nameOrID string) (*Account, bool) {
	n := slices.IndexFunc(i.accounts, func(a *Account) bool { return a.Name == nameOrID || a.ID == nameOrID })
	if n < 0 {
		return nil, false
	}
	return i.accounts[n], true
}

// mustAccount is account for tests, which name only accounts that they added.
func (i *iam) mustAccount(nameOrID string) *Account {
	account, ok := i.account(nameOrID)
	if !ok {
		panic(fmt.Sprintf("swrtest: there is no account %q: call AddAccount first", nameOrID))
	}
	return account
}

// newID returns an id in the IAM's format.
func (i *iam) newID() string {
	i.serial++
	return fmt.Sprintf("%032x", i.serial)
}

func (i *iam) complete(account Account) Account {
	account.ID = cmp.Or(account.ID, i.newID())
	if len(account.Projects) == 0 {
		account.Projects = []Project{{Name: ownerProjectName, ID: i.newID()}}
	}
	return account
}

// Owner returns the name of the account that namespaces belong to unless
// AssignNamespace is called.
func (s *Simulator) Owner() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.iam.owner().Name
}

// SetOwner replaces name, id and projects of the owner's account. It sets ID and
// Projects as AddAccount does.
func (s *Simulator) SetOwner(account Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*s.iam.owner() = s.iam.complete(account)
	static := s.iam.tokens[s.iam.static]
	static.project = static.principal.defaultProject()
	s.iam.tokens[s.iam.static] = static
}

// AddAccount adds an account beside the owner's, and returns it with what was empty
// set: ID to a number, Projects to eu-de.
func (s *Simulator) AddAccount(account Account) Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	account = s.iam.complete(account)
	s.iam.accounts = append(s.iam.accounts, &account)
	return account
}

// AddUser adds a user to the IAM, and returns it with what was empty set. It panics
// if there is no such account.
func (s *Simulator) AddUser(user User) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	user.ID = cmp.Or(user.ID, s.iam.newID())
	account := s.iam.owner()
	if name := cmp.Or(user.DomainName, user.DomainID); name != "" {
		account = s.iam.mustAccount(name)
	}
	user.DomainName, user.DomainID = account.Name, account.ID
	if len(user.Projects) == 0 {
		user.Projects = account.Projects
	}
	if user.Roles == nil {
		user.Roles = []string{RoleAdmin, RoleAgentOperator}
	}
	s.iam.users = append(s.iam.users, &userAccount{user, principal{
		userID: user.ID, userName: user.Name, account: account, projects: user.Projects, roles: user.Roles,
	}})
	return user
}
