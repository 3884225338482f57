"""Train on complex data and compare with a computation in complex arithmetic.

    go build -o bin/ ./cmd/...
    python bench/complexcheck.py [STEPS]         default: 3000

Samples of a small complex mixture, off its mean and power, are trained on as a
complex .npy under both conventions (data.noise). NumPy adds noise CN(0, P/SNR), P
the samples' power, computes the LMMSE and the conditional mean (CME), and writes
the observations to a complex .npy, which `denoise --input` denoises with the two
networks. `denoise` also makes noise of its own and evaluates the networks, the
observation and its own LMMSE on the same samples. All NMSEs should agree where
they are of the same estimator, whatever the convention; the networks are above
the CME by what they have not learnt. Intervals are 95 %.
"""
import csv
import math
import os
import subprocess
import sys
import tempfile

import numpy as np

from complexnet import Mixture, nmse

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
SNRS = (-5, 0, 5, 10, 15)
TRAIN, TEST, LENGTH = 40_000, 4_000, 8
SCALE, SHIFT = 3.0, 0.7 - 0.4j


def command(name, *args):
    return subprocess.run([os.path.join(ROOT, "bin", name), *map(str, args)], check=True, capture_output=True, text=True).stdout


def main():
    steps = sys.argv[1] if len(sys.argv) > 1 else "3000"
    rng, prior = np.random.default_rng(3), Mixture()
    x = prior.sample(TEST, rng)
    rows = {}
    with tempfile.TemporaryDirectory() as tmp:
        at = lambda *p: os.path.join(tmp, *p)
        os.mkdir(at("data"))
        units = lambda z: (SCALE * z + SHIFT).astype(np.complex64)
        for name, z in ("train", prior.sample(TRAIN, rng)), ("val", prior.sample(2000, rng)), ("test", x):
            np.save(at("data", name + ".npy"), units(z))
        for noise in ("real", "complex"):
            command("train", "--config", "npy", "--data", at("data"), "--out", at(noise), "--set", f"data.noise={noise}",
                    "--set", f"train.steps={steps}", "--set", "train.epochs=0", "--set", "model.channels=16", "--set", "model.multipliers=[1,2]",
                    "--set", "train.lr=2e-3", "--set", f"train.val_every={steps}", "--set", "eval.methods=[oneshot]",
                    "--set", "eval.baselines=[ls]", "--set", "eval.samples=10")
            command("denoise", "--checkpoint", at(noise), "--snr", ",".join(map(str, SNRS)), "--samples", TEST,
                    "--methods", "mean,oneshot", "--baselines", "ls,lmmse", "--out", at("report-" + noise))
            with open(at("report-" + noise, "eval.csv")) as f:
                for r in csv.DictReader(f):
                    rows[float(r["snr_db"]), f"{noise}: {r['method']}"] = float(r["nmse_db"]), float(r["ci95_db"])
        for db in SNRS:
            snr = 10 ** (db / 10)
            n = (rng.standard_normal(x.shape) + 1j * rng.standard_normal(x.shape)) / math.sqrt(2 * snr)
            rows[db, "NumPy: ls"] = nmse(x + n, x)
            rows[db, "NumPy: lmmse"] = nmse(prior.lmmse(x + n, snr), x)
            rows[db, "NumPy: cme"] = nmse(prior.cme(x + n, snr), x)
            np.save(at("y.npy"), units(x + n))
            for noise in ("real", "complex"):
                line = command("denoise", "--checkpoint", at(noise), "--input", at("y.npy"), "--snr", db, "--methods", "oneshot", "--output", at("x.npy"))
                got = np.load(at("x.npy"))
                assert got.dtype == np.complex64 and got.shape == x.shape
                sigma = float(line.split("σ = ")[1].split(" a real part")[0])
                assert abs(sigma / (SCALE / math.sqrt(2 * snr)) - 1) < 0.02, (line, sigma)
                rows[db, f"{noise}: file, oneshot"] = nmse((got - SHIFT) / SCALE, x)
    names = sorted({name for _, name in rows})
    print("NMSE in dB".ljust(24) + "".join(f"{db} dB".rjust(16) for db in SNRS))
    for name in names:
        print(name.ljust(24) + "".join(("%.3f ± %.3f" % rows[db, name]).rjust(16) for db in SNRS))


if __name__ == "__main__":
    main()
