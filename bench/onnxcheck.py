"""Runs denoisers as ONNX files in onnxruntime beside `denoise`, and compares.

    python bench/onnxcheck.py gmm64 mnist [RUN ...] [--bin bin] [--snr=-10,5,20] [--batches 1,7]

Each checkpoint is written by `convert CHECKPOINT denoiser.onnx`, for the methods
oneshot and mean; the format's official checker reads the file. Samples of the network
itself with noise are then denoised here and there. Printed are the largest difference
over the root mean square of those samples, for one SNR and for an SNR each, the size of
the file, and the median time of a call on one thread.

Needs numpy, onnx and onnxruntime, which the project does not.
"""
import argparse
import pathlib
import re
import statistics
import subprocess
import tempfile
import time

import numpy as np
import onnx
import onnxruntime


def run(*command):
    """The words of a command, which must succeed."""
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{command[0]}: exit {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def sigma(model, snr):
    """The standard deviation of the noise, as the input's own description has it."""
    text = next(i.doc_string for i in model.graph.input if i.name == "snr_db")
    scale, std = re.search(r"deviation ([0-9.e+-]+)(?:·([0-9.]+))?/10", text).groups()
    return float(scale) * float(std or 1) / 10 ** (snr / 20)


def median_ms(net, feed, seconds=2.0):
    net.run(None, feed)
    times, begin = [], time.perf_counter()
    while time.perf_counter() - begin < seconds or len(times) < 3:
        t = time.perf_counter()
        net.run(None, feed)
        times.append(1e3 * (time.perf_counter() - t))
    return statistics.median(times)


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("checkpoints", nargs="+")
    p.add_argument("--bin", type=pathlib.Path, default=pathlib.Path("bin"))
    p.add_argument("--snr", type=lambda s: [float(v) for v in s.split(",")], default=[-10.0, 5.0, 20.0])
    p.add_argument("--batches", type=lambda s: [int(v) for v in s.split(",")], default=[1, 7])
    p.add_argument("--methods", type=lambda s: s.split(","), default=["oneshot", "mean"])
    o = p.parse_args()
    print(f"onnxruntime {onnxruntime.__version__}, one thread\n")
    print("| denoiser | method | largest difference | with an SNR each | MB | ms a sample |")
    print("|---|---|--:|--:|--:|--:|")
    for checkpoint in o.checkpoints:
        with tempfile.TemporaryDirectory() as tmp:
            compare(o, checkpoint, pathlib.Path(tmp))


def compare(o, checkpoint, tmp):
    most = max(o.batches)
    run(o.bin / "generate", "--checkpoint", checkpoint, "--samples", most, "--method", "ddim", "--steps", 10, "--seed", 1, "--out", tmp / "x.npy")
    clean = np.load(tmp / "x.npy").astype(np.float32)
    for method in o.methods:
        path = tmp / f"{method}.onnx"
        run(o.bin / "convert", checkpoint, path, "--method", method)
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        net, worst = session(path), 0.0
        shape = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim][1:]
        observed, estimates = [], []
        for snr in o.snr:
            noise = np.random.default_rng(int(snr) % 1000).standard_normal(clean.shape).astype(np.float32)
            for n in o.batches:
                y = (clean + sigma(model, snr) * noise)[:n]
                np.save(tmp / "y.npy", y)
                run(o.bin / "denoise", "--checkpoint", checkpoint, "--input", tmp / "y.npy", "--output", tmp / "e.npy",
                    "--snr", snr, "--methods", method)
                ours = np.load(tmp / "e.npy").astype(np.float64)
                if all(shape):
                    y = y.reshape(n, *shape)
                theirs = net.run(None, {"y": y, "snr_db": np.array([snr], np.float32)})[0].reshape(ours.shape)
                rms = np.sqrt(np.mean(clean.astype(np.float64) ** 2))
                worst = max(worst, float(np.abs(theirs - ours).max() / rms))
            observed.append(y[0])
            estimates.append(theirs.reshape(y.shape)[0])
        # One SNR for each sample is as good as one for all.
        each = net.run(None, {"y": np.stack(observed), "snr_db": np.array(o.snr, np.float32)})[0]
        apart = float(np.abs(each - np.stack(estimates)).max() / np.sqrt(np.mean(np.square(estimates))))
        feed = {"y": y[:1], "snr_db": np.array([5.0], np.float32)}
        print(f"| {pathlib.Path(checkpoint).name} | {method} | {worst:.1e} | {apart:.1e} | {path.stat().st_size / 1e6:.1f} | {median_ms(net, feed):.3g} |", flush=True)


if __name__ == "__main__":
    main()
