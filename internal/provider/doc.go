// Package provider is what Terraform sees: the provider block, the resources, the
// data sources, the list resource, and the moves from older providers.
//
// It maps between Terraform's values and the client of package swr, decides what
// stands in plan and state, and puts errors into words. It must not know how a
// request is signed (package auth) or sent, nor decide what an answer of the
// service means (package swr).
package provider
