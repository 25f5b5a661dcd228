#!/usr/bin/env bash
# Compares the SBOM of a release with the binaries in its archives: it must list
# exactly the modules that `go version -m` lists, and the version of Go. The provider's
# own module has no version in a binary.
#
#   .github/scripts/check-sbom.sh DIRECTORY
#
# DIRECTORY contains the archives and one SBOM. It needs Go, jq and unzip.
set -euo pipefail

cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

jq -r '
  .packages[]
  | select(any(.externalRefs[]?; .referenceLocator | startswith("pkg:golang/")))
  | [.name, (.versionInfo // "" | ltrimstr("go"))] | map(select(. != "")) | join(" ")
' terraform-provider-swr_*.spdx.json | LC_ALL=C sort >"$work/listed"
for archive in terraform-provider-swr_*.zip; do
  unzip -p "$archive" >"$work/binary"
  {
    echo "stdlib $(go version "$work/binary" | sed 's/.* go//')"
    go version -m "$work/binary" | awk '$1 == "mod" { print $2 } $1 == "dep" { print $2, $3 }'
  } | LC_ALL=C sort >"$work/built"
  if ! diff "$work/listed" "$work/built" >&2; then
    echo "$archive: the SBOM (<) and the binary (>) differ" >&2
    exit 1
  fi
done
echo "The SBOM lists the $(wc -l <"$work/listed") modules of each binary."
