# Policies for shares, over the JSON of a plan (terraform show -json).
#
#   terraform plan -out=plan.tfplan
#   terraform show -json plan.tfplan >plan.json
#   opa eval --fail-defined --format=raw --data=swr.rego --data=settings.json --data=labels.json --input=plan.json 'data.swr.deny[_]'
#
# The exit code is 0 if the plan keeps the policies, and 1 if it does not. Remove the
# rules that do not apply to you. settings.json has the settings, and labels.json the
# labels of the pull request: {"settings": {"labels": ["revoke-access"]}}.
package swr

settings := data.settings

# Without a setting, a rule would pass every plan.
deny contains message if {
	some name in ["accounts", "max_days", "revocation_label", "ticket"]
	not name in object.keys(settings)
	message := sprintf("The setting %s is missing.", [name])
}

planned contains change if {
	some change in input.resource_changes
	change.mode == "managed"
	change.type == "swr_repository_share"
	change.change.after != null
}

guards contains change if {
	some change in input.resource_changes
	change.mode == "managed"
	change.type == "swr_repository_shares_exclusive"
	change.change.after != null
}

# A plan that has errors, or that leaves out resources, proves nothing.
deny contains "The plan has errors." if input.errored

deny contains "The plan is not complete: it was created with -target, or it defers changes." if input.complete == false

deny contains "The input is not the JSON of a plan." if not input.planned_values

# A name or a deadline that is known only after apply cannot be checked.
deny contains message if {
	some share in planned
	some attribute in ["access_domain", "deadline", "description", "namespace", "repository"]
	share.change.after_unknown[attribute]
	message := sprintf("%s: %s is known only after apply, so it cannot be checked.", [share.address, attribute])
}

# Nothing forever.
deny contains message if {
	some share in planned
	share.change.after.deadline == "forever"
	message := sprintf("%s: access without an end is not allowed.", [share.address])
}

# At most N days from now. expires_at is the day after the deadline. "forever" has
# none, so keep the rule above, too.
ends_in_time(share) if {
	latest := time.add_date(time.now_ns(), 0, 0, settings.max_days + 1)
	time.parse_rfc3339_ns(share.change.after.expires_at) <= latest
}

deny contains message if {
	some share in planned
	share.change.after.deadline != "forever"
	not ends_in_time(share)
	message := sprintf(
		"%s: access ends at %v, more than %v days from now.",
		[share.address, object.get(share.change.after, "expires_at", null), settings.max_days],
	)
}

# A ticket in the description.
deny contains message if {
	some share in planned
	not regex.match(settings.ticket, object.get(share.change.after, "description", ""))
	not share.change.after_unknown.description
	message := sprintf("%s: the description has no ticket (%s).", [share.address, settings.ticket])
}

# Only these accounts.
allowed_accounts := {lower(account) | some account in settings.accounts}

deny contains message if {
	some share in planned
	account := share.change.after.access_domain
	not lower(account) in allowed_accounts
	message := sprintf("%s: the account %s is not allowed.", [share.address, account])
}

# A guard wherever there is a share.
guarded(share) if {
	some guard in guards
	guard.change.after.namespace == share.change.after.namespace
	guard.change.after.repository == share.change.after.repository
}

deny contains message if {
	some share in planned
	not guarded(share)
	message := sprintf(
		"%s: no swr_repository_shares_exclusive manages %s/%s.",
		[share.address, share.change.after.namespace, share.change.after.repository],
	)
}

# No revocation without a label, for example of the pull request.
labeled if settings.revocation_label in settings.labels

deny contains message if {
	not labeled
	some change in input.resource_changes
	change.type == "swr_repository_share"
	"delete" in change.change.actions
	message := sprintf(
		"%s: %s loses access to %s/%s, which needs the label %s.",
		[
			change.address, change.change.before.access_domain,
			change.change.before.namespace, change.change.before.repository, settings.revocation_label,
		],
	)
}

deny contains message if {
	not labeled
	some guard in guards
	guard.change.actions == ["update"]
	kept := {lower(account) | some account in guard.change.after.access_domains}
	some account in guard.change.before.access_domains
	not lower(account) in kept
	message := sprintf(
		"%s: %s loses access to %s/%s, which needs the label %s.",
		[
			guard.address, account,
			guard.change.before.namespace, guard.change.before.repository, settings.revocation_label,
		],
	)
}
