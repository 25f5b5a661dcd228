#!/usr/bin/env bash
# Signs the checksums of a release, as the Terraform Registry requires: a detached
# binary signature of an RSA key in NAME_VERSION_SHA256SUMS.sig.
#
#   sign.sh CHECKSUMS SHA256
#
# SHA256 is the expected checksum of the file CHECKSUMS, from the job that built the
# release. The key is in GPG_PRIVATE_KEY (armored) and GPG_PASSPHRASE.
set -euo pipefail

checksums=$1
expected=$2
echo "$expected  $checksums" | sha256sum --check --strict

if [[ -z ${GPG_PRIVATE_KEY:-} ]]; then
  echo 'GPG_PRIVATE_KEY is empty: it must be a secret of the environment "release" (see .github/CONTRIBUTING.md).' >&2
  exit 1
fi
GNUPGHOME=$(mktemp -d)
export GNUPGHOME
trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"' EXIT
gpg --batch --quiet --import <<<"$GPG_PRIVATE_KEY"
# Fields of the record of the primary key: 4 is the algorithm, where 1 is RSA.
if [[ $(gpg --batch --list-secret-keys --with-colons | awk -F: '$1 == "sec" { print $4 }') != 1 ]]; then
  echo 'GPG_PRIVATE_KEY must contain one key, an RSA key: the Terraform Registry accepts no ECC key.' >&2
  exit 1
fi
gpg --batch --pinentry-mode loopback --passphrase-fd 0 --digest-algo SHA256 \
  --output "$checksums.sig" --detach-sign "$checksums" <<<"${GPG_PASSPHRASE:-}"
gpg --batch --verify "$checksums.sig" "$checksums"
