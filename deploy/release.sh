#!/usr/bin/env bash
# Builds the commands for Linux, macOS and Windows on amd64 and arm64, without cgo, as
# archives with shell completions, and writes their checksums. Needs Go, git, GNU tar and
# gzip; the same commit gives the same bytes.
#
#   bash deploy/release.sh [FOLDER]     # default: release/
#
# The version that --version prints is the one that Go takes from the commit: its tag,
# or a pseudo-version.
set -euo pipefail
cd "$(dirname "$0")/.."

out=${1:-release}
mkdir -p "$out"
out=$(cd "$out" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

export CGO_ENABLED=0
version=$(git describe --tags --always --dirty)
day=$(git log -1 --format=%cI)

go build -o "$scratch/native/" ./cmd/...
for shell in bash zsh fish; do
  mkdir -p "$scratch/completions/$shell"
  for command in train denoise generate convert; do
    case $shell in # as the shells look for them
      bash) file=$command ;;
      zsh) file=_$command ;;
      fish) file=$command.fish ;;
    esac
    "$scratch/native/$command" --completion $shell >"$scratch/completions/$shell/$file"
  done
done

for os in linux darwin windows; do
  for arch in amd64 arm64; do
    name=condmean-$version-$os-$arch
    mkdir -p "$scratch/$name"
    GOOS=$os GOARCH=$arch go build -trimpath -buildvcs=true -ldflags='-s -w' -o "$scratch/$name/" ./cmd/...
    cp -r README.md CHANGELOG.md LICENSE CITATION.cff "$scratch/completions" "$scratch/$name/"
    tar --sort=name --mtime="$day" --owner=0 --group=0 --numeric-owner -C "$scratch" -cf - "$name" | gzip -n9 >"$out/$name.tar.gz"
    printf '%s\n' "$name.tar.gz"
  done
done
cd "$out"
sha256sum condmean-"$version"-*.tar.gz >SHA256SUMS
cat SHA256SUMS
