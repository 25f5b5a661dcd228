package config

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// maxSharedConfigFile limits the size of the file. One profile has less than a
// kilobyte, and with a security token up to ten.
const maxSharedConfigFile = 128 << 10

// defaultSharedConfigFile is where Huawei Cloud's CLI (KooCLI, hcloud) keeps its
// profiles.
const defaultSharedConfigFile = "~/.hcloud/config.json"

// sharedConfigFile is the configuration file of that CLI.
type sharedConfigFile struct {
	// AuthEncrypt is true or false, or such a text. Versions before 5.2.7, which
	// always encrypt, do not set it, nor do those who write the file by hand.
	AuthEncrypt any    `json:"authEncrypt"`
	Current     string `json:"current"`
	// Profiles are pointers, which take less memory while the slice grows.
	Profiles []*sharedProfile `json:"profiles"`
}

// sharedProfile is a profile of the file, as far as it is used.
type sharedProfile struct {
	Name string `json:"name"`
	Mode string `json:"mode"`
	sharedKeyPair
	Region           string `json:"region"`
	ProjectID        string `json:"projectId"`
	DomainID         string `json:"domainId"`
	AgencyName       string `json:"agencyName"`
	AgencyDomainName string `json:"agencyDomainName"`
	AgencyDomainID   string `json:"agencyDomainId"`
	SourceProfile    string `json:"sourceProfile"`
	SSOAuth          struct {
		STSToken sharedKeyPair `json:"stsToken"`
	} `json:"ssoAuth"`
}

type sharedKeyPair struct {
	AccessKey     string `json:"accessKeyId"`
	SecretKey     string `json:"secretAccessKey"`
	SecurityToken string `json:"securityToken"`
}

// profile is the profile that is used.
type profile struct {
	path string
	sharedProfile
	// keyPair is that of the mode, and domainID the account that it belongs to.
	keyPair  sharedKeyPair
	domainID string
}

// loadProfile returns the named profile of the file, or else its current one.
func loadProfile(env Environment, path, name string) (*profile, error) {
	data, err := env.readFile(env.expandHome(path), maxSharedConfigFile)
	if errors.Is(err, fs.ErrNotExist) && path == defaultSharedConfigFile {
		return nil, fmt.Errorf("%s does not exist; set shared_config_file in the provider block, or HW_SHARED_CONFIG_FILE", path)
	}
	if err != nil {
		return nil, fmt.Errorf("%s can't be read: %s", path, pathErrorText(err))
	}
	var file sharedConfigFile
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("%s %w", path, jsonError(err, data))
	}
	if name == "" {
		name = file.Current
	}
	if name == "" {
		return nil, fmt.Errorf("%s has no current profile; set profile in the provider block, or HW_PROFILE, to one of: %s",
			path, file.names())
	}
	named, err := file.find(path, name)
	if err != nil {
		return nil, err
	}
	p := &profile{path: path, sharedProfile: *named}
	return p, p.setKeyPair(file)
}

func (f sharedConfigFile) find(path, name string) (*sharedProfile, error) {
	for _, p := range f.Profiles {
		if p != nil && p.Name == name {
			return p, nil
		}
	}
	return nil, fmt.Errorf("%s has no profile \"%s\"; it has: %s", path, httpsafe.Printable(name), f.names())
}

func (f sharedConfigFile) names() string {
	return listNames(func(yield func(string) bool) {
		for _, p := range f.Profiles {
			if p != nil && !yield(p.Name) {
				return
			}
		}
	}, "no profiles")
}

// isEncrypted reports whether only the CLI can read the key pair. If the file does
// not say so, the length does: a secret key has 40 characters.
func (f sharedConfigFile) isEncrypted(pair sharedKeyPair) bool {
	if encrypted, ok := parseBool(fmt.Sprint(f.AuthEncrypt)); ok {
		return encrypted
	}
	return len(pair.SecretKey) > 40
}

