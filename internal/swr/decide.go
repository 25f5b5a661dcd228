package swr

import (
	"errors"
	"fmt"
	"slices"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// The outcome of a write follows from how far its attempts got (effect), what the
// last response was (responseClass) and what the service has afterwards
// (observation), and for a create also from who made the share (Ownership). The
// tables in this file decide it.

// responseClass is what the last response to a write says.
type responseClass int

const (
	// respSuccess: the documented success.
	respSuccess responseClass = iota
	// respUnexpectedSuccess: another 2xx, with nothing that contradicts it.
	respUnexpectedSuccess
	// respConflict: the repository is shared with the account already.
	respConflict
	// respShareMissing and respRepositoryMissing: see the kinds of that name.
	respShareMissing
	respRepositoryMissing
	// respFailed: any other response, or none.
	respFailed
)

func classifyResponse(err error) responseClass {
	apiErr, ok := errors.AsType[*Error](err)
	if !ok {
		return respSuccess
	}
	switch apiErr.Kind {
	case KindUnexpectedSuccess:
		if apiErr.isUndocumentedSuccess() {
			return respUnexpectedSuccess
		}
	case KindConflict:
		return respConflict
	case KindShareMissing:
		return respShareMissing
	case KindRepositoryMissing:
		return respRepositoryMissing
	}
	return respFailed
}

// observed is what a lookup after a write shows.
type observed int

const (
	// notObserved: there was no lookup, since the write had no effect.
	notObserved observed = iota
	// observedUnknown: the lookup failed.
	observedUnknown
	// observedAbsent: the share is proven not to exist.
	observedAbsent
	// observedRepositoryAbsent: likewise, since its repository does not exist.
	observedRepositoryAbsent
	// observedNotYet: the share does not show, but may still appear.
	observedNotYet
	// observedMatch: the share exists as asked for; after a delete, in the spelling
	// that was deleted.
	observedMatch
	// observedDifferent: the share exists with other attributes; after a delete, in
	// another spelling.
	observedDifferent
)

// observation is the result of a lookup.
type observation struct {
	state observed
	share Share // where it is present
	err   error // where it is not
}

// observe interprets the result of a lookup. mayAppear is set if a share that does
// not show may still appear, match if the share that was found is the expected one.
func observe(share Share, err error, mayAppear, match bool) observation {
	gone, isGone := errors.AsType[*Gone](err)
	state := observedDifferent
	switch {
	case isGone && mayAppear:
		state = observedNotYet
	case isGone && gone.Repository:
		state = observedRepositoryAbsent
	case isGone:
		state = observedAbsent
	case err != nil:
		state = observedUnknown
	case match:
		state = observedMatch
	}
	return observation{state: state, share: share, err: err}
}

// conclusion is how a write ended. Its error is that of [conclusion.toError].
type conclusion int

const (
	succeeded conclusion = iota
	// failed: as the last response says.
	failed
	// unverified: what the service has now is not known.
	unverified
	// alreadyGone: the share to delete does not exist, and this call did not delete
	// it.
	alreadyGone
	// notShown: the share was created, but does not show.
	notShown
	// mayAppear: the share does not show, but may still appear.
	mayAppear
	// mayBeOwn: a share exists, but it is not certain that this call created it.
	mayBeOwn
	// notApplied: the service has something else than it accepted.
	notApplied
	// stillShown: the share was deleted, but still shows.
	stillShown
	// otherSpelling: the share shows in another spelling, which is to be deleted.
	otherSpelling
)

// createRules has the outcome of a create. The first rule that matches counts; an
// empty column matches anything.
var createRules = []struct {
	effect     []effect
	response   []responseClass
	observed   []observed
	ownership  []Ownership
	outcome    CreateOutcome
	conclusion conclusion
}{
	{effect: in(effectRejected), outcome: NotCreated, conclusion: failed},

	{response: in(respSuccess), observed: in(observedMatch), outcome: Created, conclusion: succeeded},
	{response: in(respSuccess), observed: in(observedDifferent), outcome: Created, conclusion: notApplied},
	{response: in(respSuccess), observed: in(observedUnknown), outcome: CreatedUnverified, conclusion: unverified},
	{response: in(respSuccess), outcome: CreatedUnverified, conclusion: notShown},

	{observed: in(observedAbsent, observedRepositoryAbsent), outcome: NotCreated, conclusion: failed},
	{observed: in(observedNotYet), outcome: Unknown, conclusion: mayAppear},
	{observed: in(observedMatch, observedDifferent), ownership: in(Own), outcome: Created, conclusion: succeeded},
	{observed: in(observedMatch, observedDifferent), outcome: NotCreated, conclusion: mayBeOwn},
	{outcome: Unknown, conclusion: unverified},
}

func decideCreate(e effect, r responseClass, o observed, ownership Ownership) (CreateOutcome, conclusion) {
	for _, rule := range createRules {
		if matches(rule.effect, e) && matches(rule.response, r) && matches(rule.observed, o) && matches(rule.ownership, ownership) {
			return rule.outcome, rule.conclusion
		}
	}
	return Unknown, unverified
}

// writeRule is a row of the tables of updates and deletes.
type writeRule struct {
	effect     []effect
	response   []responseClass
	observed   []observed
	conclusion conclusion
}

var updateRules = []writeRule{
	{effect: in(effectRejected), conclusion: failed},
	{observed: in(observedMatch), conclusion: succeeded},
	{observed: in(observedDifferent), response: in(respSuccess), conclusion: notApplied},
	{observed: in(observedDifferent), conclusion: failed},
	{conclusion: unverified},
}

// deleteRules has the outcome of a delete. The effect is the largest of the
// deletes of all spellings. A response that the share or its repository is missing
// proves nothing, and is followed by a lookup like a success.
var deleteRules = []writeRule{
	{observed: in(notObserved), conclusion: failed},
	{observed: in(observedRepositoryAbsent), conclusion: alreadyGone},
	{observed: in(observedAbsent), effect: in(effectRejected), conclusion: alreadyGone},
	{observed: in(observedAbsent), conclusion: succeeded},
	{observed: in(observedUnknown, observedNotYet), conclusion: unverified},
	{response: in(respConflict, respRepositoryMissing, respFailed), conclusion: failed},
	{observed: in(observedMatch), conclusion: stillShown},
	{conclusion: otherSpelling},
}

// in returns the values of a column.
func in[T any](values ...T) []T { return values }

// matches reports whether a column has the value. An empty column has any.
func matches[T comparable](column []T, value T) bool {
	return len(column) == 0 || slices.Contains(column, value)
}

func decideUpdate(e effect, r responseClass, o observed) conclusion {
	return firstMatch(updateRules, e, r, o)
}

func decideDelete(e effect, r responseClass, o observed) conclusion {
	return firstMatch(deleteRules, e, r, o)
}

// mayStillAppear reports whether the share of a create that does not show may
// still appear: the service says that it exists, or may still be carrying out an
// attempt.
func mayStillAppear(e effect, r responseClass) bool {
	return e == effectMayApplyLater || r == respSuccess || r == respConflict
}

func firstMatch(rules []writeRule, e effect, r responseClass, o observed) conclusion {
	for _, rule := range rules {
		if matches(rule.effect, e) && matches(rule.response, r) && matches(rule.observed, o) {
			return rule.conclusion
		}
	}
	return unverified
}

// toError returns the error of a write. cause is that of the call itself, nil if it
// succeeded; unverifiedText introduces that of the lookup.
func (c conclusion) toError(cause error, o observation, unverifiedText string) error {
	switch c {
	case succeeded, otherSpelling:
		return nil
	case alreadyGone:
		return o.err
	case unverified:
		return joinLine(cause, fmt.Errorf("%s: %w", unverifiedText, o.err))
	case notShown:
		return &Error{Kind: KindInvalidResponse, Err: errors.New(
			"the service accepted the share, but did not show it before the operation timed out")}
	case mayAppear:
		return fmt.Errorf("%w; the share does not show, but may still appear", cause)
	case mayBeOwn:
		return &Error{Kind: KindConflict, Err: fmt.Errorf(
			"the share exists; this run may have made it, since the response to one of its requests was lost, "+
				"but that is not certain enough to manage it: %w", cause)}
	case notApplied:
		return &Error{Kind: KindInvalidResponse, Err: fmt.Errorf(
			"the service accepted the request, but now has permit %q, deadline %q and description %q",
			httpsafe.Printable(o.share.Permit), httpsafe.Printable(o.share.Deadline), httpsafe.Printable(o.share.Description))}
	case stillShown:
		return joinLine(cause, &Error{Kind: KindInvalidResponse, Err: errors.New(
			"the service still shows the share, so access may not have ended")})
	}
	return cause
}

// joinLine is like [errors.Join], but keeps the text on one line.
func joinLine(first, second error) error {
	if first == nil {
		return second
	}
	return fmt.Errorf("%w; %w", first, second)
}
