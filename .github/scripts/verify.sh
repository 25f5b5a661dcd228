#!/usr/bin/env bash
# Verifies a downloaded release: signature, checksums, SBOM, attestations, and that
# Terraform installs it. Run it in a checkout of the release's tag:
#
#   .github/scripts/verify.sh DIRECTORY VERSION
#
# DIRECTORY contains all files of the release. It needs gpg, Go, jq, unzip, the
# Terraform CLI and the GitHub CLI. SIGNING_KEY names another public key than the one
# in this repository, and ATTESTATIONS=skip skips the attestations, which need GitHub.
set -euo pipefail
shopt -s inherit_errexit

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
key=$(realpath "${SIGNING_KEY:-$root/.github/signing-key.asc}")
version=$2
release=terraform-provider-swr_$version
repository=terraform-provider-swr/terraform-provider-swr
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

step() {
  printf '==> %s\n' "$*"
}

step 'signature'
"$root/.github/scripts/check-key.sh" "$key"
mkdir -m 700 "$work/gnupg"
gpg --homedir "$work/gnupg" --batch --quiet --dearmor --output "$work/key.gpg" <"$key"
gpgv --keyring "$work/key.gpg" "${release}_SHA256SUMS.sig" "${release}_SHA256SUMS"

step 'checksums of all archives and of the manifest'
sha256sum --check --strict "${release}_SHA256SUMS"
diff <(awk '{ print $2 }' "${release}_SHA256SUMS" | LC_ALL=C sort) \
  <(printf '%s\n' *.zip "${release}_manifest.json" | LC_ALL=C sort)
cmp "${release}_manifest.json" "$root/terraform-registry-manifest.json"

step 'SBOM'
"$root/.github/scripts/check-sbom.sh" .

if [[ ${ATTESTATIONS:-} == skip ]]; then
  step 'attestations: skipped'
else
  step 'attestations'
  for file in *.zip "${release}_SHA256SUMS" "${release}_manifest.json" "$release.spdx.json"; do
    verify=(gh attestation verify "$file" --repo "$repository" --source-ref "refs/tags/v$version"
      --signer-workflow "$repository/.github/workflows/release.yml" --deny-self-hosted-runners)
    "${verify[@]}"
    if [[ $file == "$release"_*.zip ]]; then
      "${verify[@]}" --predicate-type https://spdx.dev/Document/v2.3
    fi
  done
fi

step 'terraform init'
source=terraform-provider-swr/swr
mkdir -p "$work/mirror/registry.terraform.io/$source" "$work/configuration"
cp "${release}_$(go env GOOS)_$(go env GOARCH).zip" "$work/mirror/registry.terraform.io/$source"
cat >"$work/configuration/main.tf" <<END
terraform {
  required_providers {
    swr = {
      source  = "$source"
      version = "$version"
    }
  }
}
END
cat >"$work/cli.tfrc" <<END
provider_installation {
  filesystem_mirror {
    path = "$work/mirror"
  }
}
END
export TF_CLI_CONFIG_FILE=$work/cli.tfrc CHECKPOINT_DISABLE=1
terraform -chdir="$work/configuration" init -input=false >"$work/init.log" || {
  cat "$work/init.log" >&2
  exit 1
}
terraform -chdir="$work/configuration" providers schema -json | jq -e --arg source "registry.terraform.io/$source" \
  '.provider_schemas[$source].resource_schemas | has("swr_repository_share")' >/dev/null
unzip -q "${release}_$(go env GOOS)_$(go env GOARCH).zip" -d "$work/binary"
[[ $("$work/binary/terraform-provider-swr_v$version" -version) == "terraform-provider-swr $version" ]]

step "version $version is verified"
