package provider

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// The types of the resources.
const (
	typeShare     = "swr_repository_share"
	typeExclusive = "swr_repository_shares_exclusive"
)

// operation is what the provider was doing when an error occurred, in the words
// of a message. An error leaves the state of the resource type that it keeps, if
// any, unchanged.
type operation struct{ verb, noun, keeps string }

var (
	opCreateShare            = operation{"create", "share", ""}
	opVerifyShare            = operation{"verify", "share", ""}
	opReadShare              = operation{"read", "share", typeShare}
	opImportShare            = operation{"import", "share", ""}
	opLookUpShare            = operation{"read", "share", ""}
	opUpdateShare            = operation{"update", "share", typeShare}
	opDeleteShare            = operation{"delete", "share", typeShare}
	opListShares             = operation{"list", "shares of", ""}
	opListRepositories       = operation{"list", "repositories of", ""}
	opListSharedRepositories = operation{"list", "shared repositories of", ""}
	opReadExclusive          = operation{"list", "shares of", typeExclusive}
	opRevokeShare            = operation{"revoke", "share", typeExclusive}
	opRevokeShares           = operation{"revoke", "shares of", typeExclusive}
	opCheckShares            = operation{"check", "shares of", ""}
)

func (op operation) String() string { return op.verb + " " + op.noun }

// addError adds an error of the API: what failed for which share, what the
// response was, and what to do next. The key of a repository has no account,
// that of a namespace no repository.
func (s *session) addError(diags *diag.Diagnostics, op operation, key swr.Key, err error) {
	diags.AddError(fmt.Sprintf("Unable to %s %s", op, objectName(key)), s.explain(op, key, err, ""))
}

// explain returns the detail of an error of the API: what the response was, what
// follows, and what to do next.
func (s *session) explain(op operation, key swr.Key, err error, consequence string) string {
	detail := sentence(err.Error())
	if consequence != "" {
		detail += " " + consequence
	}
	if remedy := s.remedy(op, key, err); remedy != "" {
		detail += "\n\n" + remedy
	}
	return detail
}

// warnUnlisted warns that a plan could not list the shares of a repository.
func (s *session) warnUnlisted(diags *diag.Diagnostics, repo swr.Repository, err error) {
	key := repositoryKey(repo)
	diags.AddWarning(fmt.Sprintf("Unable to %s %s", opCheckShares, objectName(key)), s.explain(opCheckShares, key, err,
		"Whether the shares that this plan creates exist already is not known. "+
			"If one does, its apply will fail with a conflict."))
}

// objectName returns the name of a share, a repository or a namespace.
func objectName(key swr.Key) string {
	name := key.String()
	switch {
	case key == swr.Key{}:
		return "all organizations"
	case key.Repository == "":
		name = key.Namespace
	case key.AccessDomain == "":
		name = key.Repo().String()
	}
	return httpsafe.Printable(name)
}

func repositoryKey(repo swr.Repository) swr.Key {
	return swr.Key{Namespace: repo.Namespace, Repository: repo.Name}
}

// endpoint returns the endpoint and its source.
func (s *session) endpoint() string {
	return fmt.Sprintf("%s, from %s", s.client.Endpoint(), s.config.EndpointSource)
}

// importRemedy returns how to adopt a share.
func importRemedy(key swr.Key) string {
	return "To manage this share, import it, with the address of your resource in \"to\":\n\n" + importBlock(key)
}

func importBlock(key swr.Key) string {
	return fmt.Sprintf("  import {\n    to = %s.NAME\n    id = %s\n  }", typeShare, hclString(key.String()))
}

