package auth

import (
	"fmt"
	"strings"
)

// way is a way to sign in of which the provider block sets something.
type way struct {
	method     Method
	attributes []string
	// whole says that the block alone is enough.
	whole bool
}

// credential chooses the one way to sign in. It is false where there is none to
// go on with; the reason is then recorded.
func (r *resolver) credential() (Credential, bool) {
	before := len(r.errs)
	r.checkNamesAndIDs()
	ways := r.waysInBlock()
	cloudName := fromBlock(r.block.Cloud)

	// Beside cloud, a part of a login or of a key pair overrides that part of
	// the entry; a whole one is a second way to sign in.
	var rivals []way
	for _, w := range ways {
		if !cloudName.set() || w.whole || len(ways) > 1 {
			rivals = append(rivals, w)
		}
	}
	if len(rivals) > 1 || cloudName.set() && len(rivals) > 0 {
		r.failRivals(cloudName.set(), rivals)
		return Credential{}, false
	}

	var c Credential
	switch {
	case cloudName.set():
		c = r.fromCloud(cloudName, ways)
	case len(ways) == 1:
		c = r.startedInBlock(ways[0])
	default:
		c = r.fromEnvironment()
	}
	return c, len(r.errs) == before
}

// checkNamesAndIDs refuses a name beside an id in the block: they may not mean
// the same, and the service takes one.
func (r *resolver) checkNamesAndIDs() {
	for _, pair := range []struct {
		what     string
		name, id *string
	}{
		{"user", r.block.UserName, r.block.UserID},
		{"domain", r.block.DomainName, r.block.DomainID},
		{"project", r.block.ProjectName, r.block.ProjectID},
	} {
		if fromBlock(pair.name).set() && fromBlock(pair.id).set() {
			r.fail(pair.what+"_id", "Name and id of one "+pair.what, "The provider block sets both %[1]s_name and %[1]s_id. Keep one of them.", pair.what)
		}
	}
}

func (r *resolver) waysInBlock() []way {
	setOf := func(attributes ...attribute) (set []string) {
		for _, a := range attributes {
			if fromBlock(a.value).set() {
				set = append(set, a.name)
			}
		}
		return set
	}
	var ways []way
	if set := setOf(attribute{"token", r.block.Token}); len(set) > 0 {
		ways = append(ways, way{MethodToken, set, true})
	}
	if set := setOf(attribute{"access_key", r.block.AccessKey}, attribute{"secret_key", r.block.SecretKey}, attribute{"security_token", r.block.SecurityToken}); len(set) > 0 {
		whole := fromBlock(r.block.AccessKey).set() && fromBlock(r.block.SecretKey).set()
		ways = append(ways, way{MethodKeyPair, set, whole})
	}
	if set := setOf(attribute{"user_name", r.block.UserName}, attribute{"user_id", r.block.UserID}, attribute{"password", r.block.Password}); len(set) > 0 {
		whole := blockNameOrID(r.block.UserName, r.block.UserID).set() && fromBlock(r.block.Password).set()
		ways = append(ways, way{MethodPassword, set, whole})
	}
	return ways
}

// attribute is one of the provider block's, with its name.
type attribute struct {
	name  string
	value *string
}

func (r *resolver) failRivals(hasCloud bool, rivals []way) {
	var names []string
	for _, w := range rivals {
		names = append(names, strings.Join(w.attributes, " with "))
	}
	if hasCloud {
		names = append(names, "cloud")
	}
	r.fail(rivals[0].attributes[0], "Two ways to sign in", "The provider block sets %s. Keep one way to sign in: token; or access_key with secret_key; or user_name or user_id with password; or cloud.", strings.Join(names, ", and also "))
}

// startedInBlock takes the way that the block begins, and lets the environment
// complete it: its variables, else the entry of clouds.yaml that it names.
func (r *resolver) startedInBlock(w way) Credential {
	if w.method == MethodToken {
		return r.tokenCredential(fromBlock(r.block.Token))
	}
	first, second := r.keyHalves()
	credential := r.keyPairCredential
	if w.method == MethodPassword {
		first, second = r.userHalves()
		credential = r.passwordCredential
	}
	if name := r.environmentCloud(); name.set() && !complete(first, second).whole() {
		return r.fromCloud(name, []way{w})
	}
	return credential(first, second)
}

