#!/usr/bin/env bash
# The experiments of docs/results.md: every run, every evaluation, then the page.
# Needs Go, and espeak-ng for the part audio. Hours on two cores.
#
#   bash bench/results.sh                    # all parts, then the page
#   bash bench/results.sh mixture steps      # some parts, then the page
#   RESULTS_THREADS=1 bash bench/results.sh  # threads of each command; results do not depend on them
#
# Everything lies in runs/results: a folder for each command with what it made, and
# its words in commands/. What is finished is skipped, what was interrupted goes on.
# A command that has changed since is refused: remove its folder to have it anew.
# Data sets are looked for in CONDMEAN_DATA.
set -euo pipefail
cd "$(dirname "$0")/.."

out=runs/results
threads=${RESULTS_THREADS:-0}
mkdir -p "$out/commands"
go build -o bin/ ./cmd/... ./bench/results

# due NAME COMMAND...: writes the command down; false if its report is there.
due() {
  local name=$1 words=$out/commands/$1
  shift
  if [ -e "$words" ] && [ "$(cat "$words")" != "$*" ]; then
    echo "results: $out/$name is of another command, that in $words; remove both to have it anew" >&2
    exit 2
  fi
  printf '%s\n' "$*" >"$words"
  [ ! -e "$out/$name/eval.json" ] && [ ! -e "$out/$name/report/eval.json" ] || return 1
  printf '\n== %s\n' "$*"
}

# train NAME FLAGS...: a run in the folder NAME, which ends with a report.
train() {
  local name=$1
  shift
  due "$name" train "$@" --out "$out/$name" || return 0
  if [ -e "$out/$name/config.yaml" ]; then
    bin/train --resume "$out/$name" --threads "$threads"
  else
    bin/train "$@" --threads "$threads" --out "$out/$name"
  fi
}

# denoise NAME FLAGS...: a report in the folder NAME.
denoise() {
  local name=$1
  shift
  due "$name" denoise "$@" --out "$out/$name" || return 0
  bin/denoise "$@" --threads "$threads" --out "$out/$name"
}

# prior PRESET: the mixture that a preset draws, for its exact predictor.
prior() {
  [ -e "$out/$1.npz" ] || bin/results --prior "$1" "$out/$1.npz"
}

# (a) The random mixture, with the weights that come with the program.
mixture() {
  local snr='--snr -20:5:40 --match exact' exact=gmm:$out/gmm64.npz
  prior gmm64
  denoise mixture --checkpoint gmm64 $snr --methods oneshot --baselines ls,lmmse,gmm:128,cme --samples 20000
  denoise mixture-exact --checkpoint $exact $snr --methods oneshot --baselines cme --samples 20000
  denoise mixture-mean --checkpoint gmm64 $snr --methods mean --baselines cme --samples 20000
  denoise mixture-exact-mean --checkpoint $exact $snr --methods mean --baselines cme --samples 20000
  denoise mixture-draws --checkpoint gmm64 --snr -10:10:20 --match exact --methods resample,average:16 --baselines cme --samples 300
}

# (b) One network a number of steps T, and the exact predictor.
steps() {
  local T snr='--snr -10:10:20 --match db'
  prior gmm64
  for T in 5 10 50 100 300 1000; do
    train steps-$T --config gmm64 --set schedule.steps=$T --set model.mlp.gated=0 --set train.steps=2500 --set train.ema=0.999 \
      --set eval.samples=500 --set eval.methods=oneshot --set eval.baselines=cme
    denoise steps-$T-network --checkpoint $out/steps-$T $snr --methods mean,oneshot --baselines cme --samples 500
    denoise steps-$T-exact --checkpoint gmm:$out/gmm64.npz --steps $T $snr --methods mean,oneshot --baselines cme --samples 500
  done
}

