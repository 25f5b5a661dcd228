package swr

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The expected kinds are those of API.md, "Responses that a client must understand"
// and "No such route is not "no such share"".
func TestClassify(t *testing.T) {
	all := []call{callCreate, callList, callGet, callUpdate, callDelete, callSharedRepositories}
	one := []call{callGet, callUpdate, callDelete}
	many := []call{callCreate, callList, callSharedRepositories}
	for _, test := range []struct {
		want      Kind
		calls     []call
		responses []string // status and error code
	}{
		{KindNoRoute, all, []string{
			"404 APIGW.0101", "404 SVCSTG.SWR.4040083", "404", "404 404", "404 4040091",
			"404 SVCSTG.OTHER.4040091", "404 svcstg.swr.4040091", "404 NoSuchBucket", "405", "501",
		}},
		{KindShareMissing, one, []string{"404 SVCSTG.SWR.4040091", "404 SVCSTG.SWR.4040001", "400 SVCSTG.SWR.4001090"}},
		{KindInvalid, many, []string{"400 SVCSTG.SWR.4001090"}},
		{KindOther, many, []string{"404 SVCSTG.SWR.4040091"}},
		{KindOtherAccount, all, []string{"401 SVCSTG.SWR.4011064", "401 SVCSTG.SWR.4011044"}},
		{KindOther, all, []string{
			"404 SVCSTG.SWR.4040078",
			"404 SVCSTG.SWR.4030091", "404 SVCSTG.SWR.", "410 SVCSTG.SWR.4040091", "410", "418", "505", "600",
		}},
		{KindNamespaceMissing, all, []string{"404 SVCSTG.SWR.4040058", "404 SVCSTG.SWR.4041061"}},
		{KindRepositoryMissing, all, []string{"404 SVCSTG.SWR.4040010", "404 SVCSTG.SWR.4040113"}},
		{KindConflict, all, []string{"409 SVCSTG.SWR.4090089", "409"}},
		{KindUnavailable, all, []string{
			"409 SVCSTG.SWR.4090023", "500", "502", "503 SVCSTG.SWR.5000001", "504 APIGW.0201",
			"500 SVCSTG.SWR.4040091",
		}},
		{KindThrottled, all, []string{"429 APIGW.0308", "429", "403 SVCSTG.SWR.4031032", "403 SVCSTG.SWR.4031042"}},
		{KindForbidden, all, []string{"403 SVCSTG.SWR.4030000", "403 4031032", "403", "403 SVCSTG.SWR.4040091", "403 SVCSTG.SWR.4011064"}},
		{KindUnauthorized, all, []string{
			"401 SVCSTG.SWR.4010000", "401 APIGW.0301", "401", "400 SVCSTG.SWR.4000031", "401 SVCSTG.SWR.4040091", "401 APIG.0301",
		}},
		{KindAccountUnknown, all, []string{"400 SVCSTG.SWR.4001041"}},
		{KindInvalid, all, []string{"400 SVCSTG.SWR.4000014", "400", "400 APIGW.0106"}},
		{KindRedirect, all, []string{"301", "302 SVCSTG.SWR.4040091", "304", "308"}},
		{KindUnexpectedSuccess, []call{callCreate, callUpdate, callDelete}, []string{"202"}},
		{KindUnexpectedSuccess, []call{callCreate}, []string{"200 SVCSTG.SWR.4040091"}},
		{KindUnexpectedSuccess, []call{callDelete}, []string{"200 SVCSTG.SWR.4040091"}},
		{KindInvalidResponse, []call{callList, callGet, callSharedRepositories}, []string{"204", "206 SVCSTG.SWR.4040091"}},
	} {
		for _, response := range test.responses {
			text, code, _ := strings.Cut(response, " ")
			status, err := strconv.Atoi(text)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range test.calls {
				if got := classify(c, status, code); got != test.want {
					t.Errorf("%s in response to call %d: %q; want %q", response, c, got, test.want)
				}
			}
		}
	}
}

func TestIsSuccess(t *testing.T) {
	for c, statuses := range map[call][]int{
		callCreate: {201}, callList: {200}, callGet: {200}, callUpdate: {200, 201}, callDelete: {204}, callSharedRepositories: {200},
	} {
		for status := 100; status < 600; status++ {
			if want := slices.Contains(statuses, status); c.isSuccess(status) != want {
				t.Errorf("call %d: %d is a success: %t", c, status, !want)
			}
		}
	}
}
