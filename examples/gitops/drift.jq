# Renders the report of drift.sh. Input: the lines of terraform plan -json; $plan:
# the plan from terraform show -json, or null; $outcome: the result of the plan: "no
# changes", "drift" or "error". The title of the report has it, or "attention" if
# there are no changes, but findings.
#
# All text that may come from the cloud is printed in code spans, where Markdown,
# HTML, links and mentions have no effect.

# Values of environment variables that look like credentials, and passwords in URLs,
# such as that of a proxy.
def secrets:
  [env | to_entries[]
    | (select(.key | test("TOKEN|PASS|SECRET|KEY$|CREDENTIAL|PRIVATE|JWT|_(AUTH|PAT|PW|PWD|PIN)$"; "i")) | .value),
      (.value | match("://[^/@:\\s]*:([^/@\\s]+)@"; "g").captures[0].string)]
  | unique | sort_by(-length);

# A secret as short as a name, such as "forever", is masked only in messages, and only
# as a whole word: elsewhere it would hide what the report is about.
def min_long: 8;
def min_short: 4;

def mask: reduce (secrets[] | select(length >= min_long)) as $secret (.; split($secret) | join("***"));

def is_word($side): test(if $side == "end" then "[A-Za-z0-9_]$" else "^[A-Za-z0-9_]" end);

def mask_words:
  reduce (secrets[] | select(length >= min_short and length < min_long)) as $secret (.;
    split($secret) as $parts
    | reduce $parts[1:][] as $part ($parts[0] // "";
        . + (if is_word("end") or ($part | is_word("start")) then $secret else "***" end) + $part));

# Whether a code point is a control character, or an invisible or bidirectional one.
def is_invisible:
  . < 32 or (. >= 127 and . < 160) or . == 173 or . == 1564 or . == 6158
  or (. >= 8203 and . <= 8207) or (. >= 8232 and . <= 8239) or (. >= 8287 and . <= 8303)
  or . == 12288 or (. >= 65024 and . <= 65039) or . == 65279
  or (. >= 65529 and . <= 65533) or (. >= 917504 and . <= 921599);

def hex: if . < 16 then "0123456789ABCDEF"[.:. + 1] else (. / 16 | floor | hex) + (. % 16 | hex) end;

def escape_invisible: explode | map(if is_invisible then "\\u{" + hex + "}" else [.] | implode end) | join("");

