package provider

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// doing is what was being done when an error occurred, and to which share: "read
// the share" and its names. A repository's listing has no account, and a listing
// of repositories at most a namespace.
type doing struct {
	what string
	key  swr.Key
	kept string // the type of the resource whose state is kept, "" where none is at stake
}

// The types of the resources.
const (
	typeShare = "swr_repository_share"
	typeGuard = "swr_repository_shares_exclusive"
)

func (d doing) keeping(resourceType string) doing {
	d.kept = resourceType
	return d
}

func listingShares(of swr.Repository) doing {
	return doing{what: "list the shares of", key: swr.Key{Namespace: of.Namespace, Repository: of.Name}}
}

func listingShared(namespace string) doing {
	return doing{what: listShared, key: swr.Key{Namespace: namespace}}
}

const listShared = "list the shared repositories of"

func (d doing) object() string {
	switch {
	case d.key == swr.Key{}:
		return "all organizations"
	case d.key.Repository == "":
		return d.key.Namespace
	case d.key.AccessDomain == "":
		return d.key.Repo().String()
	}
	return d.key.String()
}

// addError puts an error of the API into words: what was being done to which
// share, what the service answered, and what to do next. All errors of package
// swr come through here.
func (s *session) addError(diags *diag.Diagnostics, at doing, err error) {
	detail := sentence(err.Error())
	if hint := s.hint(at, err); hint != "" {
		detail += "\n\n" + hint
	}
	diags.AddError(fmt.Sprintf("Could not %s %s", at.what, httpsafe.Printable(at.object())), detail)
}

// hint says what to do next.
func (s *session) hint(at doing, err error) string {
	if gone, ok := errors.AsType[*swr.Gone](err); ok {
		if gone.Repository {
			return fmt.Sprintf("Check the repository's name, and the endpoint: it is %s.", s.endpoint())
		}
		if at.kept != "" {
			return "It was there before. Plan again to see what is there now."
		}
		return fmt.Sprintf("Check the three names, and the endpoint: it is %s. The data source swr_repository_shares lists the accounts of a repository.", s.endpoint())
	}
	if _, distrusted := errors.AsType[*tls.CertificateVerificationError](err); distrusted {
		return "The server's certificate is not trusted. If it was issued by an authority of your own, or by a proxy's, " +
			"name the file with that authority's certificate in cacert_file (OS_CACERT)."
	}
	switch {
	case at.what == confirming:
		return "It was put into the state, marked as tainted, so that it is not forgotten. " + untaintHint
	case errors.Is(err, swr.KindConflict):
		return "The repository is shared with this account already. A share that exists is never taken over in silence. " + importHint(at.key)
	case errors.Is(err, swr.KindOtherEndpoint):
		return "Nothing was changed, and the state was kept: a share that is missing at another endpoint still grants access at the one that it was made at. " +
			"Check endpoint and region of the provider. If the share is really to be forgotten, use a removed block:\n\n" + removedBlock(typeShare)
	case errors.Is(err, swr.KindNamespaceMissing):
		hint := fmt.Sprintf("The organization %q does not exist for this account at this endpoint, most likely since region or account are not the right ones. ", at.key.Namespace)
		if at.kept == "" {
			return hint + s.config.Describe()
		}
		return hint + "The state was kept. " + s.config.Describe() + "\n\nIf the organization was really deleted, use a removed block:\n\n" + removedBlock(at.kept)
	case errors.Is(err, swr.KindRepositoryMissing):
		return fmt.Sprintf("The repository %q does not exist: push an image to it first, or correct its name.", at.key.Repo().String())
	case errors.Is(err, swr.KindAccountUnknown):
		return fmt.Sprintf("There is no account %q: ask your partner for its exact name, which they see as \"account name\" (not user name) in their console.",
			at.key.AccessDomain)
	case errors.Is(err, swr.KindNoRoute) && at.what == "change the share":
		return "This service offers no way to change a share in place. To revoke it and share anew, run\n\n" +
			"  terraform apply -replace=ADDRESS\n\nwith the address of the resource. Between the two the account has no access. " +
			"If other calls are answered like this too, the provider's endpoint is not that of the SWR API."
	case errors.Is(err, swr.KindNoRoute) && at.what == listShared:
		return fmt.Sprintf("Either this service can't list what is shared, and its repositories have to be named one by one, "+
			"or the endpoint, %s, is not the base URL of the SWR API.", s.endpoint())
	case errors.Is(err, swr.KindNoRoute):
		hint := "The server has no such route, which says nothing about the share"
		if at.kept != "" {
			hint += "; the state was kept"
		}
		return fmt.Sprintf("%s. The endpoint, %s, is most likely not the base URL of the SWR API, which looks like https://swr-api.eu-de.otc.t-systems.com. Correct it.",
			hint, s.endpoint())
	case errors.Is(err, swr.KindUnauthorized), errors.Is(err, swr.KindSignIn):
		return s.config.Describe()
	case errors.Is(err, swr.KindForbidden):
		return "The credential may not do this: it needs permission to manage the organization in SWR. " + s.config.Describe()
	case errors.Is(err, swr.KindRedirect):
		return fmt.Sprintf("A redirect is never followed: it may lead to a login page. Check the endpoint: it is %s.", s.endpoint())
	case errors.Is(err, swr.KindListingIncomplete):
		if at.kept == "" {
			return "Nothing can be concluded about the share."
		}
		return "Nothing can be concluded about the share, so the state was kept."
	case errors.Is(err, swr.KindThrottled):
		return "The service throttled until the operation's time was over. Try again later, with a lower -parallelism, or with longer timeouts."
	case errors.Is(err, context.Canceled):
		return "Plan again to see what is there."
	case errors.Is(err, swr.KindNetwork):
		return fmt.Sprintf("Check the network, the proxy and the endpoint: it is %s. Then plan again.", s.endpoint())
	case errors.Is(err, swr.KindUnavailable):
		return fmt.Sprintf("The service is out of order, or a proxy before it. Plan again later, to see what is there. The endpoint is %s.", s.endpoint())
	}
	return ""
}

