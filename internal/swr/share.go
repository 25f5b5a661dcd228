package swr

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
	"unique"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// Share is one account's access to one repository, as the service returns it.
type Share struct {
	Namespace    string `json:"namespace"`
	Repository   string `json:"repository"`
	AccessDomain string `json:"access_domain"` // in the service's spelling
	Permit       string `json:"permit"`
	Deadline     string `json:"deadline"` // in the service's format; see [Share.End]
	Description  string `json:"description"`
	CreatorID    string `json:"creator_id"`
	CreatorName  string `json:"creator_name"`
	Created      string `json:"created"` // RFC 3339, with 0 to 9 digits of fraction
	Updated      string `json:"updated"` // likewise
	Status       *bool  `json:"status"`  // true: valid, false: expired, nil: not returned
}

// Key returns the share's names.
func (s Share) Key() Key {
	return Key{Namespace: s.Namespace, Repository: s.Repository, AccessDomain: s.AccessDomain}
}

// equal reports whether two records of a share say the same.
func (s Share) equal(other Share) bool {
	sameStatus := s.Status == other.Status || s.Status != nil && other.Status != nil && *s.Status == *other.Status
	s.Status, other.Status = nil, nil
	return sameStatus && s == other
}

// End parses the deadline. The error names the share, since a listing has many.
func (s Share) End() (Deadline, error) {
	end, err := parseAPIDeadline(s.Deadline)
	if err != nil {
		return Deadline{}, fmt.Errorf("invalid response for share %s: %s", httpsafe.Printable(s.Key().String()), httpsafe.Printable(err.Error()))
	}
	return end, nil
}

// createdAt parses the time of creation. ok is false if the service did not
// return one.
func (s Share) createdAt() (at time.Time, ok bool) { return parseTime(s.Created) }

// parseTime parses a time as the service returns it. ok is false if it is none.
func parseTime(text string) (at time.Time, ok bool) {
	at, err := time.Parse(time.RFC3339Nano, text)
	return at, err == nil
}

// differentTimes reports whether both are times, and not the same instant.
func differentTimes(a, b string) bool {
	first, firstOK := parseTime(a)
	second, secondOK := parseTime(b)
	return firstOK && secondOK && !first.Equal(second)
}

// ShareSpec is what a share grants, which can be changed.
type ShareSpec struct {
	Permit      string
	Deadline    Deadline
	Description string
}

// Matches reports whether the service's share grants what the spec says.
func (spec ShareSpec) Matches(s Share) bool {
	end, err := parseAPIDeadline(s.Deadline)
	return err == nil && end.SameDay(spec.Deadline) && s.Permit == spec.Permit && s.Description == spec.Description
}

// checkShare returns a share that was decoded, or an error if it is not one of the
// repository: a service that returns another repository's shares can't be trusted.
func checkShare(s Share, repo Repository) (Share, error) {
	if s.AccessDomain == "" {
		return Share{}, errors.New("a share without an access_domain")
	}
	s.Repository = repositoryFromAPI(s.Repository)
	if s.Key().Repo() != repo {
		return Share{}, fmt.Errorf("a share of %q instead of %q", s.Key().Repo(), repo)
	}
	// Equal texts share their memory: a refresh keeps thousands of shares.
	s.Namespace, s.Repository = repo.Namespace, repo.Name
	for _, field := range []*string{&s.Permit, &s.Deadline, &s.CreatorID, &s.CreatorName, &s.Created, &s.Updated} {
		*field = unique.Make(*field).Value()
	}
	return s, nil
}

// decodeList decodes the body of a listing, a bare array; null is an empty one.
func decodeList(body []byte, repo Repository) ([]Share, error) {
	byAccount := map[string]Share{}
	return decodeArray(body, func(share Share) (Share, error) {
		share, err := checkShare(share, repo)
		if err != nil {
			return Share{}, err
		}
		if other, repeated := byAccount[share.AccessDomain]; repeated && !share.equal(other) {
			return Share{}, fmt.Errorf("another record of the share with %q, which contradicts the first", share.AccessDomain)
		}
		byAccount[share.AccessDomain] = share
		return share, nil
	})
}

// decodeGet decodes the response to a request for one share. Absence is
// "exist": false and nothing that contradicts it, such as an error or the names
// of another share.
func decodeGet(body []byte, key Key) (share Share, exists bool, err error) {
	var element *struct {
		Share

		Exist *bool `json:"exist"`
	}
	if err := decodeJSON(body, &element); err != nil {
		return Share{}, false, err
	}
	if element == nil {
		return Share{}, false, errors.New("null instead of a share")
	}
	if _, isError := httpsafe.ParseErrorBody(http.StatusOK, body); isError {
		return Share{}, false, errors.New("an error instead of a share")
	}
	absent := element.Exist != nil && !*element.Exist
	if absent && element.Key() == (Key{}) {
		return Share{}, false, nil
	}
	share, err = checkShare(element.Share, key.Repo())
	// The service itself says that a spelling names this account.
	if err == nil && !MayBeSameAccount(share.AccessDomain, key.AccessDomain) {
		err = &otherNameError{asked: key.AccessDomain, returned: share.AccessDomain}
	}
	if absent || err != nil {
		return Share{}, false, err
	}
	return share, true, nil
}

