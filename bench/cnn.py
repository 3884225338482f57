"""The lightweight CNN of package model in PyTorch, and its fixtures.

    python bench/cnn.py                  rewrites model/testdata/torch/cnn*

Each folder is a checkpoint in the layout of the published code, with weights
that are drawn here, and expected.npz: outputs, loss, all gradients, and
deterministic denoising chains matched in linear SNR. Names of parameters are
those of the published checkpoints, which check.py loads strictly as well.
Inputs are (N,C,L) or (N,C,H,W), levels (N).
"""
import json
import pathlib

import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

from chain import denoise
from unet import TimeEmbedding


class CNN(nn.Module):
    """Convolutions with ReLU between them and, in the middle, a scale-shift by
    linear layers of the time embedding, with ReLU between them too."""

    def __init__(self, shape, pre=(32, 64), post=(43, 22), time_layers=1, embedding=16):
        super().__init__()
        conv = {2: nn.Conv1d, 3: nn.Conv2d}[len(shape)]
        pre, post = [shape[0], *pre], [pre[-1], *post, shape[0]]
        time = [embedding, *[pre[-1]] * (time_layers - 1), 2 * pre[-1]] if time_layers else [2 * pre[-1]]
        self.embed = TimeEmbedding(time[0])
        layers = lambda prefix, first, make, widths: nn.ModuleDict(
            {f"{prefix}{first + i}": make(*pair) for i, pair in enumerate(zip(widths, widths[1:]))})
        self.time_mlp = layers("time_linear", 1, nn.Linear, time)
        self.cnn_pre = layers("conv_pre", 0, lambda i, o: conv(i, o, 3, padding=1), pre)
        self.cnn_post = layers("conv_post", 0, lambda i, o: conv(i, o, 3, padding=1), post)

    def forward(self, x, t):
        def run(modules, h):
            for i, m in enumerate(modules.values()):
                h = m(F.relu(h) if i else h)
            return h

        scale, shift = run(self.time_mlp, self.embed(t)).reshape(len(x), -1, *[1] * (x.dim() - 2)).chunk(2, dim=1)
        h = run(self.cnn_pre, x)
        return run(self.cnn_post, h + scale * h + shift)


def from_params(params):
    """The network that a sim_params.json describes."""
    u = params["unet_dict"]
    return CNN(u["data_shape"], u["ch_layers_pre"][1:], u["ch_layers_post"][1:-1], u["n_layers_time"], u["ch_init_time"])


FIXTURES = {
    "cnn2d": dict(shape=(2, 8, 4), pre=(6, 20), post=(9, 5), time_layers=1, embedding=16),
    "cnn1d": dict(shape=(1, 16), pre=(8,), post=(5,), time_layers=3, embedding=6),
}
LEVELS, BATCH, BETA_START, BETA_END = 20, 5, 1 / 10001, 0.4


def params(net):
    """sim_params.json as far as it matters."""
    shape, middle = list(net["shape"]), net["pre"][-1]
    dims = len(shape) - 1
    return {
        "diff_model_dict": {
            "data_shape": shape, "complex_data": shape[0] == 2, "loss_type": "l2", "which_schedule": "linear",
            "num_timesteps": LEVELS, "beta_start": BETA_START, "beta_end": BETA_END, "objective": "pred_noise",
            "loss_weighting": False, "clipping": False, "reverse_method": "reverse_mean", "reverse_add_random": False},
        "unet_dict": {
            "data_shape": shape, "n_layers_pre": len(net["pre"]), "n_layers_post": len(net["post"]) + 1,
            "ch_layers_pre": [shape[0], *net["pre"]], "ch_layers_post": [middle, *net["post"], shape[0]],
            "n_layers_time": net["time_layers"], "ch_init_time": net["embedding"], "kernel_size": [3] * dims,
            "mode": f"{dims}D", "batch_norm": False, "downsamp_fac": 1, "device": "cpu"}}


def main():
    root = pathlib.Path(__file__).parent.parent / "model" / "testdata" / "torch"
    for seed, (name, config) in enumerate(FIXTURES.items()):
        torch.manual_seed(seed)
        net = CNN(**config)
        betas = torch.linspace(BETA_START, BETA_END, LEVELS, dtype=torch.float64).float()
        alpha_bar = torch.cumprod(1 - betas.double(), 0).float()
        each = (BATCH, *[1] * len(config["shape"]))
        x0, eps = torch.randn(BATCH, *config["shape"]), torch.randn(BATCH, *config["shape"])
        t = torch.randint(0, LEVELS, (BATCH,))
        x_t = alpha_bar[t].sqrt().reshape(each) * x0 + (1 - alpha_bar[t]).sqrt().reshape(each) * eps
        out = net(x_t, t)
        loss = F.mse_loss(out, eps)
        loss.backward()
        arrays = dict(x0=x0, eps=eps, t=t, x_t=x_t, out_eval=out, out_train=out, loss_train=loss)
        arrays |= {f"grad.{n}": p.grad for n, p in net.named_parameters()}
        with torch.no_grad():
            for db in (0, 15):
                y = x0 + torch.randn_like(x0) * 10 ** (-db / 20)
                arrays[f"y_{db}dB"] = y
                for start in ("paper", "code"):
                    arrays[f"chain_{db}dB_{start}"] = denoise(net, betas, y, db, start)
        folder = root / name
        (folder / "train_models").mkdir(parents=True, exist_ok=True)
        (folder / "sim_params.json").write_text(json.dumps(params(config), indent=1) + "\n")
        state = {"betas": betas, "alphas_cumprod": alpha_bar} | {f"model.{k}": v for k, v in net.state_dict().items()}
        torch.save({"model": state, "epoch": 8, "val_loss": loss.item()}, folder / "train_models" / "model-8.pt")
        np.savez_compressed(folder / "expected.npz", **{k: v.detach().numpy() for k, v in arrays.items()})
        print(f"{name}: {sum(p.numel() for p in net.parameters())} parameters, loss {loss.item():.4f}")


if __name__ == "__main__":
    main()
