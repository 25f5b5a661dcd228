#!/bin/sh
# Plans the configuration in the current directory and writes a Markdown report of
# the differences between the configuration and the cloud. It changes nothing.
#
#   drift.sh [OPTIONS OF TERRAFORM PLAN...]
#
# Exit codes: 0 no changes, 2 drift, 3 attention (no changes, but a warning that
# somebody has to look at, such as a failed check), 1 error (the plan failed, or there
# is no report).
#
# -refresh=false and -minimal-refresh are errors, also in TF_CLI_ARGS and
# TF_CLI_ARGS_plan: the plan would not read which accounts have access.
#
# DRIFT_REPORT is the path of the report (default: drift-report.md). It must not be a
# symbolic link, a directory or a device. Its directory is created. TERRAFORM is the
# CLI (default: terraform; tofu works as well). Requires jq, and drift.jq in
# the directory of this script.
#
# The plan and its JSON may contain secrets. They are kept in a directory that only
# the current user can read and that is removed on every exit, and never in
# variables, which `sh -x` would print.
set -eu

terraform=${TERRAFORM:-terraform}
report=${DRIFT_REPORT:-drift-report.md}
filter=$(dirname -- "$0")/drift.jq
child=
work=
new=
result=1

# shellcheck disable=SC2317 # called by the trap
cleanup() {
  code=$?
  [ -z "$child" ] || kill -TERM "$child" 2>/dev/null || true
  # Before waiting for Terraform, because the runner may kill this script.
  [ -z "$work" ] || rm -rf -- "$work" || true
  [ -z "$new" ] || rm -f -- "$new" || true
  # Terraform releases its state lock. It can no longer write a plan.
  [ -z "$child" ] || wait "$child" || true
  # A command that fails may end the script with any code, such as 2.
  case $code in
    129 | 130 | 143) exit "$code" ;;
    *) exit "$result" ;;
  esac
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
  printf 'error: %s\n' "$1" >&2
  exit 1
}

# In the background, so that the shell handles signals while the command runs.
run() {
  code=0
  "$@" &
  child=$!
  wait "$child" || code=$?
  child=
  return "$code"
}

check_report() {
  if [ -L "$report" ] || { [ -e "$report" ] && [ ! -f "$report" ]; }; then
    fail "DRIFT_REPORT is not a regular file: $report"
  fi
}

# Write the standard input to the report, as a whole or not at all.
write_report() {
  new=$(mktemp -- "$report.XXXXXX") || fail "unable to write $report"
  cat >"$new" || fail "unable to write $report"
  # mktemp lets only the current user read it.
  chmod "$(printf '%o' $((0666 & ~0$(umask))))" "$new" || fail "unable to write $report"
  check_report
  mv -f -- "$new" "$report" || fail "unable to write $report"
  new=
}

case $report in
  */) fail "DRIFT_REPORT is a directory: $report" ;;
  /*) ;;
  *) report=./$report ;; # it may begin with a dash
esac
check_report
mkdir -p -- "${report%/*}/" || fail "unable to create the directory of $report"
# Remove the report of an earlier run, so that it is not mistaken for a new one.
rm -f -- "$report"
work=$(mktemp -d)

fail_with_report() { # fail_with_report MARKDOWN MESSAGE
  printf '# SWR shares: error\n\n%s\n' "$1" >"$work/report.md"
  write_report <"$work/report.md"
  printf 'error: %s: see %s\n' "$2" "${report#./}"
  exit 1
}
command -v jq >/dev/null || fail_with_report 'The program jq is not installed.' 'jq is not installed'

# Print the first option among the lines of the input that must not be used.
refused() {
  grep -E -- '^--?(refresh=(0|[fF]|false|FALSE|False)|minimal-refresh(=(1|[tT]|true|TRUE|True))?)$' | head -n 1
}

# The options in a variable, one per line. Quotes are removed, as Terraform does. jq
# reads the variable, because it may contain secrets, which `sh -x` would print.
options_in() {
  jq -nr --arg name "$1" 'env[$name] // "" | gsub("[\"\u0027\\\\]"; "") | splits("\\s+")'
}

refuse() { # refuse OPTION WHERE
  [ -n "$1" ] || return 0
  fail_with_report "\`$1\` in $2 is not allowed: the plan would not read which accounts have access." \
    "$1 in $2 is not allowed"
}
refuse "$(printf '%s\n' "$@" | refused)" 'the arguments'
refuse "$(options_in TF_CLI_ARGS | refused)" TF_CLI_ARGS
refuse "$(options_in TF_CLI_ARGS_plan | refused)" TF_CLI_ARGS_plan

: >"$work/messages"
printf 'null' >"$work/plan.json"

status=0
run "$terraform" plan "$@" -json -input=false -detailed-exitcode -out="$work/plan" >"$work/messages" || status=$?
case $status in
  0 | 2) run "$terraform" show -json "$work/plan" >"$work/plan.json" || status=1 ;;
  *) status=1 ;;
esac

case $status in
  0) outcome='no changes' ;;
  2) outcome='drift' ;;
  *) outcome='error' ;;
esac
jq -Rnr --arg outcome "$outcome" --slurpfile plan "$work/plan.json" -f "$filter" "$work/messages" >"$work/report.md" || {
  status=1 outcome='error'
  printf '# SWR shares: error\n\nUnable to write the report. See the log of the job.\n' >"$work/report.md"
}
if head -n 1 "$work/report.md" | grep -q ': attention$'; then
  status=3 outcome='attention'
fi
write_report <"$work/report.md"

# Print no text from the cloud here. The report contains it, escaped.
printf '%s: see %s\n' "$outcome" "${report#./}"
result=$status
