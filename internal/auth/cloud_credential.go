package auth

// fromCloud signs in with an entry of clouds.yaml. ways holds at most one way of
// which the block sets a part, which then overrides that part of the entry.
func (r *resolver) fromCloud(name value, ways []way) Credential {
	c, err := loadCloud(r.env, name.text, fromBlock(r.block.Region).text)
	if err != nil {
		r.fail("cloud", "Invalid cloud", "The cloud %q, named by %s, can't be used: %s.", name.text, name.source, err)
		return Credential{}
	}
	r.cloud = c

	var method Method
	if len(ways) > 0 {
		method = ways[0].method
	} else if method = r.cloudMethod(c); method == "" {
		return Credential{}
	}
	switch method {
	case MethodToken:
		token := c.value(c.entry.Auth.Token)
		if !token.set() {
			r.failInCloud(c, "token")
			return Credential{}
		}
		return r.tokenCredential(token)
	case MethodKeyPair:
		first, second := r.keyHalves()
		keys := halves{
			first:  firstSet(first.block, c.value(c.entry.Auth.AccessKey)),
			second: firstSet(second.block, c.value(c.entry.Auth.SecretKey)),
		}
		if !keys.whole() {
			r.failInCloud(c, "ak and sk")
			return Credential{}
		}
		return r.newKeyPair(keys, firstSet(fromBlock(r.block.SecurityToken), c.value(c.entry.Auth.SecurityToken)))
	default:
		first, second := r.userHalves()
		user := halves{
			first:  firstSet(first.block, c.user()),
			second: firstSet(second.block, c.value(c.entry.Auth.Password)),
		}
		if !user.whole() {
			r.failInCloud(c, "username (or user_id) and password")
			return Credential{}
		}
		return newLogin(user)
	}
}

// cloudMethod is the entry's auth_type, else the first way of which it has
// something, in the order that holds within the environment. It is "" where
// there is none; the reason is then recorded.
func (r *resolver) cloudMethod(c *cloud) Method {
	auth := c.entry.Auth
	switch c.entry.AuthType {
	case "token", "v3token":
		return MethodToken
	case "aksk":
		return MethodKeyPair
	case "password", "v3password":
		return MethodPassword
	case "":
	default:
		r.fail("cloud", "Unsupported auth_type", "The auth_type %q of %s is not supported. Supported are password (v3password), token (v3token) and aksk; without auth_type, what stands under auth decides.", c.entry.AuthType, c.source())
		return ""
	}
	switch {
	case auth.Token != "":
		return MethodToken
	case auth.AccessKey != "" || auth.SecretKey != "":
		return MethodKeyPair
	case auth.Username != "" || auth.UserID != "" || auth.Password != "":
		return MethodPassword
	}
	r.fail("cloud", "Nothing to sign in with", "%s has none of these under auth: token; ak and sk; username (or user_id) and password.", capitalise(c.source()))
	return ""
}

func (r *resolver) failInCloud(c *cloud, wanted string) {
	r.fail("cloud", "Incomplete cloud", "%s, together with the provider block, must give %s (under auth, in clouds.yaml or secure.yaml).", capitalise(c.source()), wanted)
}
