package swr

import "testing"

func TestEffectOf(t *testing.T) {
	network := &Error{Kind: KindNetwork}
	status := func(kind Kind, status int) *Error { return &Error{Kind: kind, Status: status} }
	for name, test := range map[string]struct {
		call   call
		unsent bool
		apiErr *Error
		want   effect
	}{
		"success":                          {callCreate, false, nil, effectApplied},
		"success of an update":             {callUpdate, false, nil, effectApplied},
		"success of a delete":              {callDelete, false, nil, effectApplied},
		"never sent":                       {callCreate, true, network, effectRejected},
		"sign-in failed":                   {callCreate, false, &Error{Kind: KindSignIn}, effectRejected},
		"no response":                      {callCreate, false, network, effectMayApplyLater},
		"response cut off at 201":          {callCreate, false, status(KindNetwork, 201), effectMayApplyLater},
		"response cut off at 505":          {callCreate, false, status(KindNetwork, 505), effectMayApplyLater},
		"response cut off at 409":          {callCreate, false, status(KindNetwork, 409), effectRejected},
		"redirect":                         {callDelete, false, status(KindRedirect, 302), effectRejected},
		"invalid":                          {callUpdate, false, status(KindInvalid, 400), effectRejected},
		"unauthorized":                     {callCreate, false, status(KindUnauthorized, 401), effectRejected},
		"conflict":                         {callCreate, false, status(KindConflict, 409), effectRejected},
		"busy":                             {callCreate, false, status(KindUnavailable, 409), effectRejected},
		"throttled":                        {callCreate, false, status(KindThrottled, 429), effectRejected},
		"unknown client error":             {callCreate, false, status(KindOther, 499), effectRejected},
		"internal error":                   {callCreate, false, status(KindUnavailable, 500), effectMayApplyLater},
		"bad gateway":                      {callCreate, false, status(KindUnavailable, 502), effectMayApplyLater},
		"unavailable":                      {callUpdate, false, status(KindUnavailable, 503), effectMayApplyLater},
		"gateway timeout":                  {callCreate, false, status(KindUnavailable, 504), effectMayApplyLater},
		"no such route, by 501":            {callCreate, false, status(KindNoRoute, 501), effectAmbiguous},
		"unknown status":                   {callCreate, false, status(KindOther, 600), effectAmbiguous},
		"no status":                        {callCreate, false, status(KindOther, 0), effectAmbiguous},
		"202":                              {callCreate, false, status(KindUnexpectedSuccess, 202), effectMayApplyLater},
		"200 for a delete":                 {callDelete, false, status(KindUnexpectedSuccess, 200), effectMayApplyLater},
		"200 with an error":                {callCreate, false, &Error{Kind: KindUnexpectedSuccess, Status: 200, Code: "A.1"}, effectAmbiguous},
		"200 with a page":                  {callCreate, false, &Error{Kind: KindUnexpectedSuccess, Status: 200, Excerpt: "<html>"}, effectAmbiguous},
		"201 with a page":                  {callCreate, false, &Error{Kind: KindUnexpectedSuccess, Status: 201, Excerpt: "<html>"}, effectMayApplyLater},
		"200 of an update with a page":     {callUpdate, false, &Error{Kind: KindUnexpectedSuccess, Status: 200, Excerpt: "<html>"}, effectAmbiguous},
		"201 that is too large":            {callCreate, false, status(KindInvalidResponse, 201), effectMayApplyLater},
		"204 of a delete that has content": {callDelete, false, &Error{Kind: KindUnexpectedSuccess, Status: 204, Excerpt: "x"}, effectAmbiguous},
		"a read":                           {callList, false, network, effectRejected},
		"a read that succeeds":             {callGet, false, nil, effectRejected},
		"a read of repositories":           {callSharedRepositories, false, status(KindUnavailable, 500), effectRejected},
	} {
		if got := effectOf(test.call, !test.unsent, test.apiErr); got != test.want {
			t.Errorf("%s: effect %d; want %d", name, got, test.want)
		}
	}
}
