package swrtest

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Error codes (API.md, "Responses that a client must understand").
const (
	codeNoRouteGateway    = "APIGW.0101"
	codeAuthGateway       = "APIGW.0301"
	codeForbiddenGateway  = "APIGW.0302"
	codeThrottled         = "APIGW.0308"
	codeNoRoute           = "SVCSTG.SWR.4040083"
	codeAuth              = "SVCSTG.SWR.4010000"
	codeWrongKey          = "SVCSTG.SWR.4000031"
	codeBadParameter      = "SVCSTG.SWR.4000014"
	codeNoAccount         = "SVCSTG.SWR.4001041"
	codeMissingShare      = "SVCSTG.SWR.4040091"
	codeMissingShare400   = "SVCSTG.SWR.4001090"
	codeMissingNamespace  = "SVCSTG.SWR.4040058"
	codeMissingRepository = "SVCSTG.SWR.4040010"
	codeConflict          = "SVCSTG.SWR.4090089"
	codeBusy              = "SVCSTG.SWR.4090023"

	// CodeOtherAccount and CodeOtherAccount2 are the codes of a 401 for a
	// namespace or a repository of another account.
	CodeOtherAccount  = "SVCSTG.SWR.4011064"
	CodeOtherAccount2 = "SVCSTG.SWR.4011044"
	// CodeMissingPermission is the code of a 404 for the permission on a
	// namespace, which says nothing about a share.
	CodeMissingPermission = "SVCSTG.SWR.4040078"

	// The two codes of a 403 that throttles.
	CodeThrottledForbidden  = "SVCSTG.SWR.4031032"
	CodeThrottledForbidden2 = "SVCSTG.SWR.4031042"
)

const gatewayPrefix = "APIGW."

// messages are the service's texts, by code.
var messages = map[string]string{
	codeNoRouteGateway:      "The API does not exist or has not been published in the environment.",
	codeAuthGateway:         "Incorrect IAM authentication information",
	codeForbiddenGateway:    "The IAM user is not allowed to access the API.",
	codeThrottled:           "The throttling threshold has been reached.",
	codeNoRoute:             "The API does not exist.",
	codeAuth:                "Authentication failed.",
	codeWrongKey:            "The access key is incorrect.",
	codeBadParameter:        "Invalid request parameters.",
	codeNoAccount:           "The account to share with does not exist.",
	codeMissingShare:        "The image has not been shared with the account.",
	codeMissingShare400:     "The sharing account does not exist.",
	codeMissingNamespace:    "The organization does not exist.",
	"SVCSTG.SWR.4041061":    "The organization does not exist.",
	codeMissingRepository:   "The image repository does not exist.",
	"SVCSTG.SWR.4040113":    "The image repository does not exist.",
	codeConflict:            "The image has already been shared with the account.",
	codeBusy:                "The system is busy. Try again later.",
	CodeOtherAccount:        "Cross-account access is not allowed.",
	CodeOtherAccount2:       "Cross-account access is not allowed.",
	CodeMissingPermission:   "The organization permission does not exist.",
	CodeThrottledForbidden:  "Too many requests.",
	CodeThrottledForbidden2: "Too many requests.",
}

// apiError is an error of SWR, of its gateway, or of the IAM (without a code).
type apiError struct {
	status int
	code   string
	detail string
}

func (e apiError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", e.status, e.code, e.detail))
}

func (e apiError) message() string {
	text := fmt.Sprintf("Status %d", e.status)
	return cmp.Or(messages[e.code], cmp.Or(http.StatusText(e.status), text)+".")
}

// The gateway's texts of a 401 (API.md, "Authentication and permission").
const (
	gatewayWrongSignature = "verify aksk signature fail"
	gatewayKeyLocked      = "AK access failed to reach the limit,forbidden"
	gatewayUnknownKey     = "ak not exist"
	gatewayUnknownToken   = "decrypt token fail"
	gatewayNoToken        = "x-auth-token not found"
	gatewayWrongProject   = "project id is invalid"
)

func gatewayTokenExpired(at time.Time) string {
	return "token expires, expires_at: " + at.Format(iamTimeLayout)
}

// unauthorized returns a 401 in the variant's format: the gateway's, with its
// text, or SWR's own, with a detail. The IAM has its own format for tokens; its
// signatures are the gateway's affair.
func (c *call) unauthorized(gatewayText, detail string) error {
	if c.route.op.iam() && c.r.Header.Get(headerAuthorization) == "" {
		return iamError(http.StatusUnauthorized, "The request you have made requires authentication.")
	} else if c.route.op.iam() {
		return gatewayUnauthorized(gatewayText)
	}
	if c.variants.AuthErrors == AuthGateway {
		return gatewayUnauthorized(gatewayText)
	}
	return apiError{http.StatusUnauthorized, codeAuth, detail}
}