// hclString returns the text as a quoted HCL string without templates.
func hclString(text string) string {
	var quoted strings.Builder
	for i, c := range text {
		switch next := text[i:]; {
		case c == '"' || c == '\\':
			quoted.WriteString("\\" + string(c))
		case c == '\n':
			quoted.WriteString("\\n")
		case strings.HasPrefix(next, "${") || strings.HasPrefix(next, "%{"):
			quoted.WriteString(string(c) + string(c))
		case unicode.IsPrint(c):
			quoted.WriteRune(c)
		case c > 0xFFFF:
			fmt.Fprintf(&quoted, "\\U%08X", c)
		default:
			fmt.Fprintf(&quoted, "\\u%04X", c)
		}
	}
	return `"` + quoted.String() + `"`
}

// movedBlock is the block that renames a resource in the state.
const movedBlock = "  moved {\n    from = " + typeShare + ".OLD\n    to   = " + typeShare + ".NEW\n  }"

// removedBlock returns the block that removes a resource from the state only.
func removedBlock(resourceType string) string {
	return "  removed {\n    from = " + resourceType + ".NAME\n    lifecycle {\n      destroy = false\n    }\n  }"
}

// addUnverified reports a share that the service accepted, but that could not be
// read back. It is in the state; the next refresh reads the rest.
func (s *session) addUnverified(diags *diag.Diagnostics, key swr.Key, err error) {
	if errors.Is(err, swr.KindInvalidResponse) || errors.Is(err, swr.KindOtherName) {
		s.addError(diags, opVerifyShare, key, err)
		return
	}
	detail := sentence(err.Error()) + "\n\nThe share was saved to the state. The next plan reads the remaining attributes."
	if errors.Is(err, swr.KindNotYet) {
		diags.AddWarning(fmt.Sprintf("Share %s was created, but does not show yet", objectName(key)), detail)
		return
	}
	diags.AddWarning(fmt.Sprintf("Share %s was created, but could not be read back", objectName(key)), detail)
}

// addUnknown reports a share that may or may not have been created.
func addUnknown(diags *diag.Diagnostics, key swr.Key, err error) {
	diags.AddError(fmt.Sprintf("Share %s may have been created", objectName(key)), sentence(err.Error())+"\n\n"+taintedRemedy)
}

// warnIfRepositoryGone reports that a share was deleted with its repository.
func warnIfRepositoryGone(diags *diag.Diagnostics, gone *swr.Gone) {
	if gone.Repository {
		diags.AddWarning(fmt.Sprintf("Share %s was deleted with its repository", objectName(gone.Key)),
			fmt.Sprintf("The service reports that the repository %s does not exist.", strconv.Quote(gone.Key.Repo().String())))
	}
}

// warnIncomplete warns of a list of shares that is not complete: why, and what
// follows. It does nothing if the list is complete, so that the reason is "".
func warnIncomplete(diags *diag.Diagnostics, key swr.Key, why, consequence string) {
	if why != "" {
		diags.AddWarning(fmt.Sprintf("Incomplete list of shares of %s", objectName(key)), sentence(why)+" "+consequence)
	}
}

// maxUnaddressableNames is how many accounts a warning names.
const maxUnaddressableNames = 20

// warnUnaddressable warns of accounts that no URL can name, so that no request can be
// made for their shares. It does nothing if there are none.
func warnUnaddressable(diags *diag.Diagnostics, key swr.Key, accounts []string) {
	if len(accounts) == 0 {
		return
	}
	var names []string
	for _, account := range accounts[:min(len(accounts), maxUnaddressableNames)] {
		names = append(names, `"`+httpsafe.Printable(escapeAccount(account))+`"`)
	}
	if more := len(accounts) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	diags.AddWarning(fmt.Sprintf("Accounts of %s that can't be managed", objectName(key)), fmt.Sprintf(
		"The service lists shares with %s. A URL can't contain such a name, so this provider can't manage these shares: "+
			"they are in no state, and are not revoked. The accounts may pull the image. "+
			"Revoke them in the SWR console.", enumerate(names, "and")))
}

// sentence makes a sentence of an error's text.
func sentence(text string) string {
	if text == "" || strings.HasSuffix(text, ".") {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// isGone reports whether an error says that a share does not exist.
func isGone(err error) bool { return errors.As(err, new(*swr.Gone)) }
