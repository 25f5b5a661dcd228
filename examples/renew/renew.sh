#!/usr/bin/env bash
# Prints the text of an issue (Markdown) with the shares that have ended, or that end
# within some days, and the lines of the configuration that set their deadlines.
#
#   terraform output -json access | renew.sh [DIRECTORY]
#
# DIRECTORY contains the configuration that declares the shares (default: the current
# one). Its *.tf and *.tfvars files are searched, without those of subdirectories.
#
# Exit codes: 0 no share ends (nothing is printed), 2 the text was printed, 1 error.
#
# RENEW_DAYS is the number of days (default: 30). Requires jq.
set -euo pipefail
shopt -s nullglob

days=${RENEW_DAYS:-30}
directory=${1:-.}

fail() {
  printf 'error: %s\n' "$1" >&2
  exit 1
}

[[ $days =~ ^[0-9]{1,4}$ ]] || fail "RENEW_DAYS is not a number of days: $days"
[ -d "$directory" ] || fail "not a directory: $directory"
command -v jq >/dev/null || fail 'jq is not installed'
access=$(jq -e 'if (.shares | type) == "array" and (.complete | type) == "boolean" then . else null end') ||
  fail 'the input is not the output "access": see main.tf'

# Each line of the configuration, as {file, line, text}.
files=("$directory"/*.tf "$directory"/*.tfvars)
lines='[]'
if [ "${#files[@]}" -gt 0 ]; then
  lines=$(jq -nR '[foreach inputs as $text ({};
    {file: input_filename, line: (if .file == input_filename then .line + 1 else 1 end), $text})]' "${files[@]}")
fi

text=$(jq -rn --argjson days "$((10#$days))" --slurpfile access <(printf '%s' "$access") --slurpfile lines <(printf '%s' "$lines") \
  -f "$(dirname -- "${BASH_SOURCE[0]}")/renew.jq") || fail 'unable to write the text'
[ -n "$text" ] || exit 0
printf '%s\n' "$text"
exit 2
