package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// defaultAddress is fixed so that a simulator that is restarted is the same
// endpoint to an existing state: the provider accepts from no other host that a
// share is gone.
const defaultAddress = "127.0.0.1:8765"

// defaultAccount is the account of the share that exists at start.
const defaultAccount = "OTC-EU-DE-00000000001000000200"

// defaultAgency is the agency by which defaultAccount delegates to the owner.
const defaultAgency = "ops"

// errUsage is a bad command line, which package flag has reported already.
var errUsage = errors.New("bad command line")

// config is the command line.
type config struct {
	address      string
	latency      time.Duration
	listVariants bool
	empty        bool
	quiet        bool
	strict       bool
	shares       []swrtest.Share
	repositories []swrtest.Share // only Namespace and Repository are set
	variants     []swrtest.NamedVariant
}

func parseConfig(args []string, stderr io.Writer) (config, error) {
	var c config
	flags := flag.NewFlagSet("swr-simulator", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&c.address, "address", defaultAddress, "loopback `host:port` to listen on; port 0 selects a free one")
	flags.DurationVar(&c.latency, "latency", 0, "`duration` to wait before each response")
	flags.BoolVar(&c.listVariants, "variants", false, "print the names for -variant and exit")
	flags.BoolVar(&c.empty, "empty", false, "start without the default content: the repositories platform/team/app\n"+
		"and platform/base, platform/team/app shared with "+defaultAccount+", and that account,\n"+
		"which has partner/app and delegates by the agency "+defaultAgency)
	flags.BoolVar(&c.strict, "strict", false, "reject what only the clients of the opentelekomcloud and huaweicloud\n"+
		"providers send, not the documents (default: the variant older-clients)")
	flags.BoolVar(&c.quiet, "quiet", false, "do not print requests")
	repeatable(flags, "share", "start with a share, `namespace/repository/account[=deadline]`", &c.shares, parseShare)
	repeatable(flags, "repository", "start with a repository, `namespace/repository`", &c.repositories, parseRepository)
	repeatable(flags, "variant", "simulate a server that differs, by a `name` that -variants prints", &c.variants, parseVariant)
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return c, err
		}
		return c, fmt.Errorf("%w: %w", errUsage, err)
	}
	if flags.NArg() > 0 {
		return c, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return c, nil
}

// repeatable adds a flag that may be given several times.
func repeatable[T any](flags *flag.FlagSet, name, usage string, values *[]T, parse func(string) (T, error)) {
	flags.Func(name, usage+" (repeatable)", func(text string) error {
		value, err := parse(text)
		*values = append(*values, value)
		return err
	})
}

func parseVariant(name string) (swrtest.NamedVariant, error) {
	variant, ok := swrtest.VariantByName(name)
	if !ok {
		return variant, errors.New("no such variant; -variants lists them")
	}
	return variant, nil
}

// parseShare parses namespace/repository/account[=deadline]: the first segment
// is the namespace, the last the account, and everything between the repository.
func parseShare(value string) (swrtest.Share, error) {
	deadline := ""
	if i := strings.LastIndexByte(value, '='); i >= 0 {
		value, deadline = value[:i], value[i+1:]
		var err error
		if deadline, err = parseDeadline(deadline); err != nil {
			return swrtest.Share{}, err
		}
	}
	i := strings.LastIndexByte(value, '/')
	if i < 0 || value[i+1:] == "" {
		return swrtest.Share{}, errors.New("must be namespace/repository/account")
	}
	share, err := parseRepository(value[:i])
	share.AccessDomain, share.Deadline = value[i+1:], deadline
	return share, err
}

func parseDeadline(deadline string) (string, error) {
	if deadline == "forever" {
		return deadline, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, deadline); err == nil {
			return t.UTC().Format("2006-01-02T15:04:05.000Z"), nil
		}
	}
	return "", errors.New("the deadline must be forever, a date, or a UTC time")
}

func parseRepository(value string) (swrtest.Share, error) {
	namespace, repository, _ := strings.Cut(value, "/")
	if namespace == "" || repository == "" {
		return swrtest.Share{}, errors.New("must be namespace/repository")
	}
	return swrtest.Share{Namespace: namespace, Repository: repository}, nil
}
