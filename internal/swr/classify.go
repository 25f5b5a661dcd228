package swr

import (
	"net/http"
	"strings"
)

// call is one of the API's calls.
type call int

const (
	callCreate call = iota
	callList
	callGet
	callUpdate
	callDelete
	callSharedRepositories
)

// writes tells whether the call changes the service.
func (c call) isWrite() bool { return c == callCreate || c == callUpdate || c == callDelete }

// ofOneShare tells whether the call's URL names one share.
func (c call) namesShare() bool { return c == callGet || c == callUpdate || c == callDelete }

// succeeds tells whether the status is one that is documented, or known, to
// mean success. Any other 2xx proves nothing.
func (c call) isSuccess(status int) bool {
	switch c {
	case callCreate:
		return status == http.StatusCreated
	case callUpdate:
		return status == http.StatusOK || status == http.StatusCreated
	case callDelete:
		return status == http.StatusNoContent
	default:
		return status == http.StatusOK
	}
}

// Codes of SWR with a meaning of their own, without the prefix that all have.
const (
	codePrefix = "SVCSTG.SWR."

	codeNoRoute           = "4040083"
	codeNamespaceMissing  = "4040058"
	codeNamespaceMissing2 = "4041061"
	codeRepoMissing       = "4040010"
	codeRepoMissing2      = "4040113"
	codeShareMissing400   = "4001090"
	codeAccountUnknown    = "4001041"
	codeWrongKey          = "4000031"
	codeBusy              = "4090023"
	codeThrottled         = "4031032"
	codeThrottled2        = "4031042"
)

// classify sorts an answer that is no success. It is where "no such share" is
// told from "no such route": a 404 without a code of SWR's own is a proxy's, or
// a wrong endpoint's, and must never pass for a share that is gone.
func classify(c call, status int, code string) Kind {
	own, isSWR := strings.CutPrefix(code, codePrefix)
	switch {
	case status >= 200 && status < 300:
		if c.isWrite() {
			return KindUnexpectedSuccess
		}
		return KindInvalidResponse
	case status >= 300 && status < 400:
		return KindRedirect
	case status == http.StatusBadRequest && isSWR:
		switch {
		case own == codeShareMissing400 && c.namesShare():
			return KindShareMissing
		case own == codeAccountUnknown:
			return KindAccountUnknown
		case own == codeWrongKey:
			return KindUnauthorized
		}
		return KindInvalid
	case status == http.StatusBadRequest:
		return KindInvalid
	case status == http.StatusUnauthorized:
		return KindUnauthorized
	case status == http.StatusForbidden:
		if isSWR && (own == codeThrottled || own == codeThrottled2) {
			return KindThrottled
		}
		return KindForbidden
	case status == http.StatusNotFound:
		return classifyNotFound(c, own, isSWR)
	case status == http.StatusMethodNotAllowed, status == http.StatusNotImplemented:
		return KindNoRoute
	case status == http.StatusConflict:
		if isSWR && own == codeBusy {
			return KindUnavailable
		}
		return KindConflict
	case status == http.StatusTooManyRequests:
		return KindThrottled
	case status == http.StatusInternalServerError, status == http.StatusBadGateway,
		status == http.StatusServiceUnavailable, status == http.StatusGatewayTimeout:
		return KindUnavailable
	}
	return KindOther
}

func classifyNotFound(c call, own string, isSWR bool) Kind {
	switch {
	case !isSWR || own == codeNoRoute:
		return KindNoRoute
	case own == codeNamespaceMissing || own == codeNamespaceMissing2:
		return KindNamespaceMissing
	case own == codeRepoMissing || own == codeRepoMissing2:
		return KindRepositoryMissing
	case strings.HasPrefix(own, "404") && c.namesShare():
		return KindShareMissing
	}
	return KindOther
}
