"""The UNet of package model in PyTorch: reference for fixtures and for speed.

Names of parameters and buffers are those of the Go side, so state dicts travel
in both directions. Inputs are (N,C,L) or (N,C,H,W), levels (N).
"""
import math

import torch
from torch import nn
import torch.nn.functional as F


class TimeEmbedding(nn.Module):
    """sin and cos of the level at geometric frequencies."""

    def __init__(self, dim):
        super().__init__()
        self.half = dim // 2

    def forward(self, t):
        k = torch.arange(self.half, device=t.device)
        omega = torch.exp(-math.log(10000) / (self.half - 1) * k)
        angle = t[:, None].float() * omega[None, :]
        return torch.cat([angle.sin(), angle.cos()], dim=1)


class Residual(nn.Module):
    def __init__(self, conv, norm, drop, cin, cout, temb):
        super().__init__()
        self.block1 = nn.Sequential(norm(cin), nn.SiLU(), conv(cin, cout))
        self.time_mlp = nn.Sequential(nn.SiLU(), nn.Linear(temb, 2 * cout))
        self.block2 = nn.Sequential(norm(cout), nn.SiLU(), drop(), conv(cout, cout))
        self.bypass = conv(cin, cout) if cin != cout else nn.Identity()

    def forward(self, x, temb):
        h = self.block1(x)
        scale, shift = self.time_mlp(temb).reshape(len(x), -1, *[1] * (x.dim() - 2)).chunk(2, dim=1)
        return self.block2(h + scale * h + shift) + self.bypass(x)


class UNet(nn.Module):
    def __init__(self, shape, channels=16, multipliers=(1, 2, 4), blocks=2, norm="batch", dropout=0.0):
        super().__init__()
        dims = len(shape) - 1
        conv_type = {1: nn.Conv1d, 2: nn.Conv2d}[dims]
        drop_type = {1: nn.Dropout1d, 2: nn.Dropout2d}[dims]
        norms = {
            "batch": {1: nn.BatchNorm1d, 2: nn.BatchNorm2d}[dims],
            "group": lambda c: nn.GroupNorm(8, c),
            "instance": {1: nn.InstanceNorm1d, 2: nn.InstanceNorm2d}[dims],
        }
        conv = lambda i, o: conv_type(i, o, 3, padding=1)
        ends = lambda i, o: conv_type(i, o, 3, padding=1, padding_mode="replicate")
        temb = 4 * channels
        residual = lambda i, o: Residual(conv, norms[norm], lambda: drop_type(dropout), i, o, temb)

        self.init_conv = ends(shape[0], channels)
        self.embed = TimeEmbedding(channels)
        self.time_mlp = nn.Sequential(nn.Linear(channels, temb), nn.SiLU(), nn.Linear(temb, temb))
        h, skips = channels, [channels]
        self.downs = nn.ModuleList()
        for i, m in enumerate(multipliers):
            for _ in range(blocks):
                self.downs.append(residual(h, m * channels))
                h = m * channels
                skips.append(h)
            if i < len(multipliers) - 1:
                self.downs.append({1: nn.AvgPool1d, 2: nn.AvgPool2d}[dims](2))
                skips.append(h)
        self.mid_resnet = residual(h, h)
        self.ups = nn.ModuleList()
        for i, m in reversed(list(enumerate(multipliers))):
            for _ in range(blocks + 1):
                self.ups.append(residual(h + skips.pop(), m * channels))
                h = m * channels
            if i > 0:
                self.ups.append(nn.Upsample(scale_factor=2, mode="nearest"))
        self.final_block = nn.Sequential(norms[norm](h), nn.SiLU(), ends(h, shape[0]))

    def forward(self, x, t):
        temb = self.time_mlp(self.embed(t).to(x.dtype))
        h = self.init_conv(x)
        skips = [h]
        for m in self.downs:
            h = m(h, temb) if isinstance(m, Residual) else m(h)
            skips.append(h)
        h = self.mid_resnet(h, temb)
        for m in self.ups:
            h = m(torch.cat([h, skips.pop()], dim=1), temb) if isinstance(m, Residual) else m(h)
        return self.final_block(h)


# The UNets whose speed is compared; model/bench_test.go has the same ones. The
# first three are the paper's.
NETS = {
    "mnist": dict(shape=(1, 28, 28), channels=16, multipliers=(1, 2, 4)),
    "gmm64": dict(shape=(1, 64), channels=16, multipliers=(1, 2, 4, 8)),
    "audio": dict(shape=(2, 256), channels=16, multipliers=(1, 2, 4, 8, 16)),
    "cifar": dict(shape=(3, 32, 32), channels=32, multipliers=(1, 2, 2, 2)),
}


def parameters(model):
    """The number of trainable values."""
    return sum(p.numel() for p in model.parameters())


def loss(pred, target):
    return F.mse_loss(pred, target)
