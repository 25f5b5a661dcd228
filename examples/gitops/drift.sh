#!/bin/sh
# Plans the configuration in the current directory and reports, in Markdown, how
# the cloud differs from it. It changes nothing.
#
#   drift.sh [OPTIONS OF TERRAFORM PLAN...]
#
# Exit code: 0 no change, 2 drift, 1 error (no plan could be made).
#
# DRIFT_REPORT is the report's path, drift-report.md by default; TERRAFORM the
# CLI, terraform by default (tofu works, too). Needs jq, and drift.jq beside this
# script.
#
# The plan and its JSON may hold secrets. They stay in a directory that only this
# user can read and that is removed at the end, however it ends; neither they nor
# anything of them stands in a variable, where `sh -x` would print it.
set -eu

terraform=${TERRAFORM:-terraform}
report=${DRIFT_REPORT:-drift-report.md}
filter=$(dirname -- "$0")/drift.jq
child=
work=

# shellcheck disable=SC2317 # the trap calls it
leave() {
  [ -z "$child" ] || kill -TERM "$child" 2>/dev/null || true
  # First of all, since a runner may not wait for long.
  [ -z "$work" ] || rm -rf -- "$work"
  # Terraform gives its lock back, and can't write a plan any more.
  [ -z "$child" ] || wait "$child" || true
}
trap leave EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# In the background, so that a signal is heard at once and handed on.
run() {
  code=0
  "$@" &
  child=$!
  wait "$child" || code=$?
  child=
  return "$code"
}

# A report of an earlier run must not pass for this one's.
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
  0) outcome='no change' ;;
  2) outcome='drift' ;;
  *) outcome='error' ;;
esac
jq -Rnr --arg outcome "$outcome" --slurpfile plan "$work/plan.json" -f "$filter" "$work/messages" >"$work/report.md" || {
  status=1 outcome='error'
  printf '# SWR shares: error\n\nThe report could not be written; see the log of the job.\n' >"$work/report.md"
}
cat "$work/report.md" >"$report"

# Nothing from the cloud is printed here: the report is for that.
printf '%s: see %s\n' "$outcome" "$report"
exit "$status"
