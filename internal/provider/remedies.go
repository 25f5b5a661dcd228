package provider

import (
	"context"
	"crypto/tls"
	"errors"
	"strconv"
	"strings"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/config"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// Kinds of error that package swr has no kind for.
const (
	// kindContradiction: a repository whose shares are listed does not exist.
	kindContradiction        swr.Kind = "contradiction"
	kindRepositoryGone       swr.Kind = "repository gone"
	kindShareGone            swr.Kind = "share gone"
	kindUntrustedCertificate swr.Kind = "untrusted certificate"
	kindCanceled             swr.Kind = "canceled"
	// kindUndecodable: a response whose body is not that of the API, such as a page.
	kindUndecodable swr.Kind = "undecodable response"
	// kindForbiddenPage: a 403 whose body is not that of the API, such as the page of
	// a proxy.
	kindForbiddenPage swr.Kind = "forbidden page"
	// The kinds of a refused credential; see refusedBecause.
	kindKeyLocked       swr.Kind = "access key locked"
	kindCredentialEnded swr.Kind = "credential ended"
	kindForeignToken    swr.Kind = "token of another environment"
	kindClockOff        swr.Kind = "clock off"
)

// kindPrecedence orders the kinds: of an error that is of several kinds, such as
// a failed write that could not be verified either, the first one counts.
var kindPrecedence = []swr.Kind{
	swr.KindNotYet, kindContradiction, kindRepositoryGone, kindShareGone, kindUntrustedCertificate,
	swr.KindAmbiguousAccount, swr.KindOtherName,
	swr.KindConflict, swr.KindDeleteFailed, swr.KindOtherEndpoint, swr.KindNamespaceMissing, swr.KindRepositoryMissing,
	swr.KindAccountUnknown, swr.KindNoRoute, swr.KindOtherAccount,
	kindKeyLocked, kindCredentialEnded, kindForeignToken, kindClockOff, swr.KindUnauthorized, swr.KindSignIn,
	kindForbiddenPage, swr.KindForbidden,
	swr.KindRedirect, swr.KindListingIncomplete, swr.KindThrottled, kindCanceled, swr.KindNetwork,
	swr.KindUnavailable, swr.KindInvalid, kindUndecodable, swr.KindInvalidResponse, swr.KindUnexpectedSuccess,
	swr.KindShareMissing, swr.KindOther,
}

// kindOf returns the kind of an error, KindOther for any that is not the API's.
func kindOf(err error) swr.Kind {
	for _, kind := range kindPrecedence {
		if isKind(err, kind) {
			return kind
		}
	}
	return swr.KindOther
}

func isKind(err error, kind swr.Kind) bool {
	switch kind {
	case kindContradiction:
		return errors.Is(err, swr.KindInvalidResponse) && errors.Is(err, swr.KindRepositoryMissing)
	case kindRepositoryGone, kindShareGone:
		gone, ok := errors.AsType[*swr.Gone](err)
		return ok && gone.Repository == (kind == kindRepositoryGone)
	case kindUntrustedCertificate:
		_, ok := errors.AsType[*tls.CertificateVerificationError](err)
		return ok
	case kindCanceled:
		return errors.Is(err, context.Canceled)
	case kindUndecodable:
		apiErr, ok := errors.AsType[*swr.Error](err)
		return ok && apiErr.Kind == swr.KindInvalidResponse && apiErr.Excerpt != ""
	case kindForbiddenPage:
		apiErr, ok := errors.AsType[*swr.Error](err)
		return ok && apiErr.Kind == swr.KindForbidden && apiErr.Excerpt != ""
	case kindKeyLocked, kindCredentialEnded, kindForeignToken:
		return refusedBecause(err) == kind
	case kindClockOff:
		_, ok := errors.AsType[*clockError](err)
		return ok
	}
	return errors.Is(err, kind)
}

// opAny is any operation that has no remedy of its own.
var opAny = operation{}

// remedies says what to do about a kind of error: in an operation that has an
// entry of its own, or else in any. An empty text is deliberate: the service's
// own message is all there is to say.
//
// Placeholders: {endpoint} and {connection} describe the provider's
// configuration, {namespace}, {repository} and {account} quote the names,
// {import}, {removed} and {moved} are blocks for the configuration. {state} and {forget}
// are empty for an operation that keeps no state.
var remedies = map[swr.Kind]map[operation]string{
	kindContradiction: {opAny: contradictionRemedy, opVerifyShare: taintedRemedy},
	kindRepositoryGone: {
		opAny:         "Check the name of the repository and the endpoint: {endpoint}.",
		opImportShare: "Check the ID, which has the form namespace/repository/access_domain, and the endpoint: {endpoint}.",
	},
	kindShareGone: {
		opAny: "Check the three names and the endpoint: {endpoint}. " +
			"The data source swr_repository_shares lists the accounts of a repository.",
		opImportShare: "Check the ID, which has the form namespace/repository/access_domain, and the endpoint: {endpoint}.",
		opUpdateShare: "The share existed before. Plan again to see the current state.",
	},
	kindUntrustedCertificate: {
		opAny: "The server's certificate is not trusted. If it was issued by a private certificate authority, " +
			"or by that of a proxy, set cacert_file (OS_CACERT) to the file with the authority's certificate.",
	},
	swr.KindNotYet: {
		opAny: "{state}The share may still appear and grant access. Try again later.",
	},
	swr.KindConflict: {
		opAny: conflictRemedy + "{import}",
		// Terraform does not tell the provider that it replaces a resource, or in
		// which order.
		opCreateShare: conflictRemedy +
			"\n\nIf the plan replaces this resource, the share in its own state is in the way: create_before_destroy can't work " +
			"for a share, which can't be created while it exists. Remove create_before_destroy from this resource, " +
			"and from each resource that refers to it, since Terraform applies it to this one too." +
			"\n\nIf a resource, or its key in for_each or count, was renamed, use a moved block instead, " +
			"which does not interrupt access:\n\n{moved}" +
			"\n\nIf an earlier apply was interrupted while it created this share, its request has been carried out since: " +
			"import the share." +
			"\n\nIf the share is in no state: {import}",
	},
	swr.KindAmbiguousAccount: {
		opAny: "{state}If it is the same account, write its name as the service does. To keep its access meanwhile, remove the share " +
			"from the state, without deleting it, with a removed block, and import it with that spelling:\n\n{removed}\n\n" +
			"If it is another account, the removed block alone is enough: the share no longer exists.",
	},
	swr.KindOtherName: {
		opAny: "{state}Write the name of the account as the service does. To keep its access meanwhile, remove the share " +
			"from the state, without deleting it, with a removed block, and import it with that name:\n\n{removed}",
	},
	swr.KindDeleteFailed: {
		opAny: "The share is in the state under its old address, and may still grant access. Plan again to see the current state.",
	},
	swr.KindOtherEndpoint: {
		opAny: "{state}The share that was last seen may still grant access at the other endpoint. " +
			"Check the endpoint and the region of the provider, and set the endpoint back to manage that share. " +
			"To manage the share at this endpoint instead, first remove the other one from the state, " +
			"without deleting it, with a removed block:\n\n{removed}\n\nThen apply, and remove that block. {import}",
	},
	swr.KindNamespaceMissing: {
		opAny: "The organization {namespace} does not exist for this account at this endpoint. " +
			"Check its name, the region and the account. {state}{connection}{forget}",
	},
	swr.KindRepositoryMissing: {
		opAny: "The repository {repository} does not exist. Push an image to it first, or correct its name.",
		// A delete is an error only if the share may still exist.
		opDeleteShare: contradictionRemedy,
		opRevokeShare: contradictionRemedy,
	},
	swr.KindAccountUnknown: {
		opAny: "The account {account} does not exist. Ask your partner for its exact name, " +
			"shown as \"account name\" (not user name) in their console.",
	},
	swr.KindNoRoute: {
		opAny: "The server does not implement this API path, so the endpoint, {endpoint}, is probably not " +
			"the SWR API base URL, which looks like https://swr-api.eu-de.otc.t-systems.com. {state}",
		opUpdateShare: "This service does not support updating a share in place. To replace the share, run\n\n" +
			"  terraform apply -replace=ADDRESS\n\nwith the address of the resource. " +
			"The account has no access until the share is created again. " +
			"If other requests fail like this too, the endpoint of the provider is probably not the SWR API base URL. {state}",
		opListRepositories: "Either this service does not support listing repositories, " +
			"and each repository has to be named explicitly, or the endpoint, {endpoint}, is not the SWR API base URL.",
		opListSharedRepositories: "Either this service does not support listing shared repositories, " +
			"and each repository has to be named explicitly, or the endpoint, {endpoint}, is not the SWR API base URL.",
	},
	swr.KindOtherAccount: {
		opAny: "The organization {namespace}, or its repository, belongs to another account. Organization names are unique " +
			"across all accounts of a region, so a mistyped name is often somebody else's. " +
			"Check the names, and that the endpoint is that of the right region: {endpoint}. {state}",
	},
	kindKeyLocked: {
		opAny: "The access key is locked for five minutes, because more than five wrong signatures in a row were sent with it. " +
			"Until then the right secret key is refused too. Wait five minutes, and check the secret key before the next attempt. " +
			"{state}{connection}",
	},
	kindCredentialEnded: {
		opAny: "The access key or token has ended or was deleted. The provider can renew only a token that it requests itself, " +
			"with a login. Get a new one, and plan again: what was created before is in the state. {state}{connection}",
	},
	kindForeignToken: {
		opAny: "The service can't decrypt the token: it was issued by another cloud or region. " +
			"Check that the token and the endpoint belong together. {state}{connection}",
	},
	kindClockOff: {
		opAny: "The clock of this computer is {clock} that of the service, and a signature is valid for 15 minutes only. " +
			"Set the clock, and plan again. {state}{connection}",
	},
	swr.KindUnauthorized: {
		opAny: "Check that the credential is valid for this endpoint and has not expired. {signature}{connection}",
	},
	swr.KindSignIn: {opAny: "{connection}"},
	swr.KindForbidden: {
		opAny: "The credential lacks permission to manage the organization in SWR. {connection}",
	},
	kindForbiddenPage: {
		opAny: "The response is a page and not an error of SWR: a proxy or a firewall probably does not allow the request. " +
			"{state}Check the proxy and the endpoint: {endpoint}. Otherwise the credential lacks permission to manage the " +
			"organization in SWR. {connection}",
	},
	swr.KindRedirect: {
		opAny: "Redirects are not followed, because they may lead to a login page. Check the endpoint: {endpoint}.",
	},
	swr.KindListingIncomplete: {
		opAny:          "Whether the share exists is not known. {state}",
		opRevokeShares: "Nothing was revoked. {state}",
	},
	swr.KindThrottled: {
		opAny: "Requests were rate-limited until the operation timed out. " +
			"Try again later, with a lower -parallelism, or with longer timeouts.",
	},
	kindCanceled: {opAny: "Plan again to see the current state."},
	swr.KindNetwork: {
		opAny: "Check the network, the proxy and the endpoint: {endpoint}. Then plan again.",
	},
	swr.KindUnavailable: {
		opAny: "SWR, or a proxy in front of it, is unavailable. Plan again later to see the current state. " +
			"The endpoint is {endpoint}.",
	},
	kindUndecodable: {
		opAny: "The response is not that of the SWR API. {state}" +
			"Check that no other server or proxy responds at the endpoint, {endpoint}.",
		opVerifyShare: taintedRemedy,
	},
	swr.KindInvalidResponse:   {opAny: "", opVerifyShare: taintedRemedy},
	swr.KindOther:             {opAny: "", opVerifyShare: taintedRemedy},
	swr.KindInvalid:           {opAny: ""},
	swr.KindUnexpectedSuccess: {opAny: ""},
	swr.KindShareMissing:      {opAny: ""},
}

const conflictRemedy = "The repository is already shared with this account. Existing shares are not adopted automatically. "

const contradictionRemedy = "The responses of the service contradict each other, " +
	"so whether the repository {repository} and its share exist is not known. {state}Plan again later to see the current state."

// taintedRemedy is for a share that may be there, but not as it was planned.
const taintedRemedy = "The share was saved to the state and marked as tainted, so that it is not lost. " +
	"The next plan reads it and proposes to replace it. If the share is as configured, " +
	"run terraform untaint to keep it without interrupting access."

// remedy returns what to do about an error of the kind, "" if nothing.
func remedy(op operation, kind swr.Kind) string {
	if text, ok := remedies[kind][op]; ok {
		return text
	}
	return remedies[kind][opAny]
}

// remedy returns what to do about an error, with the placeholders filled in.
func (s *session) remedy(op operation, key swr.Key, err error) string {
	state, forget := "", ""
	if op.keeps != "" {
		state = "The state was not changed. "
		forget = "\n\nIf the organization was deleted, remove the resource from the state with a removed block:\n\n" +
			removedBlock(op.keeps)
	}
	err = s.explainRefusal(err)
	clock, signature := "", ""
	if off, ok := errors.AsType[*clockError](err); ok {
		clock = off.String()
	}
	if s.config.Credential.Method == config.MethodKeyPair {
		signature = "After this response no further request of this run is signed, because more than five wrong signatures " +
			"in a row lock an access key for five minutes. "
	}
	filled := strings.NewReplacer(
		"{clock}", clock,
		"{signature}", signature,
		"{endpoint}", s.endpoint(),
		"{connection}", s.config.Describe(),
		"{namespace}", strconv.Quote(key.Namespace),
		"{repository}", strconv.Quote(key.Repo().String()),
		"{account}", strconv.Quote(key.AccessDomain),
		"{import}", importRemedy(key),
		"{removed}", removedBlock(typeShare),
		"{moved}", movedBlock,
		"{state}", state,
		"{forget}", forget,
	).Replace(remedy(op, kindOf(err)))
	return strings.TrimRight(filled, " ")
}
