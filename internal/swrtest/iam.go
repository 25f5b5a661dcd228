package swrtest

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// The owner is the account whose repositories the simulator has by default.
const (
	ownerDomainName  = "OTC-EU-DE-00000000001000000001"
	ownerDomainID    = "ffd2c4ecbd7c4ae5ae8d2c2c5ac1bfa5"
	ownerProjectName = "eu-de"
	ownerProjectID   = "0504186e6a80105a2f7fc0090e6ab0f1"
)

const iamTimeLayout = "2006-01-02T15:04:05.000000Z"

// iam is everything that the IAM stores. The caller locks.
type iam struct {
	static    string
	accounts  []*Account // the owner's first
	users     []*userAccount
	agencies  []*agency
	providers []*identityProvider
	tokens    map[string]token
	keys      map[string]*keyState
	serial    int // of ids
}

func newIAM() iam {
	i := iam{
		static: randomToken(),
		accounts: []*Account{{
			Name: ownerDomainName, ID: ownerDomainID,
			Projects: []Project{{Name: ownerProjectName, ID: ownerProjectID}},
		}},
		tokens: map[string]token{},
		keys:   map[string]*keyState{},
	}
	user := i.defaultUser()
	i.tokens[i.static] = token{principal: user, project: user.defaultProject(), methods: []string{methodPassword}}
	return i
}

func (i *iam) defaultUser() principal {
	return principal{
		userID: defaultUserID, userName: defaultUserName, account: i.owner(),
		roles: []string{RoleAdmin, RoleAgentOperator},
	}
}

// handleIAM handles a call of the IAM. Only a login needs no credential besides
// its body.
func (c *call) handleIAM() (response, error) {
	if !c.contentTypeAllowed() {
		return response{}, iamError(http.StatusBadRequest, "The Content-Type is invalid.")
	}
	switch c.route.op {
	case OpLogin, OpIDToken:
	default:
		if err := c.authenticate(); err != nil {
			return response{}, err
		}
	}
	if c.r.Method == http.MethodGet && len(c.body) > 0 {
		return response{}, iamError(http.StatusBadRequest, "")
	}
	switch c.route.op {
	case OpShowToken:
		return c.showToken()
	case OpProjects:
		return c.listProjects()
	case OpDomains:
		return c.listDomains()
	case OpUsers:
		return c.listUsers()
	case OpCatalog:
		return c.showCatalog()
	}
	if c.r.URL.RawQuery != "" {
		return response{}, iamError(http.StatusBadRequest, "The query is invalid.")
	}
	switch c.route.op {
	case OpIDToken:
		return c.loginByIDToken()
	case OpSecurityTokens:
		return c.createSecurityToken()
	default:
		return c.createToken()
	}
}

// parseIAMBody parses the whole body, which has no other fields.
func (c *call) parseIAMBody(target any) error {
	decoder := json.NewDecoder(bytes.NewReader(c.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(target); err != nil || decoder.More() {
		return iamError(http.StatusBadRequest, "")
	}
	return nil
}

// iamQuery returns the query parameters of a call of the IAM.
func (c *call) iamQuery(allowed ...string) (map[string]string, error) {
	query, err := c.query(allowed...)
	if err != nil {
		return nil, iamError(http.StatusBadRequest, err.Error())
	}
	values := map[string]string{}
	for name := range query {
		values[name] = query.Get(name)
	}
	return values, nil
}
