// Package swr is a client of the image sharing API of SWR (Software Repository
// for Container) on Open Telekom Cloud and Huawei Cloud.
//
// API.md in this directory says what is known of the API. The package defines
// shares and the rules for names and deadlines, makes the five calls at the
// access-domains endpoints and the one that lists shared repositories, and
// decides what the responses mean: whether a write succeeded, what is worth a
// retry, and above all when a share may be considered gone.
//
// It knows nothing of Terraform, and nothing of credentials: the
// [net/http.RoundTripper] passed to [New] signs the requests. Clock and backoff
// can be replaced ([WithClock], [WithBackoff]).
package swr
