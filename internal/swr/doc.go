// Package swr is a client of the image sharing API of SWR (Software Repository
// for Container) on Open Telekom Cloud and Huawei Cloud.
//
// It knows what a share is, which names and deadlines are valid, how the five
// calls at the access-domains endpoints and the one that lists shared
// repositories are made, and what their answers mean: what proves a success, what
// is worth another try, and above all when a share may be called gone.
//
// It knows nothing of Terraform, and nothing of credentials: the
// [net/http.RoundTripper] that [New] takes signs the requests. Time, waiting
// and chance come in from outside too ([WithClock], [WithBackoff]).
package swr
