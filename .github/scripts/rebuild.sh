#!/usr/bin/env bash
# Builds the binaries of a release a second time, with Go alone, and compares each one
# with the binary in its archive. Run it in a checkout of the release's tag:
#
#   .github/scripts/rebuild.sh DIRECTORY [ARCHIVE...]
#
# DIRECTORY contains the archives. Without names of archives, all are compared. It
# needs Go and unzip. Go downloads the version that built the release if it has
# another one.
set -euo pipefail

directory=$(cd "$1" && pwd)
shift
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

archives=("${@/#/$directory/}")
if [[ ${#archives[@]} == 0 ]]; then
  archives=("$directory"/*.zip)
fi
# No setting of this machine may change the result.
export CGO_ENABLED=0 GOFLAGS='' GOEXPERIMENT='' GOWORK=off GOFIPS140=off
export GOAMD64=v1 GOARM64=v8.0 GO386=sse2 GOARM=6
failed=0
for archive in "${archives[@]}"; do
  IFS=_ read -r name version os arch < <(basename "$archive" .zip)
  # The same flags as in .goreleaser.yml.
  case $name in
    terraform-provider-swr)
      binary=${name}_v$version
      build=(-tags 'grpcnotrace,nethttpomithttp2' -ldflags "-s -w -X main.version=$version" .)
      ;;
    swr-simulator)
      binary=$name
      build=(-ldflags '-s -w' ./internal/swrtest/cmd/swr-simulator)
      ;;
    *)
      echo "$(basename "$archive"): must be an archive of the provider or of swr-simulator" >&2
      exit 1
      ;;
  esac
  if [[ $(unzip -Z1 "$archive") != "$binary"?(.exe) ]]; then
    echo "$(basename "$archive"): must contain only the binary" >&2
    exit 1
  fi
  unzip -p "$archive" >"$work/released"
  toolchain=$(go version "$work/released" | sed 's/.* //')
  GOTOOLCHAIN=$toolchain GOOS=$os GOARCH=$arch \
    go build -trimpath -buildvcs=false -o "$work/rebuilt" "${build[@]}"
  if cmp "$work/released" "$work/rebuilt"; then
    echo "$(basename "$archive"): identical, built with $toolchain"
  else
    failed=1
  fi
done
exit "$failed"
