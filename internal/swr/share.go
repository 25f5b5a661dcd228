package swr

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unique"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// Share is one account's access to one repository, as the service tells it.
type Share struct {
	Namespace    string
	Repository   string
	AccessDomain string // in the service's spelling
	Permit       string
	Deadline     string // in the service's form; see [Share.End]
	Description  string
	CreatorID    string
	CreatorName  string
	Created      string // RFC 3339, with 0 to 9 digits of fraction
	Updated      string // likewise
	Status       *bool  // true: valid, false: expired, nil: not told
}

// Key gives the share's names.
func (s Share) Key() Key {
	return Key{Namespace: s.Namespace, Repository: s.Repository, AccessDomain: s.AccessDomain}
}

// End reads the deadline. The error names the share, since a listing holds many.
func (s Share) End() (Deadline, error) {
	end, err := readDeadline(s.Deadline)
	if err != nil {
		return Deadline{}, fmt.Errorf("the service's answer on %s is not understood: %s", httpsafe.Printable(s.Key().String()), httpsafe.Printable(err.Error()))
	}
	return end, nil
}

// Terms are what a share grants, and can change.
type ShareSpec struct {
	Permit      string
	Deadline    Deadline
	Description string
}

// grantedBy tells whether the service's share grants just these terms.
func (t ShareSpec) Matches(s Share) bool {
	end, err := readDeadline(s.Deadline)
	return err == nil && end.SameDay(t.Deadline) && s.Permit == t.Permit && s.Description == t.Description
}

// wireShare is a share in a JSON body. Pointers tell what is missing.
type wireShare struct {
	Exist        *bool  `json:"exist"`
	Namespace    string `json:"namespace"`
	Repository   string `json:"repository"`
	AccessDomain string `json:"access_domain"`
	Permit       string `json:"permit"`
	Deadline     string `json:"deadline"`
	Description  string `json:"description"`
	CreatorID    string `json:"creator_id"`
	CreatorName  string `json:"creator_name"`
	Created      string `json:"created"`
	Updated      string `json:"updated"`
	Status       *bool  `json:"status"`
}

// share checks that the element is a share of the repository, and gives it. A
// service that tells of another repository's shares is not to be believed.
func (w wireShare) share(of Repository) (Share, error) {
	if strings.TrimSpace(w.AccessDomain) == "" {
		return Share{}, fmt.Errorf("a share without an access_domain")
	}
	if name := repositoryFromWire(w.Repository); w.Namespace != of.Namespace || name != of.Name {
		return Share{}, fmt.Errorf("a share of %q instead of %q", w.Namespace+"/"+name, of.String())
	}
	return Share{
		Namespace: of.Namespace, Repository: of.Name, AccessDomain: w.AccessDomain,
		Permit: once(w.Permit), Deadline: once(w.Deadline), Description: w.Description,
		CreatorID: once(w.CreatorID), CreatorName: once(w.CreatorName), Created: once(w.Created), Updated: once(w.Updated),
		Status: w.Status,
	}, nil
}

// once gives a text that many shares have from the one place in memory that they
// then have in common: thousands of shares are held during a refresh.
func once(text string) string { return unique.Make(text).Value() }

// decodeList reads the body of a listing, a bare array; null is an empty one.
func decodeList(body []byte, of Repository) ([]Share, error) {
	var elements []*wireShare
	if err := decodeJSON(body, &elements); err != nil {
		return nil, err
	}
	shares := make([]Share, 0, len(elements))
	for i, element := range elements {
		if element == nil {
			return nil, fmt.Errorf("element %d of the list is null", i)
		}
		share, err := element.share(of)
		if err != nil {
			return nil, fmt.Errorf("element %d of the list is %w", i, err)
		}
		shares = append(shares, share)
	}
	return shares, nil
}

// decodeShow reads the answer to one share asked for by name. Its absence is
// said by "exist": false and nothing that contradicts it: an error, or the names
// of another share.
func decodeShow(body []byte, key Key) (share Share, exists bool, err error) {
	var element *wireShare
	if err := decodeJSON(body, &element); err != nil {
		return Share{}, false, err
	}
	if element == nil {
		return Share{}, false, fmt.Errorf("null instead of a share")
	}
	if _, isError := httpsafe.ParseErrorBody(http.StatusOK, body); isError {
		return Share{}, false, fmt.Errorf("an error instead of a share")
	}
	absent := element.Exist != nil && !*element.Exist
	if absent && element.Namespace == "" && element.Repository == "" && element.AccessDomain == "" {
		return Share{}, false, nil
	}
	share, err = element.share(key.Repo())
	if err != nil {
		return Share{}, false, err
	}
	if !SameAccount(share.AccessDomain, key.AccessDomain) {
		return Share{}, false, fmt.Errorf("the share with %q instead of %q", share.AccessDomain, key.AccessDomain)
	}
	if absent {
		return Share{}, false, nil
	}
	return share, true, nil
}

// decodeJSON reads a body that holds one JSON value and nothing after it.
func decodeJSON(body []byte, into any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return fmt.Errorf("the answer is empty")
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("the answer is not the documented JSON: %w", err)
	}
	return nil
}

// understood sorts the outcome of decoding the body of a read. What is no JSON
// at all, such as a proxy's page or an answer cut off, may be better next time;
// JSON that makes no sense will not.
func understood(body []byte, err error) *objection {
	if err == nil {
		return nil
	}
	return &objection{kind: KindInvalidResponse, err: err, passing: !json.Valid(body)}
}

// writeUnderstood judges the body of a write's success, which is documented as
// empty; {} is seen too. Anything else does not prove that the write was done.
func writeUnderstood(got answer) *objection {
	body := bytes.TrimSpace(got.body)
	if len(body) == 0 || string(body) == "{}" {
		return nil
	}
	return &objection{
		kind: KindUnexpectedSuccess, passing: !json.Valid(body),
		err: fmt.Errorf("the answer to a write should be empty"),
	}
}

// shareBody is the body of the sharing call. The document's own order.
type shareBody struct {
	AccessDomain string `json:"access_domain"`
	changeBody
}

// changeBody is the body of the changing call. The description is always sent:
// whether leaving it out keeps or clears it is not known.
type changeBody struct {
	Permit      string `json:"permit"`
	Deadline    string `json:"deadline"`
	Description string `json:"description"`
}

func (t ShareSpec) body() changeBody {
	return changeBody{Permit: t.Permit, Deadline: t.Deadline.wire(), Description: t.Description}
}

// encode writes a body as the service is known to take it: text as it is, not
// with the escapes that are for HTML.
func encode(body any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		panic(err) // strings alone can't fail
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// createdAt reads when the share was made; ok is false where that is not told.
func (s Share) createdAt() (at time.Time, ok bool) {
	at, err := time.Parse(time.RFC3339Nano, s.Created)
	return at, err == nil
}
