# Makes the report of drift.sh. Input: the lines of terraform plan -json; $plan:
# the plan from terraform show -json, or null; $outcome: what came of it.
#
# Every text that may come from the cloud stands in a code span, in which neither
# Markdown nor HTML, a link or a mention means anything.

# The values of variables that look like credentials, longest first.
def secrets:
  [env | to_entries[]
    | select(.key | test("TOKEN|PASSW|SECRET|ACCESS_KEY|CREDENTIAL|PRIVATE"; "i"))
    | .value | select(length >= 6)]
  | unique | sort_by(-length);

def masked($secrets): reduce $secrets[] as $secret (.; split($secret) | join("***"));

# Control characters, and those that hide or turn text.
def unseen:
  . < 32 or (. >= 127 and . < 160) or . == 173 or . == 1564 or . == 6158
  or (. >= 8203 and . <= 8207) or (. >= 8232 and . <= 8239) or (. >= 8287 and . <= 8303)
  or . == 12288 or (. >= 65024 and . <= 65039) or . == 65279
  or (. >= 65529 and . <= 65533) or (. >= 917504 and . <= 921599);

def hex: if . < 16 then "0123456789ABCDEF"[.:. + 1] else (. / 16 | floor | hex) + (. % 16 | hex) end;

def visible: explode | map(if unseen then "\\u{" + hex + "}" else [.] | implode end) | join("");

