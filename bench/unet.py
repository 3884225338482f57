"""The paper's UNet in PyTorch, the independent twin of package model.

It exists to make reference values (fixtures.py), to check the ones at hand
(check.py) and to be raced against (compare.py). The names of its parameters
are those of the authors' checkpoints without their prefix "model.".

With C channels after the first convolution and multipliers m_1 ... m_L:

    temb = W2 SiLU(W1 [sin w_k t, cos w_k t] + b1) + b2             C -> 4C -> 4C
    h    = conv(x)                                                  replicate padding
    down   per level: `blocks` residual blocks to m_i C, then average pooling (not last)
    mid    one residual block
    up     per level: `blocks`+1 residual blocks of [h, skip], then nearest x2 (not last)
    out  = conv(SiLU(norm(h)))                                      replicate padding

The skips are the results of the first convolution, of each residual block and
of each pooling on the way down; they are taken in reverse order on the way up.
"""

import math
from dataclasses import dataclass

import torch
from torch import nn

GROUPS = 8


@dataclass(frozen=True)
class Config:
    """A network and the shape (C,L) or (C,H,W) of its samples."""

    shape: tuple
    channels: int
    multipliers: tuple
    blocks: int = 2
    norm: str = "batch"  # batch, group or instance
    dropout: float = 0.0

    @property
    def dims(self):
        return len(self.shape) - 1


# The networks whose speed is reported; benchNets in model/bench_test.go is the
# same list. The first three are the paper's.
NETS = {
    "mnist": Config((1, 28, 28), 16, (1, 2, 4)),
    "gmm64": Config((1, 64), 16, (1, 2, 4, 8)),
    "audio": Config((2, 256), 16, (1, 2, 4, 8, 16)),
    "cifar": Config((3, 32, 32), 32, (1, 2, 2, 2)),
}


def conv(dims, cin, cout, padding_mode="zeros"):
    """A convolution of 3 taps in each dimension that keeps the size."""
    kind = {1: nn.Conv1d, 2: nn.Conv2d}[dims]
    return kind(cin, cout, 3, padding=1, padding_mode=padding_mode)


def norm(config, channels):
    """The norm layer, with PyTorch's defaults: instance norm has no weights."""
    if config.norm == "group":
        return nn.GroupNorm(GROUPS, channels)
    kind = {
        ("batch", 1): nn.BatchNorm1d,
        ("batch", 2): nn.BatchNorm2d,
        ("instance", 1): nn.InstanceNorm1d,
        ("instance", 2): nn.InstanceNorm2d,
    }[config.norm, config.dims]
    return kind(channels)


def embed(t, dim):
    """Levels (N) -> (N,dim): sines, then cosines, of the raw index t."""
    half = dim // 2
    omega = torch.exp(-math.log(10000) / (half - 1) * torch.arange(half, dtype=torch.float32, device=t.device))
    angle = t.float()[:, None] * omega
    return torch.cat([angle.sin(), angle.cos()], dim=1)


class Residual(nn.Module):
    """norm, SiLU, conv; scale-shift; norm, SiLU, dropout, conv; plus bypass."""

    def __init__(self, config, cin, cout, temb):
        super().__init__()
        dropout = {1: nn.Dropout1d, 2: nn.Dropout2d}[config.dims]  # drops whole channels
        self.block1 = nn.Sequential(norm(config, cin), nn.SiLU(), conv(config.dims, cin, cout))
        self.time_mlp = nn.Sequential(nn.SiLU(), nn.Linear(temb, 2 * cout))
        self.block2 = nn.Sequential(
            norm(config, cout), nn.SiLU(), dropout(config.dropout), conv(config.dims, cout, cout))
        self.bypass = nn.Identity() if cin == cout else conv(config.dims, cin, cout)

    def forward(self, x, temb):
        h = self.block1(x)
        film = self.time_mlp(temb)
        scale, shift = film.reshape(film.shape + (1,) * (x.dim() - 2)).chunk(2, dim=1)
        return self.block2(h + scale * h + shift) + self.bypass(x)


class UNet(nn.Module):
    """x (N,C,L) or (N,C,H,W) and levels t (N) -> a tensor like x."""

    def __init__(self, config):
        super().__init__()
        dims, c = config.dims, config.channels
        temb = 4 * c
        self.channels = c
        self.init_conv = conv(dims, config.shape[0], c, "replicate")
        self.time_mlp = nn.Sequential(nn.Linear(c, temb), nn.SiLU(), nn.Linear(temb, temb))
        pool = {1: nn.AvgPool1d, 2: nn.AvgPool2d}[dims]

        h, skips, self.downs = c, [c], nn.ModuleList()
        for i, m in enumerate(config.multipliers):
            for _ in range(config.blocks):
                self.downs.append(Residual(config, h, m * c, temb))
                h = m * c
                skips.append(h)
            if i < len(config.multipliers) - 1:
                self.downs.append(pool(2))
                skips.append(h)
        self.mid_resnet = Residual(config, h, h, temb)
        self.ups = nn.ModuleList()
        for i, m in reversed(list(enumerate(config.multipliers))):
            for _ in range(config.blocks + 1):
                self.ups.append(Residual(config, h + skips.pop(), m * c, temb))
                h = m * c
            if i > 0:
                self.ups.append(nn.Upsample(scale_factor=2, mode="nearest"))
        self.final_block = nn.Sequential(norm(config, h), nn.SiLU(), conv(dims, h, config.shape[0], "replicate"))

    def forward(self, x, t):
        temb = self.time_mlp(embed(t, self.channels).to(x.dtype))
        h = self.init_conv(x)
        skips = [h]
        for layer in self.downs:
            h = layer(h, temb) if isinstance(layer, Residual) else layer(h)
            skips.append(h)
        h = self.mid_resnet(h, temb)
        for layer in self.ups:
            h = layer(torch.cat([h, skips.pop()], dim=1), temb) if isinstance(layer, Residual) else layer(h)
        return self.final_block(h)


def parameters(model):
    return sum(p.numel() for p in model.parameters())
