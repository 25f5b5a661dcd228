// Package httpsafe reads what HTTP servers return without trusting it: it makes
// text printable, redacts secrets, parses error bodies and Retry-After, classifies
// network errors, and builds and shows URLs. It imports only the standard library.
package httpsafe
