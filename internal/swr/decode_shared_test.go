package swr

import (
	"encoding/json"
	"testing"
)

func FuzzDecodeShared(f *testing.F) {
	const one = `{"name":"team$app","namespace":"demo","tags":["1"],"status":true,"size":7,"total_range":2}`
	for _, body := range []string{"null", "[]", "[null]", "[" + one + "]", `[{"name":"..","namespace":".."}]`, `{"repos":[]}`, "<html>"} {
		f.Add([]byte(body), true)
		f.Add([]byte(body), false)
	}
	f.Fuzz(func(t *testing.T, body []byte, self bool) {
		center := CenterThirdParty
		if self {
			center = CenterSelf
		}
		found, err := decodeSharedRepositories(body, center)
		if err != nil && found.items != nil {
			t.Errorf("%d repositories with error %v", len(found.items), err)
		}
		if err == nil && !json.Valid(body) {
			t.Errorf("%q is no JSON, and yet understood", body)
		}
		for _, repository := range found.items {
			if err := (Repository{Namespace: repository.Namespace, Name: repository.Name}).addressable(); err != nil {
				t.Errorf("%+v can't be named in a URL: %v", repository, err)
			}
			if self && repository.Status != nil {
				t.Errorf("status %t means nothing of what is shared by me", *repository.Status)
			}
		}
	})
}