# Text in a code span, fenced by more backticks than stand in it.
def code:
  masked(secrets) | visible | if length > 300 then .[:300] + "…" else . end
  | . as $text
  | ("`" * (([match("`+"; "g").length] | max // 0) + 1)) as $fence
  | if test("^[ `]|[ `]$|^$") then "\($fence) \($text) \($fence)" else $fence + $text + $fence end;

def value:
  if . == null then "nothing"
  else walk(if type == "string" then masked(secrets) else . end) | tojson | code end;

def marked: [.. | select(. == true)] | length > 0;

# What the marks of a value say of one of its attributes.
def mark($of; $attribute):
  .change[$of] | if type == "object" then .[$attribute] | marked else . == true end;

def does($action): .change.actions | index($action) != null;

def guard: .type == "swr_repository_shares_exclusive";
def share: .type == "swr_repository_share";

# The accounts of the first list that are not in the second, in any case.
def without($others): . // [] | map(select(ascii_downcase as $own | $others // [] | map(ascii_downcase) | index($own) | not));

# An account's name, with the letters that another's may be faked with.
def account:
  value + ([strings | explode[] | select(. > 127 and (unseen | not)) | "U+" + (hex | "0000"[length:] + .)] | unique
    | if . == [] then "" else " (with \(join(" ") | code))" end);

# One attribute, before or after, in a code span.
def field($when; $attribute):
  if mark($when + "_sensitive"; $attribute) then "(sensitive)" else .change[$when][$attribute] | value end;

def repository($when):
  if mark($when + "_sensitive"; "namespace") or mark($when + "_sensitive"; "repository") then "(sensitive)"
  else .change[$when] | "\(.namespace)/\(.repository)" | code end;

# The accounts that a guard's set has before and not after, or the reverse.
def accounts($in; $out):
  if mark("before_sensitive"; "access_domains") or mark("after_sensitive"; "access_domains") then
    if .change.before.access_domains == .change.after.access_domains then empty else "(sensitive)" end
  else .change | .[$out].access_domains as $others | .[$in].access_domains | without($others)[] | account end;

# The attributes that change, each in a line; what is known only at apply is left
# out, unless there is nothing else.
def attributes:
  . as $resource | (.change.before // {}) as $before | (.change.after // {}) as $after | (.change.after_unknown // {}) as $unknown
  | [$before + $after + $unknown | keys[] | select(. != "access_domains" or ($resource | guard | not))]
  | map(select(. as $name | ($unknown[$name] | marked | not) and $before[$name] != $after[$name])
      | . as $name
      | if $resource | mark("before_sensitive"; $name) or mark("after_sensitive"; $name) then "\(code) changes (sensitive)"
        else "\(code) is \($before[$name] | value), declared \($after[$name] | value)" end)
  | if . == [] then [$unknown | to_entries[] | select(.value | marked) | "\(.key | code) will be known at apply"] else . end;

def revocations:
  (.[] | select(guard and does("update"))
    | "- \(accounts("before"; "after")) loses \(repository("before")): \(.address | code) does not name it"),
  (.[] | select(share and does("delete"))
    | "- \(field("before"; "access_domain")) loses \(repository("before")): \(.address | code) is \(if does("create") then "replaced" else "destroyed" end)");

def removals:
  .[] | select(does("delete") and (share | not) or does("forget"))
  | "- \(.address | code) " +
    if does("forget") then "leaves the state; nothing is destroyed"
    elif guard then "stops guarding; nobody loses access by that"
    elif does("create") then "is replaced"
    else "is destroyed" end;

def changes:
  (.[] | select(does("update"))
    | (if guard then [accounts("after"; "before") | "\(.) is declared, but not shared"] else [] end + attributes) as $lines
    | select($lines != [])
    | "- \(.address | code)", "  - " + $lines[]),
  (.[] | select(.previous_address and .previous_address != .address) | "- \(.address | code) was \(.previous_address | code)"),
  (.[] | select(.change.importing) | "- \(.address | code) is imported");

def creations($gone):
  .[] | select(does("create"))
  | "- \(.address | code)"
    + (if share then ": \(repository("after")) for \(field("after"; "access_domain")) until \(field("after"; "deadline"))" else "" end)
    + (if .address | IN($gone[]) then "; somebody removed it" else "" end);

def section($title; lines): [lines] | if . == [] then empty else "", "## " + $title, "", .[] end;

def plan:
  [.resource_changes // [] | .[] | select(.mode == "managed")] as $resources
  | [.resource_drift // [] | .[] | select(does("delete")) | .address] as $gone
  | [$resources
      | section("Access that apply would end"; revocations),
        section("Other removals"; removals),
        section("Changes"; changes),
        section("Creations"; creations($gone))]
    + [section("Outputs that change"; .output_changes // {} | to_entries[] | select(.value.actions != ["no-op"]) | "- " + (.key | code))]
  | if . == [] then "", "The plan has changes that this report does not know. Run `terraform plan` to see them." else .[] end;

# The first paragraph of what an error says besides its summary. Masked as a whole,
# since a secret may have paragraphs of its own.
def reason:
  (.detail // "" | masked(secrets) | split("\n\n")[0] // "" | gsub("[ \n]+"; " ")) as $reason
  | if $reason == "" then "" else ": " + ($reason | code) end;

def message:
  (if .summary == "Check block assertion failed" then .detail else .summary end | code)
  + (if .address then " (\(.address | code))" else "" end)
  + (if .severity == "error" and .summary != "Check block assertion failed" then reason else "" end);

def messages($severity): [.[] | select(.severity == $severity) | "- " + message] | unique[];

[inputs | fromjson? | select(.type == "diagnostic") | .diagnostic] as $said
| [
    "# SWR shares: \($outcome)", "",
    if $outcome == "no change" then "The cloud is as declared" + if any($said[]; .severity == "warning") then ", as far as can be seen: read the warnings." else "." end
    elif $outcome == "drift" then "The cloud differs from what is declared. Nothing was changed: to see the whole plan, run `terraform plan`.", ($plan[0] | plan)
    else "No plan could be made, so nothing is known of the cloud.",
      section("Errors"; $said | messages("error"), if any(.severity == "error") then empty else "- Terraform gave no message; see the log of the job." end)
    end,
    section("Warnings"; $said | messages("warning"))
  ]
| .[]
