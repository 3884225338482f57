#!/usr/bin/env bash
# Builds the commands for Linux, macOS and Windows on amd64 and arm64, without cgo, as
# archives with shell completions, and writes their checksums. Needs Go, git, GNU tar and
# gzip; the same commit gives the same bytes.
#
#   bash deploy/release.sh [FOLDER]     # default: release/ beside deploy/
#
# What is built is the commit that is checked out, whatever else the files hold: in a
# clone, where Go finds the version that --version prints, the commit's tag or a
# pseudo-version.
set -euo pipefail

usage() { printf 'Usage: bash deploy/release.sh [FOLDER]\n'; }
fail() { printf 'release.sh: %s\n' "$2" >&2; exit "$1"; }

case ${1-} in
  -h | --help) usage; exit ;;
  -*) fail 2 "unknown flag $1; $(usage)" ;;
esac
[ $# -le 1 ] || fail 2 "unexpected argument $2; $(usage)"
root=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$root/release}
[ ! -e "$out" ] || [ -d "$out" ] || fail 2 "$out is no folder"
git -C "$root" rev-parse --verify --quiet HEAD >/dev/null 2>&1 || fail 2 "$root is no git repository, which the version is taken from"
mkdir -p "$out"
out=$(cd "$out" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

commit=$(git -C "$root" rev-parse HEAD)
[ -z "$(git -C "$root" status --porcelain)" ] || printf 'release.sh: note: changes that are not committed are left out\n' >&2
git clone --quiet --no-checkout "$root" "$scratch/source"
cd "$scratch/source"
git checkout --quiet --detach "$commit"

export CGO_ENABLED=0 GOAMD64=v1 GOARM64=v8.0 # for every processor
version=$(git describe --tags --always)
day=$(git log -1 --format=%cI)

go build -buildvcs=true -o "$scratch/native/" ./cmd/...
stamp=$("$scratch/native/train" --version)
case $stamp in
  *modified* | *devel*) fail 1 "Go took no version from the commit: $stamp" ;;
  *"commit ${commit:0:12}"*) ;;
  *) fail 1 "Go took another version than that of commit $commit: $stamp" ;;
esac
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
    tar --sort=name --mtime="$day" --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX -C "$scratch" -cf - "$name" | gzip -n9 >"$out/$name.tar.gz"
    printf '%s\n' "$name.tar.gz"
  done
done
cd "$out"
sha256sum condmean-"$version"-*.tar.gz >SHA256SUMS
sha256sum --check --quiet SHA256SUMS
cat SHA256SUMS
