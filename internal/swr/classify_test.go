package swr

import (
	"fmt"
	"testing"
)

// The expected kinds are those of API.md, "Responses that a client must understand"
// and "No such route is not "no such share"".
func TestClassify(t *testing.T) {
	all := []call{callCreate, callList, callGet, callUpdate, callDelete, callSharedRepositories}
	one := []call{callGet, callUpdate, callDelete}
	many := []call{callCreate, callList, callSharedRepositories}
	tests := []struct {
		calls  []call
		status int
		code   string
		want   Kind
	}{
		// No such route, in all forms.
		{all, 404, "APIGW.0101", KindNoRoute},
		{all, 404, "SVCSTG.SWR.4040083", KindNoRoute},
		{all, 404, "", KindNoRoute},
		{all, 404, "404", KindNoRoute},
		{all, 404, "4040091", KindNoRoute},
		{all, 404, "SVCSTG.OTHER.4040091", KindNoRoute},
		{all, 404, "svcstg.swr.4040091", KindNoRoute},
		{all, 404, "NoSuchBucket", KindNoRoute},
		{all, 405, "", KindNoRoute},
		{all, 501, "", KindNoRoute},
		// A share that does not exist.
		{one, 404, "SVCSTG.SWR.4040091", KindShareMissing},
		{one, 404, "SVCSTG.SWR.4040001", KindShareMissing},
		{one, 400, "SVCSTG.SWR.4001090", KindShareMissing},
		{many, 400, "SVCSTG.SWR.4001090", KindInvalid},
		{many, 404, "SVCSTG.SWR.4040091", KindOther},
		{all, 404, "SVCSTG.SWR.4030091", KindOther},
		{all, 404, "SVCSTG.SWR.", KindOther},
		// A namespace or a repository that does not exist.
		{all, 404, "SVCSTG.SWR.4040058", KindNamespaceMissing},
		{all, 404, "SVCSTG.SWR.4041061", KindNamespaceMissing},
		{all, 404, "SVCSTG.SWR.4040010", KindRepositoryMissing},
		{all, 404, "SVCSTG.SWR.4040113", KindRepositoryMissing},
		// 409 has two meanings.
		{all, 409, "SVCSTG.SWR.4090089", KindConflict},
		{all, 409, "", KindConflict},
		{all, 409, "SVCSTG.SWR.4090023", KindUnavailable},
		// Throttling.
		{all, 429, "APIGW.0308", KindThrottled},
		{all, 429, "", KindThrottled},
		{all, 403, "SVCSTG.SWR.4031032", KindThrottled},
		{all, 403, "SVCSTG.SWR.4031042", KindThrottled},
		{all, 403, "SVCSTG.SWR.4030000", KindForbidden},
		{all, 403, "4031032", KindForbidden},
		{all, 403, "", KindForbidden},
		// Permanent errors.
		{all, 401, "SVCSTG.SWR.4010000", KindUnauthorized},
		{all, 401, "APIGW.0301", KindUnauthorized},
		{all, 401, "", KindUnauthorized},
		{all, 400, "SVCSTG.SWR.4000031", KindUnauthorized},
		{all, 400, "SVCSTG.SWR.4001041", KindAccountUnknown},
		{all, 400, "SVCSTG.SWR.4000014", KindInvalid},
		{all, 400, "", KindInvalid},
		{all, 400, "APIGW.0106", KindInvalid},
		// Temporary errors.
		{all, 500, "", KindUnavailable},
		{all, 502, "", KindUnavailable},
		{all, 503, "SVCSTG.SWR.5000001", KindUnavailable},
		{all, 504, "APIGW.0201", KindUnavailable},
		// A code never overrules a status that says something else.
		{all, 500, "SVCSTG.SWR.4040091", KindUnavailable},
		{all, 403, "SVCSTG.SWR.4040091", KindForbidden},
		{all, 401, "SVCSTG.SWR.4040091", KindUnauthorized},
		{all, 410, "SVCSTG.SWR.4040091", KindOther},
		{all, 410, "", KindOther},
		{all, 418, "", KindOther},
		{all, 505, "", KindOther},
		{all, 600, "", KindOther},
		// No redirect is followed; any other 2xx proves nothing.
		{all, 301, "", KindRedirect},
		{all, 302, "SVCSTG.SWR.4040091", KindRedirect},
		{all, 304, "", KindRedirect},
		{all, 308, "", KindRedirect},
		{[]call{callCreate, callUpdate, callDelete}, 202, "", KindUnexpectedSuccess},
		{[]call{callCreate}, 200, "SVCSTG.SWR.4040091", KindUnexpectedSuccess},
		{[]call{callDelete}, 200, "SVCSTG.SWR.4040091", KindUnexpectedSuccess},
		{[]call{callList, callGet, callSharedRepositories}, 204, "", KindInvalidResponse},
		{[]call{callList, callGet, callSharedRepositories}, 206, "SVCSTG.SWR.4040091", KindInvalidResponse},
	}
	for _, test := range tests {
		for _, c := range test.calls {
			t.Run(fmt.Sprintf("%d %s call %d", test.status, test.code, c), func(t *testing.T) {
				if got := classify(c, test.status, test.code); got != test.want {
					t.Errorf("%q; want %q", got, test.want)
				}
			})
		}
	}
}

func TestIsSuccess(t *testing.T) {
	for c, statuses := range map[call][]int{
		callCreate: {201}, callList: {200}, callGet: {200}, callUpdate: {200, 201}, callDelete: {204}, callSharedRepositories: {200},
	} {
		for status := 100; status < 600; status++ {
			want := false
			for _, s := range statuses {
				want = want || s == status
			}
			if c.isSuccess(status) != want {
				t.Errorf("call %d: %d is a success: %t", c, status, !want)
			}
		}
	}
}
