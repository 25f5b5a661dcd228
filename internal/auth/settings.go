package auth

import (
	"errors"
	"fmt"
)

// Settings is the provider block, field by attribute. Nil is an attribute that
// is not set.
//
// An empty string counts as not set, too, just as an empty environment variable
// does: modules hand optional variables through with a default of "", and the
// older providers for these clouds read that as "not set". What is missing then
// is reported as missing; an empty password is never sent.
type Settings struct {
	Endpoint        *string
	Region          *string
	AuthURL         *string
	Token           *string
	AccessKey       *string
	SecretKey       *string
	SecurityToken   *string
	SignatureFormat *string
	UserName        *string
	UserID          *string
	Password        *string
	DomainName      *string
	DomainID        *string
	ProjectName     *string
	ProjectID       *string
	Cloud           *string
	CACertFile      *string
	Insecure        *bool
	MaxRetries      *int64
	RequestTimeout  *string
}

// Format shows no value at all, whatever the verb: a block that is printed by
// accident shows nothing.
func (Settings) Format(f fmt.State, _ rune) { writeRedacted(f) }

// ConfigError is one thing that is wrong with the configuration. Its texts are
// sentences for the user and never hold a secret.
type ConfigError struct {
	// Attribute is the attribute of the provider block that the error is
	// about, "" where it is about none in particular. What is wrong may have
	// come from the environment or from clouds.yaml all the same; Detail says.
	Attribute string
	Summary   string
	Detail    string
}

func (e *ConfigError) Error() string { return e.Summary + ": " + e.Detail }

// ConfigErrors takes the error of [Resolve] apart, in the order in which the
// errors were found.
func ConfigErrors(err error) []*ConfigError {
	if err == nil {
		return nil
	}
	if joined, ok := errors.AsType[joinedErrors](err); ok {
		var all []*ConfigError
		for _, e := range joined.Unwrap() {
			all = append(all, ConfigErrors(e)...)
		}
		return all
	}
	if one, ok := errors.AsType[*ConfigError](err); ok {
		return []*ConfigError{one}
	}
	return []*ConfigError{{Summary: "Invalid configuration", Detail: err.Error()}}
}

// joinedErrors is what errors.Join makes.
type joinedErrors interface {
	error
	Unwrap() []error
}

// Warning is something the user should know though it stops nothing. Its fields
// are those of [ConfigError].
type Warning struct {
	Attribute string
	Summary   string
	Detail    string
}

// value is a setting with the place it came from.
type value struct {
	text string
	// source is "the provider block", "the environment variable X" or
	// `cloud "x" in FILE`.
	source string
	// isID tells the id from the name, where an attribute comes in both forms.
	isID bool
}

const blockSource = "the provider block"

func (v value) set() bool { return v.text != "" }

// same says that two values are one setting, wherever they came from.
func (v value) same(w value) bool { return v.text == w.text && v.isID == w.isID }

// fromBlock reads an attribute of the provider block.
func fromBlock(attribute *string) value {
	if attribute == nil || *attribute == "" {
		return value{}
	}
	return value{text: *attribute, source: blockSource}
}

// firstSet is the first value that is set.
func firstSet(values ...value) value {
	for _, v := range values {
		if v.set() {
			return v
		}
	}
	return value{}
}