# (c) Mixtures fitted to images, whose optimum is known: the gated residual network
# on one of them, the UNet on both.
fitted() {
  local set steps snr='--snr -10:5:20 --match exact'
  train fitted-mnist --config mnist-gmm --set data.components=128 --set data.mixture=$out/mnist-128.npz --set data.fresh=true \
    --set model.kind=mlp --set model.mlp.width=512 --set model.mlp.hidden=1024 --set model.mlp.gated=1024 \
    --set objective.target=x0 --set objective.weighting=min-snr \
    --set train.batch=256 --set train.steps=3000 --set train.beta2=0.99 --set train.ema=0.998 --set train.val_every=1000 --set train.log_every=100 \
    --set eval.samples=500 --set eval.methods=oneshot
  train fitted-mnist-experts --config mnist-gmm --set data.components=128 --set data.mixture=$out/mnist-128.npz --set data.samples.train=1000000 \
    --set model.kind=experts --set model.experts.count=192 --set model.experts.rank=384 --set init.fit=1 \
    --set train.batch=1024 --set train.steps=600 --set train.lr=5e-5 --set train.beta2=0.99 --set train.ema=0.99 --set train.val_every=100 --set train.log_every=20 \
    --set eval.samples=500 --set eval.methods=oneshot
  denoise fitted-mnist-experts-oneshot --checkpoint $out/fitted-mnist-experts --snr 0:5:15 --match exact --methods oneshot --baselines lmmse,cme --samples 2000
  for set in mnist fashion; do
    [ $set = mnist ] && steps=12000 || steps=4000
    train fitted-$set-unet --config $set-gmm --set data.components=128 --set data.mixture=$out/$set-128.npz \
      --set data.fresh=true --set train.steps=$steps --set train.ema=0.999 --set train.val_every=1000 --set eval.samples=500 --set eval.methods=oneshot
    denoise fitted-$set-oneshot --checkpoint $out/fitted-$set-unet $snr --methods oneshot --baselines ls,lmmse,gmm:32,cme --samples 2000
    denoise fitted-$set-mean --checkpoint $out/fitted-$set-unet $snr --methods mean --baselines cme --samples 100
  done
}

# (d) Images, whose optimum is not known.
images() {
  train mnist --config mnist --set train.steps=3000 --set train.ema=0.999 --set train.val_every=500 --set eval.samples=100
  train fashion --config fashion --set eval.samples=100
  train cifar10 --config cifar10 --set eval.samples=100
  local set
  for set in mnist fashion cifar10; do
    denoise $set-oneshot --checkpoint $out/$set --snr -10:5:20 --methods oneshot --baselines ls,lmmse,gmm:32,nlm,tv,wavelet --samples 500
    denoise $set-mean --checkpoint $out/$set --snr -10:5:20 --methods mean,oneshot --baselines lmmse --samples 100
  done
}

# (e) Spectra of speech. A synthesiser reads paragraphs out of the project's documents.
audio() {
  if [ ! -e "$out/speech/done" ]; then
    command -v espeak-ng >/dev/null || { echo "results: the part audio needs espeak-ng" >&2; return 0; }
    mkdir -p "$out/speech"
    local n=0 paragraph voices=(en-us en-gb en-gb-scotland en-us+f3 en-gb+m4 en-us+f4)
    while read -r paragraph; do
      espeak-ng -v "${voices[n % 6]}" -s $((140 + n % 5 * 15)) -p $((30 + n % 7 * 8)) -w "$out/speech/$(printf %04d $n).wav" -- "$paragraph"
      n=$((n + 1))
    done <bench/results/speech.txt
    touch "$out/speech/done"
  fi
  train speech-run --config audio --data $out/speech --set train.steps=400 --set eval.samples=100
  denoise speech-oneshot --checkpoint $out/speech-run --snr -10:5:20 --methods oneshot --baselines ls,lmmse,gmm:32 --samples 2000
  denoise speech-mean --checkpoint $out/speech-run --snr -10:5:20 --methods mean,oneshot --baselines lmmse --samples 200
}

# (f) Along the chains, wrong SNRs, Lipschitz constants.
studies() {
  local look='--snr -10:10:20 --methods mean --per-step --mismatch -6:2:6 --lipschitz'
  prior gmm64
  denoise study-mixture --checkpoint gmm64 $look --baselines cme --samples 500
  denoise study-exact --checkpoint gmm:$out/gmm64.npz $look --baselines cme --samples 200
  denoise study-mnist --checkpoint $out/mnist $look --baselines lmmse --samples 50
}

# (g) What a minute of training gives. The first two run at the same time, on a
# thread each, so that what else the machine does slows both; the others take an
# hour and more.
minutes() {
  local end='--set eval.methods=oneshot --set eval.baselines=lmmse,cme' threads=1
  train minutes-unet --config gmm64-unet --set data.fresh=true --set train.steps=4500 --set train.lr=1e-3 --set train.schedule=cosine --set train.warmup=200 \
    --set train.val_every=250 --set eval.match=exact $end &
  train minutes-mlp --config gmm64 --set train.steps=8000 --set train.val_every=250 $end
  wait $!
  train minutes-256 --config gmm64 --set model.mlp.gated=0 --set train.steps=40000 --set train.val_every=2000 --set train.log_every=500
  train minutes-short --config gmm64 --set train.steps=6000 --set train.ema=0.999 --set train.val_every=3000 --set eval.methods=oneshot --set eval.baselines=cme
  train minutes-768 --config gmm64 --set eval.methods=oneshot --set eval.baselines=cme
}

parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(mixture images steps fitted minutes studies audio)
for part in "${parts[@]}"; do
  case $part in
  mixture | steps | fitted | images | audio | studies | minutes) "$part" ;;
  page) ;;
  *) echo "results: no part $part; there are mixture, steps, fitted, images, audio, studies, minutes, page" >&2; exit 2 ;;
  esac
done
bin/results