func (r *resolver) environmentCloud() value { return r.env.variable(cloudVariables...) }

// fromEnvironment takes the first way of which the environment has something.
func (r *resolver) fromEnvironment() Credential {
	if token := r.env.variable(tokenVariables...); token.set() {
		return r.tokenCredential(token)
	}
	if first, second := r.keyHalves(); complete(first, second).begun() {
		return r.keyPairCredential(first, second)
	}
	if first, second := r.userHalves(); complete(first, second).begun() {
		return r.passwordCredential(first, second)
	}
	if name := r.environmentCloud(); name.set() {
		return r.fromCloud(name, nil)
	}
	r.fail("", "Nothing to sign in with", "Neither the provider block nor the environment says how to sign in. The ways are:\n"+
		"  - a token: token, or OS_TOKEN, OS_AUTH_TOKEN, HW_AUTH_TOKEN\n"+
		"  - a key pair: access_key and secret_key (and security_token), or OS_ACCESS_KEY and OS_SECRET_KEY, or HW_ACCESS_KEY and HW_SECRET_KEY\n"+
		"  - a login: user_name or user_id, password, and domain_name or domain_id, or OS_USERNAME, OS_PASSWORD and OS_USER_DOMAIN_NAME, or HW_USER_NAME, HW_USER_PASSWORD and HW_DOMAIN_NAME\n"+
		"  - an entry of clouds.yaml: cloud, or OS_CLOUD")
	return Credential{}
}

// blockNameOrID reads the one of the two attributes that is set.
func blockNameOrID(name, id *string) value {
	if v := fromBlock(id); v.set() {
		v.isID = true
		return v
	}
	return fromBlock(name)
}

func (r *resolver) tokenCredential(token value) Credential {
	r.checkHeaderSafe("token", token)
	return Credential{Method: MethodToken, Source: "token from " + token.source, token: newSecret(token.text)}
}

func (r *resolver) keyPairCredential(first, second half) Credential {
	keys := complete(first, second)
	if !keys.whole() {
		r.failHalf("Half a key pair", keys, first, second)
		return Credential{}
	}
	// A security token belongs to its pair: beside a pair that is wholly the
	// block's, one that is left in the environment would spoil it.
	securityToken := fromBlock(r.block.SecurityToken)
	if !securityToken.set() && keys.family != nil {
		securityToken = r.env.variable(keys.family.securityToken)
	}
	return r.newKeyPair(keys, securityToken)
}

func (r *resolver) newKeyPair(keys halves, securityToken value) Credential {
	r.checkHeaderSafe("access_key", keys.first)
	r.checkHeaderSafe("secret_key", keys.second)
	r.checkHeaderSafe("security_token", securityToken)
	kind := "key pair"
	if securityToken.set() {
		kind = "temporary key pair"
	}
	return Credential{
		Method: MethodKeyPair,
		Source: kind + " from " + keys.source(),
		keys:   keyPair{newSecret(keys.first.text), newSecret(keys.second.text), newSecret(securityToken.text)},
	}
}

func (r *resolver) passwordCredential(first, second half) Credential {
	user := complete(first, second)
	if !user.whole() {
		r.failHalf("Half a login", user, first, second)
		return Credential{}
	}
	r.family = user.family
	return newLogin(user)
}

func newLogin(user halves) Credential {
	return Credential{
		Method: MethodPassword,
		Source: fmt.Sprintf("login as %s from %s", user.first.described("user"), user.source()),
		login:  login{user: user.first.nameOrID(), password: newSecret(user.second.text)},
	}
}

// described is for a setting that is no secret.
func (v value) described(what string) string {
	if v.isID {
		return fmt.Sprintf("%s with id %q", what, v.text)
	}
	return fmt.Sprintf("%s %q", what, v.text)
}

// checkHeaderSafe refuses what can't stand in a header, above all the line break
// at the end of a file. The texts never show the value.
func (r *resolver) checkHeaderSafe(attribute string, v value) {
	for _, c := range []byte(v.text) {
		if c <= ' ' || c > '~' {
			r.fail(attribute, "Invalid "+attribute, "The %s of %s holds a space, a line break or another character that none has. Was it read from a file? trimspace() takes the last line break off.", attribute, v.source)
			return
		}
	}
}
