#!/usr/bin/env bash
# Prints the notes of a release: the section of the version in CHANGELOG.md.
#
#   .github/scripts/notes.sh VERSION
set -euo pipefail

version=$1
notes=$(awk -v heading="## [$version]" '
  /^## / || /^\[.*\]: / { inside = index($0, heading) == 1; next }
  inside
' "$(dirname "${BASH_SOURCE[0]}")/../../CHANGELOG.md")
if [[ -z $notes ]]; then
  echo "CHANGELOG.md has no section [$version]: move the entries under \"Unreleased\" to it." >&2
  exit 1
fi
printf '%s\n' "$notes"
