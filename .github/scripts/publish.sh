#!/usr/bin/env bash
# Publishes a release on GitHub. The files are uploaded to a draft, downloaded again
# and compared, before anybody can see them.
#
#   .github/scripts/publish.sh DIRECTORY VERSION
#
# The notes are the section of the version in CHANGELOG.md. It needs the GitHub CLI.
set -euo pipefail

directory=$1
version=$2
tag=v$version
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
awk -v heading="## [$version]" '
  /^## / || /^\[.*\]: / { inside = index($0, heading) == 1; next }
  inside
' "$root/CHANGELOG.md" >"$work/notes"
if ! grep -q . "$work/notes"; then
  echo "CHANGELOG.md has no section [$version]." >&2
  exit 1
fi
options=()
if [[ $version == *-* ]]; then
  options+=(--prerelease)
fi
gh release create "$tag" "$directory"/* --draft --verify-tag --title "$tag" --notes-file "$work/notes" "${options[@]}"
gh release download "$tag" --dir "$work/download"
diff -r "$directory" "$work/download"
gh release edit "$tag" --draft=false
