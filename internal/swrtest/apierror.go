package swrtest

import (
	"fmt"
	"net/http"
	"strings"
)

// Codes of errors (api.md, "Answers that a client must understand").
const (
	codeNoRouteGateway    = "APIGW.0101"
	codeAuthGateway       = "APIGW.0301"
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
)

const gatewayPrefix = "APIGW."

// messages are what the service says beside a code.
var messages = map[string]string{
	codeNoRouteGateway:      "The API does not exist or has not been published in the environment.",
	codeAuthGateway:         "Incorrect IAM authentication information.",
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
	CodeThrottledForbidden:  "Too many requests.",
	CodeThrottledForbidden2: "Too many requests.",
}

// serviceError is an error of the service or its gateway.
type serviceError struct {
	status int
	code   string
	detail string
}

func (e serviceError) message() string {
	if m, ok := messages[e.code]; ok {
		return m
	}
	if text := http.StatusText(e.status); text != "" {
		return text + "."
	}
	return fmt.Sprintf("Status %d.", e.status)
}

// errorItem is one error in SWR's own shapes.
type errorItem struct {
	ErrorCode    string `json:"errorCode"`
	ErrorMessage string `json:"errorMessage"`
	Detail       string `json:"detail,omitempty"`
	RequestID    string `json:"request_id,omitempty"`
}

// fail answers with an error in the shape that fits the code: the gateway's
// for the gateway's, the variant's for SWR's.
func (c *call) fail(status int, code, detail string) answer {
	shape := c.variants.ErrorShape
	if strings.HasPrefix(code, gatewayPrefix) {
		shape = ShapeGateway
	}
	return c.failAs(shape, serviceError{status, code, detail})
}

// failAs answers with an error in a given shape.
func (c *call) failAs(shape ErrorShape, e serviceError) answer {
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
		body = encodeJSON(struct {
			Code      string `json:"error_code"`
			Message   string `json:"error_msg"`
			RequestID string `json:"request_id"`
		}{e.code, e.message(), id})
	case ShapeIAM:
		body = iamErrorBody(e.status)
	case ShapeHTML:
		contentType, body = typeHTML, htmlPage(e.status)
	case ShapeEmpty:
		contentType = ""
	default:
		body = encodeJSON(struct {
			Errors []errorItem `json:"errors"`
		}{[]errorItem{{e.code, e.message(), e.detail, id}}})
	}
	switch c.variants.ErrorContentType {
	case "":
	case "-":
		contentType = ""
	default:
		contentType = c.variants.ErrorContentType
	}
	return newAnswer(e.status, contentType, body)
}

// htmlPage is the page of a proxy or a load balancer.
func htmlPage(status int) []byte {
	title := fmt.Sprintf("%d %s", status, http.StatusText(status))
	return fmt.Appendf(nil,
		"<html>\r\n<head><title>%[1]s</title></head>\r\n<body>\r\n<center><h1>%[1]s</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
		title)
}

// noRoute answers for a route that the server has not.
func (c *call) noRoute() answer {
	switch c.variants.NoSuchRoute {
	case NoRouteSWR:
		return c.fail(http.StatusNotFound, codeNoRoute, "")
	case NoRoutePlain:
		return newAnswer(http.StatusNotFound, typeText, []byte("404 page not found\n"))
	case NoRouteHTML:
		return newAnswer(http.StatusNotFound, typeHTML, htmlPage(http.StatusNotFound))
	case NoRouteEmpty:
		return newAnswer(http.StatusNotFound, "", nil)
	default:
		return c.fail(http.StatusNotFound, codeNoRouteGateway, "")
	}
}

func (c *call) badRequest(detail string) answer {
	return c.fail(http.StatusBadRequest, codeBadParameter, detail)
}

// unauthorized answers in the variant's form of a 401.
func (c *call) unauthorized(detail string) answer {
	code := codeAuth
	if c.variants.AuthErrors == AuthGateway {
		code = codeAuthGateway
	}
	return c.fail(http.StatusUnauthorized, code, detail)
}
