// Package swrtest plays the two services that the provider talks to, over real
// HTTP and in memory: the sharing API of SWR (Software Repository for
// Container) and the token call of an IAM (Keystone v3).
//
// It knows what a server knows: routes, headers, bodies, accounts, tokens,
// keys, and every way in which real servers differ from each other (Variants)
// or fail (Fault). It never is kinder than the real service: what the API's
// documents do not allow is refused here.
//
// It must not know the provider: it imports neither the API client, nor the
// signer, nor anything of Terraform, and they do not import it. What the tests
// expect of a client therefore never follows from the client's own code. The
// rules of names and deadlines and the check of signatures are written here a
// second time on purpose, from the documents alone.
//
// Where a comment names "api.md", it means the project's summary of the API's
// documents and of what servers were seen to do; testdata holds the two
// documents that it rests on.
package swrtest
