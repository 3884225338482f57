"""Check unet.py and cnn.py against checkpoints in the authors' layout.

    python bench/check.py [FOLDER ...]        default: model/testdata/torch/*

Each folder holds sim_params.json, train_models/*.pt and expected.npz with the
outputs, the loss, the gradients and the denoising chains that the authors'
code computed (those of the CNN are cnn.py's own). The checkpoint must load strictly; the largest differences,
relative to the largest value of each array, are printed, and the exit status
is 1 if one is above 1e-4. Parameter counts of the paper's networks are checked
as well, and that PyTorch's initial weights are uniform in +-1/sqrt(fan_in), as
package model's are.
"""

import glob
import json
import os
import sys

import numpy as np
import torch

import cnn
from chain import denoise
from unet import NETS, UNet, parameters

CNN_COUNT = 55_025
COUNTS = {"gmm64": 1_494_529, "audio": 5_620_578, "mnist": 1_061_441}
LIMIT = 1e-4


def load(folder):
    """The network of a folder in evaluation mode, and its betas."""
    with open(os.path.join(folder, "sim_params.json")) as f:
        params = json.load(f)
    u = params["unet_dict"]
    if "n_layers_pre" in u:
        net = cnn.from_params(params)
    else:
        net = UNet(params["diff_model_dict"]["data_shape"], u["ch_init"], u["ch_multipliers"],
                   u["num_res_blocks"], u["norm_type"], u["dropout"])
    (path,) = glob.glob(os.path.join(folder, "train_models", "*.pt"))
    state = torch.load(path, map_location="cpu", weights_only=True)["model"]
    prefix = "model."
    net.load_state_dict({k[len(prefix):]: v for k, v in state.items() if k.startswith(prefix)}, strict=True)
    return net.eval(), state["betas"]


def relative(got, want):
    return float(np.abs(got.detach().numpy() - want).max() / np.abs(want).max())


def check(folder):
    """Largest relative differences of one folder, by quantity."""
    expected = np.load(os.path.join(folder, "expected.npz"))
    tensor = {k: torch.from_numpy(expected[k]) for k in expected.files}
    net, betas = load(folder)
    worst = {}
    with torch.no_grad():
        worst["out_eval"] = relative(net(tensor["x_t"], tensor["t"]), expected["out_eval"])
        for k in expected.files:
            if k.startswith("chain_"):
                _, db, start = k.split("_")
                got = denoise(net, betas, tensor[f"y_{db}"], float(db[:-2]), start)
                worst[k] = relative(got, expected[k])
    net.train()
    out = net(tensor["x_t"], tensor["t"])
    loss = torch.nn.functional.mse_loss(out, tensor["eps"])
    loss.backward()
    worst["out_train"] = relative(out, expected["out_train"])
    worst["loss_train"] = relative(loss, expected["loss_train"])
    grads = {"grad." + n: p.grad for n, p in net.named_parameters()}
    if set(grads) != {k for k in expected.files if k.startswith("grad.")}:
        sys.exit(f"{folder}: the gradients in expected.npz are not those of the network's parameters")
    # A bias that the next norm subtracts has no gradient but rounding: sizes
    # below a hundredth of the largest gradient are judged by that.
    largest = max(np.abs(expected[k]).max() for k in grads)
    worst[f"{len(grads)} gradients"] = max(
        np.abs(g.numpy() - expected[k]).max() / max(np.abs(expected[k]).max(), 1e-2 * largest)
        for k, g in grads.items())
    return worst


def initial(net):
    """All initial weights, and all biases, of convolutions and linear layers in
    units of 1/sqrt(fan_in)."""
    weights, biases = [], []
    for layer in net.modules():
        if isinstance(layer, (torch.nn.Linear, torch.nn.Conv1d, torch.nn.Conv2d)):
            root = layer.weight[0].numel() ** 0.5
            weights.append(layer.weight.detach().flatten() * root)
            biases.append(layer.bias.detach() * root)
    return {"weights": torch.cat(weights), "biases": torch.cat(biases)}


def main():
    ok = True
    for name, want in COUNTS.items():
        got = parameters(UNet(**NETS[name]))
        ok &= got == want
        print(f"{name}: {got:,} parameters, the paper has {want:,}")
    got = parameters(cnn.CNN((2, 64, 16)))
    ok &= got == CNN_COUNT
    print(f"cnn: {got:,} parameters, the published one has {CNN_COUNT:,}")
    torch.manual_seed(0)
    for name, u in initial(UNet(**NETS["mnist"])).items():
        largest, spread = float(u.abs().max()), float(u.std()) * 3 ** 0.5
        ok &= 0.99 < largest < 1 + 1e-6 and abs(spread - 1) < 0.03
        print(f"initial {name}: {len(u):,}, at most {largest:.4f}/sqrt(fan_in), "
              f"standard deviation {spread:.3f} of the uniform one's")
    here = os.path.dirname(os.path.abspath(__file__))
    folders = sys.argv[1:] or sorted(glob.glob(os.path.join(here, "..", "model", "testdata", "torch", "*")))
    for folder in folders:
        for quantity, e in check(folder).items():
            ok &= e <= LIMIT
            print(f"{os.path.basename(os.path.normpath(folder))}: {quantity}: {e:.2g}")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