func gatewayUnauthorized(text string) error {
	return apiError{http.StatusUnauthorized, codeAuthGateway, text}
}

// errorItem is an error in SWR's own shapes.
type errorItem struct {
	ErrorCode    string `json:"errorCode"`
	ErrorMessage string `json:"errorMessage"`
	Detail       string `json:"detail,omitempty"`
	RequestID    string `json:"request_id,omitempty"`
}

// errorResponse returns the response to a request that failed, in the shape
// that fits its code. An error that is no apiError is a bad request.
func (c *call) errorResponse(err error) response {
	var e apiError
	if !errors.As(err, &e) {
		e = apiError{http.StatusBadRequest, codeBadParameter, err.Error()}
	}
	switch {
	case e.code == "":
		return c.errorResponseAs(ShapeIAM, e)
	case strings.HasPrefix(e.code, gatewayPrefix):
		return c.errorResponseAs(ShapeGateway, e)
	default:
		return c.errorResponseAs(c.variants.ErrorShape, e)
	}
}

// errorResponseAs returns an error in a given shape.
func (c *call) errorResponseAs(shape ErrorShape, e apiError) response {
	id := ""
	if c.variants.RequestID == RequestIDInBody {
		id = c.requestID
	}
	contentType := typeJSON
	var body []byte
	switch shape {
	case ShapeArray:
		body = encodeJSON([]errorItem{{e.code, e.message(), e.detail, id}})
	case ShapeObject:
		body = encodeJSON(errorItem{ErrorCode: e.code, ErrorMessage: e.message(), RequestID: id})
	case ShapeGateway:
		if c.variants.RequestID != RequestIDNowhere {
			id = c.requestID
		}
		message := e.message()
		if e.code == codeAuthGateway && e.detail != "" {
			message += ": " + e.detail
		}
		body = encodeJSON(struct {
			Code      string `json:"error_code"`
			Message   string `json:"error_msg"`
			RequestID string `json:"request_id"`
		}{e.code, message, id})
	case ShapeIAM:
		body = iamErrorBody(e)
	case ShapeHTML:
		contentType, body = typeHTML, htmlPage(e.status)
	case ShapeEmpty:
		contentType = ""
	default:
		body = encodeJSON(map[string][]errorItem{"errors": {{e.code, e.message(), e.detail, id}}})
	}
	switch c.variants.ErrorContentType {
	case "":
	case "-":
		contentType = ""
	default:
		contentType = c.variants.ErrorContentType
	}
	return newResponse(e.status, contentType, body)
}

// iamError returns an error in the IAM's shape; without a message, the usual one.
func iamError(status int, message string) error { return apiError{status: status, detail: message} }

func iamErrorBody(e apiError) []byte {
	message := map[int]string{
		http.StatusBadRequest:   "The request body is invalid.",
		http.StatusUnauthorized: "The username or password is wrong.",
		http.StatusForbidden:    "You are not authorized to perform the requested action.",
	}[e.status]
	if e.code == "" {
		message = cmp.Or(e.detail, message)
	}
	type iamError struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Title   string `json:"title"`
	}
	title := http.StatusText(e.status)
	return encodeJSON(map[string]iamError{"error": {e.status, cmp.Or(message, title), title}})
}

// htmlPage returns the error page of a proxy or a load balancer.
func htmlPage(status int) []byte {
	title := fmt.Sprintf("%d %s", status, http.StatusText(status))
	return fmt.Appendf(nil, "<html>\r\n<head><title>%[1]s</title></head>\r\n<body>\r\n"+
		"<center><h1>%[1]s</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n", title)
}

// noRoute returns the response to a request for a route that the server does
// not have.
func (c *call) noRoute() response {
	const status = http.StatusNotFound
	switch c.variants.NoSuchRoute {
	case NoRouteSWR:
		return c.errorResponse(apiError{status: status, code: codeNoRoute})
	case NoRoutePlain:
		return newResponse(status, typeText, []byte("404 page not found\n"))
	case NoRouteHTML:
		return newResponse(status, typeHTML, htmlPage(status))
	case NoRouteEmpty:
		return newResponse(status, "", nil)
	default:
		return c.errorResponse(apiError{status: status, code: codeNoRouteGateway})
	}
}
