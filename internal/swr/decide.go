package swr

import (
	"errors"
	"fmt"
	"slices"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// The outcome of a write follows from how far its attempts got (effect), what the
// last response was (responseClass) and what the service has afterwards
// (observation), and for a create also from who made the share (ownership). The
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
	case isGone && mayAppear, errors.Is(err, KindNotYet):
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
	// notShown: the service accepted the share, but it does not show.
	notShown
	// mayAppear: the share does not show, but may still appear.
	mayAppear
	// existedBefore: the share is another client's.
	existedBefore
	// mayBeOwn: a share exists, but it is not certain that this call created it.
	mayBeOwn
	// notApplied: the service has something else than it accepted.
	notApplied
	// stillShown: the share was deleted, but still shows.
	stillShown
	// otherSpelling: the share shows in another spelling, which is to be deleted.
	otherSpelling
)

// situation is all that is known after a write, or of a pending create.
type situation struct {
	effect    effect // the largest of all attempts; of a delete, in all spellings
	response  responseClass
	observed  observed
	ownership ownership
}

// rule is a row of a table. It matches a situation if each of its columns has the
// value of the situation; an empty column has any.
type rule[T any] struct {
	effect    []effect
	response  []responseClass
	observed  []observed
	ownership []ownership
	result    T
}

// in returns the values of a column.
func in[T any](values ...T) []T { return values }

// decide returns the result of the first rule that matches. The last rule of each
// table matches anything.
func decide[T any](rules []rule[T], s situation) T {
	for _, r := range rules[:len(rules)-1] {
		if has(r.effect, s.effect) && has(r.response, s.response) && has(r.observed, s.observed) && has(r.ownership, s.ownership) {
			return r.result
		}
	}
	return rules[len(rules)-1].result
}

func has[T comparable](column []T, value T) bool {
	return len(column) == 0 || slices.Contains(column, value)
}

// createConclusion is how a create ended.
type createConclusion struct {
	outcome    CreateOutcome
	conclusion conclusion
}

var createRules = []rule[createConclusion]{
	{effect: in(effectRejected), result: createConclusion{NotCreated, failed}},

	{response: in(respSuccess), observed: in(observedMatch), result: createConclusion{Created, succeeded}},
	{response: in(respSuccess), observed: in(observedDifferent), result: createConclusion{Created, notApplied}},
	{response: in(respSuccess), observed: in(observedUnknown), result: createConclusion{CreatedUnverified, unverified}},
	{response: in(respSuccess), result: createConclusion{CreatedUnverified, notShown}},

	{observed: in(observedAbsent, observedRepositoryAbsent), result: createConclusion{NotCreated, failed}},
	{observed: in(observedNotYet), result: createConclusion{Unknown, mayAppear}},
	{observed: in(notObserved, observedUnknown), result: createConclusion{Unknown, unverified}},
	{ownership: in(own), result: createConclusion{Created, succeeded}},
	{ownership: in(foreign), result: createConclusion{NotCreated, existedBefore}},
	{result: createConclusion{NotCreated, mayBeOwn}},
}

var updateRules = []rule[conclusion]{
	{effect: in(effectRejected), result: failed},
	{observed: in(observedMatch), result: succeeded},
	{observed: in(observedDifferent), response: in(respSuccess), result: notApplied},
	{observed: in(observedDifferent), result: failed},
	{result: unverified},
}

// A response that the share or its repository is missing proves nothing, and is
// followed by a lookup like a success.
var deleteRules = []rule[conclusion]{
	{observed: in(notObserved), result: failed},
	{observed: in(observedRepositoryAbsent), result: alreadyGone},
	{observed: in(observedAbsent), effect: in(effectRejected), result: alreadyGone},
	{observed: in(observedAbsent), result: succeeded},
	{observed: in(observedUnknown, observedNotYet), result: unverified},
	{response: in(respConflict, respRepositoryMissing, respFailed), result: failed},
	{observed: in(observedMatch), result: stillShown},
	{result: otherSpelling},
}

// mayStillAppear reports whether the share of a create that does not show may
// still appear: the service says that it exists, or may still be carrying out an
// attempt.
func mayStillAppear(e effect, r responseClass) bool {
	return e == effectMayApplyLater || r == respSuccess || r == respConflict
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
		return &Error{Kind: KindNotYet, Err: errors.New(
			"the service accepted the share, but did not show it before the operation ended")}
	case mayAppear:
		return fmt.Errorf("%w; the share does not show, but may still appear", cause)
	case existedBefore:
		return &Error{Kind: KindConflict, Err: fmt.Errorf("the share existed before this run: %w", cause)}
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
