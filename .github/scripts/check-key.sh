#!/usr/bin/env bash
# Checks the public key that verifies releases: one RSA key, as the Terraform Registry
# requires.
#
#   .github/scripts/check-key.sh [FILE]
#
# FILE is .github/signing-key.asc of this repository by default. It needs gpg.
set -euo pipefail

key=${1:-$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")/signing-key.asc}
if [[ ! -s $key ]]; then
  cat >&2 <<END
There is no signing key in $key, so nobody could verify a release.
The maintainer who has the secret key adds its public key, before the tag is pushed:

  gpg --armor --export KEY_ID >.github/signing-key.asc

"Releases" in .github/CONTRIBUTING.md says how to make the key.
END
  exit 1
fi

home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
records=$(gpg --homedir "$home" --batch --quiet --show-keys --with-colons "$key" 2>/dev/null || true)
if grep -q '^sec:' <<<"$records"; then
  echo "$key contains a secret key. Remove it, and make a new key if it was committed." >&2
  exit 1
fi
# Field 4 of the record of a primary key is the algorithm, and 1 is RSA.
if [[ $(awk -F: '$1 == "pub" { print $4 }' <<<"$records") != 1 ]]; then
  echo "$key must contain one public key, an RSA key: the Terraform Registry accepts no ECC key." >&2
  exit 1
fi