// setKeyPair sets the key pair of the profile's mode.
func (p *profile) setKeyPair(file sharedConfigFile) error {
	source, remedy := &p.sharedProfile, `set --cli-profile="%s" --cli-access-key=AK --cli-secret-key=SK`
	switch p.Mode {
	case "", "AKSK":
		p.keyPair = p.sharedKeyPair
	case "SSO":
		p.keyPair, remedy = p.SSOAuth.STSToken, `sso --cli-profile="%s"`
	case "AssumeRole":
		if !p.hasAgency() {
			return fmt.Errorf("its mode is AssumeRole, but it has no agencyName in %s", p.path)
		}
		if p.SourceProfile != "" {
			var err error
			if source, err = file.find(p.path, p.SourceProfile); err != nil {
				return err
			}
			if source.Mode != "" && source.Mode != "AKSK" || source.AgencyName != "" {
				return fmt.Errorf("its source profile \"%s\" must have the mode AKSK and no agency", httpsafe.Printable(source.Name))
			}
		}
		p.keyPair = source.sharedKeyPair
	default:
		return fmt.Errorf("its mode \"%s\" is not supported; supported are AKSK, SSO and AssumeRole", httpsafe.Printable(p.Mode))
	}
	p.domainID = source.DomainID
	hasDomain := p.AgencyDomainName != "" || p.AgencyDomainID != ""
	switch {
	case p.hasAgency() != hasDomain:
		return fmt.Errorf("it must have both agencyName and agencyDomainName (or agencyDomainId) in %s, or neither; run hcloud "+
			"configure set --cli-profile=\"%s\" --cli-agency-name=AGENCY --cli-agency-domain-name=ACCOUNT", p.path, httpsafe.Printable(p.Name))
	case p.keyPair.AccessKey == "" || p.keyPair.SecretKey == "":
		return fmt.Errorf("it has no access key for the mode %s in %s; run hcloud configure "+remedy,
			cmp.Or(p.Mode, "AKSK"), p.path, httpsafe.Printable(source.Name))
	case file.isEncrypted(p.keyPair):
		return fmt.Errorf("its secrets in %s are encrypted, which only hcloud can decrypt; run hcloud configure set "+
			"--cli-auth-encrypt=false, which stores them as plain text", p.path)
	}
	return nil
}

func (p *profile) source() string {
	return fmt.Sprintf(`profile "%s" in %s`, httpsafe.Printable(p.Name), p.path)
}

func (p *profile) hasAgency() bool { return p != nil && p.AgencyName != "" }

// lookup returns the value of an attribute or object of scope or credential, of which
// a nil profile has none. With an agency, the project is one of the account that
// delegates.
func (p *profile) lookup(attribute string) value {
	if p == nil {
		return value{}
	}
	text, isID := "", false
	switch attribute {
	case "region":
		text = p.Region
	case "access_key":
		text = p.keyPair.AccessKey
	case "secret_key":
		text = p.keyPair.SecretKey
	case "security_token":
		text = p.keyPair.SecurityToken
	case "domain":
		text, isID = p.domainID, true
	case "project":
		if !p.hasAgency() {
			text, isID = p.ProjectID, true
		}
	case agencyName:
		text = p.AgencyName
	case agencyDomain:
		text, isID = cmp.Or(p.AgencyDomainID, p.AgencyDomainName), p.AgencyDomainID != ""
	case agencyProject:
		if p.hasAgency() {
			text, isID = p.ProjectID, true
		}
	}
	if text == "" {
		return value{}
	}
	return value{text: text, source: p.source(), isID: isID}
}

// fromProfile returns the credential of a profile of Huawei Cloud's CLI.
func (r *resolver) fromProfile() Credential {
	file, name := r.setting("shared_config_file"), r.setting("profile")
	attribute, subject := "profile", fmt.Sprintf("The profile %q from %s", name.text, name.source)
	if !name.isSet() {
		attribute, subject = "shared_config_file", fmt.Sprintf("The shared_config_file %q from %s", file.text, file.source)
	}
	p, err := loadProfile(r.env, cmp.Or(file.text, defaultSharedConfigFile), name.text)
	if err != nil {
		r.fail(attribute, "Invalid profile", "%s can't be used: %s.", subject, err)
		return Credential{}
	}
	// What the profile lacks, such as the region, may be in Huawei Cloud's variables.
	r.profile, r.envPrefix = p, "HW_"
	return r.newKeyPair(pair{first: p.lookup("access_key"), second: p.lookup("secret_key")}, p.lookup("security_token"))
}