// endpoint names the endpoint and where it came from.
func (s *session) endpoint() string {
	return fmt.Sprintf("%s, from %s", s.client.Endpoint(), s.config.EndpointSource)
}

// importHint says how to take a share over.
func importHint(key swr.Key) string {
	return "To manage it here, import it, with the address of your resource after \"to\":\n\n" + importBlock(key)
}

func importBlock(key swr.Key) string {
	return fmt.Sprintf("  import {\n    to = %s.NAME\n    id = %q\n  }", typeShare, key.String())
}

// removedBlock lets Terraform forget a resource of the type.
func removedBlock(resourceType string) string {
	return "  removed {\n    from = " + resourceType + ".NAME\n    lifecycle {\n      destroy = false\n    }\n  }"
}

// confirming is what is being done once the service has accepted a share.
const confirming = "confirm the share"

const untaintHint = "The next plan will find out whether it is there, and will want to replace it: if it is as it should be, " +
	"run terraform untaint to keep it without an interruption."

// addUnconfirmed tells of a share that the service accepted, but that could not
// be read back. It is in the state; only what the service would have told of it
// is missing, until the next refresh. A share that never showed is an error: it
// may not exist.
func (s *session) addUnconfirmed(diags *diag.Diagnostics, key swr.Key, err error) {
	if errors.Is(err, swr.KindInvalidResponse) {
		s.addError(diags, doing{what: confirming, key: key}, err)
		return
	}
	diags.AddWarning(fmt.Sprintf("The share %s was made, but could not be read back", key),
		sentence(err.Error())+"\n\nIt is in the state. The next plan will read the rest.")
}

// addDoubtful tells of a share that may or may not have been made.
func (s *session) addDoubtful(diags *diag.Diagnostics, key swr.Key, err error) {
	detail := sentence(err.Error()) + "\n\nThe share may exist. It was put into the state, marked as tainted, so that it is not forgotten. " + untaintHint
	diags.AddError(fmt.Sprintf("It is not known whether the share %s was made", key), detail)
}

// warnIfRepositoryGone tells that a share went with its whole repository.
func warnIfRepositoryGone(diags *diag.Diagnostics, gone *swr.Gone) {
	if gone.Repository {
		diags.AddWarning(fmt.Sprintf("The share %s is gone with its repository", gone.Key),
			fmt.Sprintf("The service says that the repository %q does not exist.", gone.Key.Repo().String()))
	}
}

// addNothingToImport tells that an id names no share.
func addNothingToImport(diags *diag.Diagnostics, gone *swr.Gone, s *session) {
	diags.AddError(fmt.Sprintf("There is no share %s to import", gone.Key), sentence(gone.Error())+
		fmt.Sprintf(" Check the id, which is namespace/repository/access_domain, and the endpoint, which is %s.", s.client.Endpoint()))
}

// sentence makes a sentence of an error's text.
func sentence(text string) string {
	if text == "" || strings.HasSuffix(text, ".") {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
