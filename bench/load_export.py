"""Load our exports in PyTorch alone, run the network, and compare.

    go build -o bin/ ./cmd/...
    python bench/load_export.py [CHECKPOINT ...]     default: model/testdata/torch/*, built-in gmm64

Each checkpoint (anything that `convert` reads) is exported as an authors'
folder, .pt, .safetensors and .npz. PyTorch reads each with its own means,
torch.load(weights_only=True), the documented layout of safetensors and
numpy.load, loads it strictly into unet.UNet and denoises random observations at
0 and 10 dB. Our `denoise --input` does the same; the largest differences,
relative to the largest value, are printed, and the exit status is 1 if one is
above 1e-5.
"""

import glob
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import torch

from chain import denoise
from check import load
from unet import UNet

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
LIMIT = 1e-5


def command(name, *args):
    subprocess.run([os.path.join(ROOT, "bin", name), *args], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def read_safetensors(path):
    """Tensors and metadata by the documented layout: length, JSON header, data."""
    with open(path, "rb") as f:
        b = f.read()
    n = int.from_bytes(b[:8], "little")
    header, data = json.loads(b[8:8 + n]), b[8 + n:]
    dtypes = {"F32": np.float32, "F64": np.float64, "I64": np.int64}
    tensors = {}
    for name, t in header.items():
        if name != "__metadata__":
            begin, end = t["data_offsets"]
            tensors[name] = torch.from_numpy(np.frombuffer(data[begin:end], dtypes[t["dtype"]]).reshape(t["shape"]).copy())
    return tensors, header["__metadata__"]


def states(folder):
    """The network's state dict from each single file."""
    torch_file = torch.load(os.path.join(folder, "x.pt"), map_location="cpu", weights_only=True)["model"]
    yield ".pt", {k[len("model."):]: v for k, v in torch_file.items() if k.startswith("model.")}
    yield ".safetensors", read_safetensors(os.path.join(folder, "x.safetensors"))[0]
    with np.load(os.path.join(folder, "x.npz")) as z:
        yield ".npz", {k: torch.from_numpy(z[k]) for k in z.files}


def check(checkpoint, tmp):
    for out in ["x.pt", "x.safetensors", "x.npz", "own"]:
        command("convert", checkpoint, os.path.join(tmp, out))
    command("convert", checkpoint, os.path.join(tmp, "authors"), "--to", "authors")
    net, betas = load(os.path.join(tmp, "authors"))
    with open(os.path.join(tmp, "authors", "sim_params.json")) as f:
        shape = json.load(f)["diff_model_dict"]["data_shape"]
    _, metadata = read_safetensors(os.path.join(tmp, "x.safetensors"))
    statistics = json.loads(metadata["condmean.normalization"]) or {"mean": [0.0], "scale": [1.0]}
    mean, scale = (np.array(statistics[k]) for k in ("mean", "scale"))
    networks = [("authors", net)]
    with open(os.path.join(tmp, "authors", "sim_params.json")) as f:
        u = json.load(f)["unet_dict"]
    for name, state in states(tmp):
        other = UNet(shape, u["ch_init"], u["ch_multipliers"], u["num_res_blocks"], u["norm_type"], u["dropout"])
        other.load_state_dict(state, strict=True)
        networks.append((name, other.eval()))
    worst = 0.0
    rng = np.random.default_rng(1)
    for db in (0, 10):
        y = rng.standard_normal((5, *shape)).astype(np.float32)  # normalised
        flat = y.reshape(len(y), -1) * scale + mean  # in the data's units
        np.save(os.path.join(tmp, "y.npy"), flat.reshape(y.shape))
        command("denoise", "--checkpoint", os.path.join(tmp, "own"), "--input", os.path.join(tmp, "y.npy"), "--snr", str(db),
                "--match", "linear", "--output", os.path.join(tmp, "clean.npy"))
        ours = (np.load(os.path.join(tmp, "clean.npy")).reshape(len(y), -1) - mean) / scale
        for name, network in networks:
            with torch.no_grad():
                theirs = denoise(network, betas, torch.from_numpy(y), db, "paper").numpy().reshape(len(y), -1)
            e = np.abs(ours - theirs).max() / np.abs(theirs).max()
            worst = max(worst, e)
            print(f"{os.path.basename(os.path.normpath(checkpoint))}: {name} at {db} dB: {e:.2g}")
    return worst


def main():
    checkpoints = sys.argv[1:] or sorted(glob.glob(os.path.join(ROOT, "model", "testdata", "torch", "unet*"))) + ["gmm64"]
    worst = 0.0
    for checkpoint in checkpoints:
        with tempfile.TemporaryDirectory() as tmp:
            worst = max(worst, check(checkpoint, tmp))
    print(f"worst {worst:.2g}, limit {LIMIT:g}")
    return 0 if worst <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
