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

"$(dirname "${BASH_SOURCE[0]}")/notes.sh" "$version" >"$work/notes"
options=()
if [[ $version == *-* ]]; then
  options+=(--prerelease)
fi
gh release create "$tag" "$directory"/* --draft --verify-tag --title "$tag" --notes-file "$work/notes" "${options[@]}"
gh release download "$tag" --dir "$work/download"
diff -r "$directory" "$work/download"
gh release edit "$tag" --draft=false
