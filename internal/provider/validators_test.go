package provider_test

import "testing"

// The error of a rule names the attribute that the user wrote, not the API's field.
func TestRuleErrorNamesAttribute(t *testing.T) {
	t.Parallel()
	h := newHarness(t, startServer(t))
	filters := values{"center": "thirdparty"}
	for attribute, value := range map[string]string{"name": "team$app", "domain_name": "a/b"} {
		_, d := h.dataSource("swr_shared_repositories", filters.with(attribute, value))
		d.assertError(t, "Invalid "+attribute, attribute+` = "`+value+`": must not contain`)
	}
	_, d := h.dataSource("swr_shared_repositories", filters.with("domain_name", " A"))
	d.assertWarning(t, "Potentially invalid domain_name", `domain_name " A" starts or ends with white space`)
	h.newExclusive().validate(exclusiveValues("a/b")).assertError(t, "Invalid access_domains", `access_domains = "a/b": must not contain`)
}
