// Package provider is what Terraform sees: the provider block, the resources, the
// data sources, the list resource, and the moves from older providers.
//
// It maps between Terraform's values and the client of package swr, decides what is
// in plan and state, and reports errors. Package config resolves the provider block,
// package auth signs requests, and package swr sends them and interprets responses.
package provider