// otherNameError is the error of a share that the service returns with another
// account than the one that it was asked for.
type otherNameError struct{ asked, returned string }

func (e *otherNameError) Error() string {
	return fmt.Sprintf("the share with %q instead of %q, which may be an ID or an older name of that account", e.returned, e.asked)
}

const (
	// maxElements is how many elements a list may have in one response.
	maxElements = 10_000
	// maxElementSize is how large one of them may be, in bytes. A description has at
	// most 1000 characters; those of repositories are longer.
	maxElementSize = 256 << 10
)

// decodeArray decodes a JSON array and converts its elements; null is an empty
// one. It decodes one element after the other, so that a small body can't become
// a large list of invalid ones.
func decodeArray[E, T any](body []byte, convert func(E) (T, error)) ([]T, error) {
	if text := bytes.TrimSpace(body); len(text) == 0 || text[0] != '[' {
		var elements []E
		return nil, decodeJSON(body, &elements)
	}
	elements := &elementReader{body: body, limit: maxElementSize}
	decoder := json.NewDecoder(elements)
	if _, err := decoder.Token(); err != nil {
		return nil, invalidJSON(err)
	}
	var converted []T
	for i := 0; decoder.More(); i++ {
		if i == maxElements {
			return nil, fmt.Errorf("the list has more than %d elements", maxElements)
		}
		var element *E
		err := decoder.Decode(&element)
		if errors.Is(err, errElementTooLarge) {
			return nil, fmt.Errorf("element %d of the list is larger than %d KiB", i, maxElementSize>>10)
		}
		if err != nil {
			return nil, invalidJSON(err)
		}
		elements.limit = int(decoder.InputOffset()) + maxElementSize
		if element == nil {
			return nil, fmt.Errorf("element %d of the list is null", i)
		}
		item, err := convert(*element)
		if err != nil {
			return nil, fmt.Errorf("element %d of the list is %w", i, err)
		}
		converted = append(converted, item)
	}
	if _, err := decoder.Token(); err != nil {
		return nil, invalidJSON(err)
	}
	if rest := bytes.Trim(body[decoder.InputOffset():], " \t\r\n"); len(rest) > 0 { // the white space of JSON
		return nil, invalidJSON(errors.New("more than one value"))
	}
	return converted, nil
}

// elementReader reads a body for a decoder, which would otherwise keep a copy of a
// large element before anybody knows its size.
type elementReader struct {
	body  []byte
	read  int
	limit int // where the current element must have ended
}

var errElementTooLarge = errors.New("the element is too large")

func (r *elementReader) Read(p []byte) (int, error) {
	rest := r.body[r.read:]
	if len(rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, rest[:min(len(rest), max(r.limit-r.read, 0))])
	if n == 0 && len(p) > 0 {
		return 0, errElementTooLarge
	}
	r.read += n
	return n, nil
}

func invalidJSON(err error) error {
	return fmt.Errorf("the response is not the documented JSON: %w", err)
}

// decodeJSON decodes a body that is one JSON value and nothing more.
func decodeJSON(body []byte, into any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return errors.New("the response is empty")
	}
	if err := json.Unmarshal(body, into); err != nil {
		return invalidJSON(err)
	}
	return nil
}

// checkEmptyBody checks the body of a write's success, which is documented as
// empty; {} is seen too. Anything else does not prove that the write was done.
func checkEmptyBody(resp response) error {
	if body := bytes.TrimSpace(resp.body); len(body) > 0 && string(body) != "{}" {
		return errors.New("the response to a write should be empty")
	}
	return nil
}

// createBody is the body of a create, in the document's order.
type createBody struct {
	AccessDomain string `json:"access_domain"`
	updateBody
}

// updateBody is the body of an update. The description is always sent: an update
// without it clears it.
type updateBody struct {
	Permit      string `json:"permit"`
	Deadline    string `json:"deadline"`
	Description string `json:"description"`
}

func (spec ShareSpec) body() updateBody {
	return updateBody{Permit: spec.Permit, Deadline: spec.Deadline.apiFormat(), Description: spec.Description}
}

// encodeBody encodes a body as the service is known to accept it: text as it is,
// without the escapes for HTML.
func encodeBody(body any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		panic(err) // a struct of strings can't fail
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
