#!/usr/bin/env bash
# Measures training on two ranks beside one process, and sums over ranks, for
# docs/cluster.md: on this machine, and over a loopback that is held to 1 Gb/s in a
# network of its own, where that is permitted. Needs Go, a C compiler and Open MPI
# (Debian: openmpi-bin, libopenmpi-dev); takes some minutes on two cores that have
# nothing else to do.
#
#   bash bench/cluster.sh
set -euo pipefail
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
go build -tags mpi -o "$scratch/" ./cmd/train ./bench/cluster
ranks() { mpirun -n "$1" --oversubscribe --bind-to none "${@:2}"; }

# rate NAME COMMAND... prints the steps a second of a run's second half.
rate() {
  local out="$scratch/run"
  rm -rf "$out"
  "${@:2}" --out "$out" --set train.steps="$steps" --set train.log_every=$((steps / 2)) --set train.val_every=0 --set train.epochs=0 \
    --set checkpoint.every_steps=0 --set checkpoint.every_minutes=0 --set eval.samples=10 --set eval.snr=10 --set eval.methods=oneshot \
    --set eval.baselines=ls "${set[@]}" >"$scratch/log" 2>&1 </dev/null || { cat "$scratch/log" >&2; exit 1; }
  awk -F, -v name="$1" 'NR==1 {for (i=1; i<=NF; i++) if ($i == "steps_per_second") c=i} {r=$c} END {printf "| %s | %.2f | %.0f |\n", name, r, 1000/r}' "$out/metrics.csv"
}

compare() {
  printf '\n%s\n\n| | steps/s | ms |\n|---|--:|--:|\n' "$1"
  rate "1 process, 1 thread" "$scratch/train" --config "$2" --threads 1
  rate "1 process, 2 threads" "$scratch/train" --config "$2" --threads 2
  rate "2 ranks, 1 thread each" ranks 2 "$scratch/train" --config "$2" --threads 1
}

uptime
small=(--set data.samples.train=20000 --set data.samples.val=1000)
steps=40 set=("${small[@]}")
compare "UNet of gmm64-unet, batch norm, batches of 128" gmm64-unet
steps=40 set=("${small[@]}" --set model.norm=group)
compare "The same with group norm" gmm64-unet
steps=100 set=("${small[@]}")
compare "Gated network of gmm64, batches of 512" gmm64

printf '\nShared memory\n\n'
ranks 2 "$scratch/cluster" --sums
if unshare -n true 2>/dev/null && command -v tc >/dev/null; then
  limited() { # the ranks of all sides share one loopback of 1 Gb/s
    unshare -n bash -c 'ip link set lo up && tc qdisc add dev lo root tbf rate 1gbit burst 256kb latency 200ms && "$@"' -- \
      mpirun -n "$1" --oversubscribe --bind-to none --mca btl self,tcp --mca btl_tcp_if_include lo --mca oob_tcp_if_include lo "${@:2}"
  }
  for n in 2 3 4; do
    printf '\nLoopback of 1 Gb/s: 1/β = %s GB/s is expected\n\n' "$(awk "BEGIN {printf \"%.4f\", 0.125/$n}")"
    limited $n "$scratch/cluster" --sums --rounds 5
  done
  printf '\nTraining over it\n\n| | steps/s | ms |\n|---|--:|--:|\n'
  steps=20 set=("${small[@]}" --set model.norm=group)
  rate "gmm64-unet, group norm, 2 ranks, 1 thread each" limited 2 "$scratch/train" --config gmm64-unet --threads 1
  steps=40 set=("${small[@]}")
  rate "gmm64, 2 ranks, 1 thread each" limited 2 "$scratch/train" --config gmm64 --threads 1
else
  printf '\nThe limited loopback is left out: it needs the right to make a network (unshare -n) and tc\n'
fi
"$scratch/cluster" --predict
"$scratch/cluster" --predict --alpha 3e-6 --beta 0.09e-9 --faster 16
