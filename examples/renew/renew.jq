# Renders the text of renew.sh from $access (the output of main.tf), $lines (the lines
# of the configuration) and $days. It is empty if no share ends.

# A code span, fenced by more backticks in a row than the text contains, so that
# Markdown and HTML in a description have no effect.
def code:
  (gsub("\\s+"; " ") | sub("^ "; "") | sub(" $"; "")) as $text
  | ("`" * (([$text | match("`+"; "g").length] | max // 0) + 1)) as $fence
  | if $text | test("^`|`$|^$") then "\($fence) \($text) \($fence)" else $fence + $text + $fence end;

# The lines that contain a string that begins with the text, regardless of case.
def lines_with($text): [$lines[0][] | select(.text | ascii_downcase | contains("\"" + ($text | ascii_downcase)))];

# The lines with the share's deadline. Of several, those that are nearest to the
# account in the same file.
def deadlines:
  lines_with(.deadline) as $found
  | lines_with(.access_domain + "\"") as $accounts
  | [$found[] | . as $line | . + {distance: ([$accounts[] | select(.file == $line.file) | .line - $line.line | fabs] | min)}]
  | ([.[].distance | numbers] | min) as $nearest
  | map(select(.distance == $nearest));

def share:
  "- \(.access_domain | code) on \("\(.namespace)/\(.repository)" | code): \(.expires_at)"
    + (if .description == "" then "" else ", \(.description | code)" end),
  (if lines_with(.access_domain + "\"") == [] then "  - No line of the configuration names the account." else empty end),
  ((deadlines[] | "  - \("\(.file):\(.line)" | code): \(.text | code)")
    // "  - No line of the configuration has the deadline \(.deadline | code).");

def section($title; $shares):
  if $shares == [] then empty else "## " + $title, "", ($shares | sort_by(.expires_at)[] | share), "" end;

$access[0] as $access
| [$access.shares[] | select(.expires_at != null)] as $limited
| [$limited[] | select((.expires_at | fromdateiso8601) <= now)] as $ended
| [$limited[] | select((.expires_at | fromdateiso8601) as $until | $until > now and $until <= now + $days * 86400)] as $ending
| if $ended + $ending == [] and $access.complete then empty
  else
    "Decide for each share: set a later deadline in the line, or remove the share from the configuration.", "",
    (if $access.complete then empty else "SWR did not return all shares: other shares may end, too.", "" end),
    section("Access ends within \($days) days"; $ending),
    section("Access has ended"; $ended)
  end
