#!/bin/sh
# Plans the configuration in the current directory and writes a Markdown report of
# the differences between the configuration and the cloud. It changes nothing.
#
#   drift.sh [OPTIONS OF TERRAFORM PLAN...]
#
# Exit codes: 0 no changes, 2 drift, 1 error (the plan failed).
#
# DRIFT_REPORT is the path of the report (default: drift-report.md). TERRAFORM is
# the CLI (default: terraform; tofu works as well). Requires jq, and drift.jq in
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

# shellcheck disable=SC2317 # called by the trap
cleanup() {
  [ -z "$child" ] || kill -TERM "$child" 2>/dev/null || true
  # Before waiting for Terraform, because the runner may kill this script.
  [ -z "$work" ] || rm -rf -- "$work"
  # Terraform releases its state lock. It can no longer write a plan.
  [ -z "$child" ] || wait "$child" || true
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# In the background, so that the shell handles signals while the command runs.
run() {
  code=0
  "$@" &
  child=$!
  wait "$child" || code=$?
  child=
  return "$code"
}

# Remove the report of an earlier run, so that it is not mistaken for a new one.
rm -f -- "$report"
work=$(mktemp -d)
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
cat "$work/report.md" >"$report"

# Print no text from the cloud here. The report contains it, escaped.
printf '%s: see %s\n' "$outcome" "$report"
exit "$status"