# A code span, fenced by more backticks in a row than the text contains.
def code:
  mask | escape_invisible | if length > 300 then .[:300] + "…" else . end
  | . as $text
  | ("`" * (([match("`+"; "g").length] | max // 0) + 1)) as $fence
  | if test("^[ `]|[ `]$|^$") then "\($fence) \($text) \($fence)" else $fence + $text + $fence end;

def value:
  if . == null then "not set"
  else walk(if type == "string" then mask else . end) | tojson | code end;

def any_true: [.. | select(. == true)] | length > 0;

# Whether $marks (before_sensitive, after_sensitive) marks an attribute as sensitive.
def sensitive($marks; $attribute):
  .change[$marks] | if type == "object" then .[$attribute] | any_true else . == true end;

def has_action($action): .change.actions | index($action) != null;

def is_exclusive: .type == "swr_repository_shares_exclusive";
def is_share: .type == "swr_repository_share";

# The accounts that are not in $others, compared without regard to case. An account
# that is known only after apply is null.
def known: . // [] | map(strings);
def difference($others):
  ($others | known | map(ascii_downcase)) as $others
  | known | map(select(ascii_downcase as $account | $others | index($account) | not));

def has_unknown_accounts: .change.after_unknown | type == "object" and (.access_domains | any_true);

# An account, followed by the code points of its non-ASCII letters, which may be
# look-alikes.
def account:
  value + ([strings | explode[] | select(. > 127 and (is_invisible | not)) | "U+" + (hex | "0000"[length:] + .)] | unique
    | if . == [] then "" else " (contains \(join(" ") | code))" end);

# The value of an attribute; $when is before or after.
def field($when; $attribute):
  if sensitive($when + "_sensitive"; $attribute) then "(sensitive)" else .change[$when][$attribute] | value end;

def repository($when):
  if sensitive($when + "_sensitive"; "namespace") or sensitive($when + "_sensitive"; "repository") then "(sensitive)"
  else .change[$when] | "\(.namespace)/\(.repository)" | code end;

# The access_domains that are in .change[$in] and not in .change[$out].
def accounts($in; $out):
  if sensitive("before_sensitive"; "access_domains") or sensitive("after_sensitive"; "access_domains") then
    if .change.before.access_domains == .change.after.access_domains then empty else "(sensitive)" end
  else .change | .[$out].access_domains as $others | .[$in].access_domains | difference($others)[] | account end;

# A line for each attribute that changes. Attributes that are known only after apply
# are listed only if no other attribute changes.
def attributes:
  . as $resource | (.change.before // {}) as $before | (.change.after // {}) as $after | (.change.after_unknown // {}) as $unknown
  | [$before + $after + $unknown | keys[] | select(. != "access_domains" or ($resource | is_exclusive | not))]
  | map(select(. as $name | ($unknown[$name] | any_true | not) and $before[$name] != $after[$name])
      | . as $name
      | if $resource | sensitive("before_sensitive"; $name) or sensitive("after_sensitive"; $name) then "\(code): changed (sensitive)"
        else "\(code): \($before[$name] | value), declared as \($after[$name] | value)" end)
  | if . == [] then [$unknown | to_entries[] | select(.value | any_true) | "\(.key | code): known after apply"] else . end;

def revocations:
  (.[] | select(is_exclusive and has_action("update"))
    | (if has_unknown_accounts then "may lose" else "loses" end) as $loses
    | "- \(accounts("before"; "after")) \($loses) access to \(repository("before")): not listed in \(.address | code)"),
  (.[] | select(is_share and has_action("delete"))
    | "- \(field("before"; "access_domain")) loses access to \(repository("before")): "
      + "\(.address | code) will be \(if has_action("create") then "replaced" else "destroyed" end)");

def removals:
  .[] | select(has_action("delete") and (is_share | not) or has_action("forget"))
  | "- \(.address | code) " +
    if has_action("forget") then "will be removed from the state and not destroyed"
    elif is_exclusive then "will be destroyed; no account loses access"
    elif has_action("create") then "will be replaced"
    else "will be destroyed" end;

def changes:
  (.[] | select(has_action("update"))
    | (if is_exclusive then
        [(accounts("after"; "before") | "\(.) is declared, but the repository is not shared with it"),
          (select(has_unknown_accounts) | "`access_domains`: some accounts are known only after apply")]
      else [] end
      + attributes) as $lines
    | select($lines != [])
    | "- \(.address | code)", "  - " + $lines[]),
  (.[] | select(.previous_address and .previous_address != .address)
    | "- \(.address | code) has moved from \(.previous_address | code)"),
  (.[] | select(.change.importing) | "- \(.address | code) will be imported");

def creations($deleted):
  .[] | select(has_action("create"))
  | "- \(.address | code)"
    + (if is_share then
        ": \(repository("after")) for \(field("after"; "access_domain")), deadline \(field("after"; "deadline"))"
      else "" end)
    + (if .address | IN($deleted[]) then " (deleted outside of Terraform)" else "" end);

def section($title; lines): [lines] | if . == [] then empty else "", "## " + $title, "", .[] end;

def plan:
  [.resource_changes // [] | .[] | select(.mode == "managed")] as $resources
  | [.resource_drift // [] | .[] | select(has_action("delete")) | .address] as $deleted
  | [$resources
      | section("Accounts that would lose access"; revocations),
        section("Other removals"; removals),
        section("Changes"; changes),
        section("Creations"; creations($deleted))]
    + [section("Output changes"; .output_changes // {} | to_entries[] | select(.value.actions != ["no-op"]) | "- " + (.key | code))]
  | if . == [] then "", "The plan contains changes that this report does not support. Run `terraform plan` to see them." else .[] end;

# Whether a diagnostic is a warning that somebody has to look at: a failed check, what
# the provider says of a share or a list (it has ended, is incomplete, or was not
# read), or a plan with -target. Others, such as deprecations, are only listed.
def is_finding:
  .severity == "warning"
  and ((.summary | test("^Check block assertion|^Resource targeting is in effect")) or (.address // "" | test("(^|[.])swr_[a-z_]+[.]")));

# The first paragraph of an error's detail. The detail is masked before it is split,
# because a secret may contain line breaks.
def detail:
  (.detail // "" | mask | mask_words | split("\n\n")[0] // "" | gsub("[ \n]+"; " ")) as $detail
  | if $detail == "" then "" else ": " + ($detail | code) end;

def message:
  (if .summary == "Check block assertion failed" then .detail else .summary end | tostring | mask | mask_words | code)
  + (if .address then " (\(.address | code))" else "" end)
  + (if .severity == "error" and .summary != "Check block assertion failed" then detail else "" end);

def messages($severity): [.[] | select(.severity == $severity) | "- " + message] | unique[];

[inputs | fromjson? | objects | select(.type == "diagnostic") | .diagnostic] as $diagnostics
| (if $outcome == "no changes" and any($diagnostics[]; is_finding) then "attention" else $outcome end) as $outcome
| [
    "# SWR shares: \($outcome)", "",
    if $outcome == "no changes" then "The cloud matches the configuration."
    elif $outcome == "attention" then
      "The plan has no changes, but its warnings need attention. The cloud matches the configuration as far as it could be read."
    elif $outcome == "drift" then
      "The cloud differs from the configuration. Nothing was changed. Run `terraform plan` to see the full plan.",
      ($plan[0] | plan)
    else
      "The plan failed, so the state of the cloud is unknown.",
      section("Errors"; $diagnostics | messages("error"),
        if any(.severity == "error") then empty else "- Terraform printed no message. See the log of the job." end)
    end,
    section("Warnings"; $diagnostics | messages("warning"))
  ]
| .[]
