"""The gated residual network of package model (model.kind mlp) in PyTorch:
reference for fixtures and for speed.

Names of parameters are those of the Go side, so state dicts travel in both
directions. Inputs are (N,C,L) or (N,C,H,W), levels (N).
"""
import math

import torch
from torch import nn
import torch.nn.functional as F

from unet import TimeEmbedding


def zero(layer):
    """A layer that gives nothing until it is trained."""
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


class Normalise(nn.Module):
    """Layer norm, then scale-shift by time."""

    def __init__(self, width, time):
        super().__init__()
        self.film = nn.Linear(time, 2 * width)

    def normalise(self, h, temb):
        scale, shift = self.film(temb).chunk(2, dim=1)
        return (1 + scale) * F.layer_norm(h, h.shape[1:]) + shift


class Block(Normalise):
    def __init__(self, width, time, hidden):
        super().__init__(width, time)
        self.up = nn.Linear(width, 2 * hidden)
        self.down = zero(nn.Linear(hidden, width))

    def forward(self, h, temb):
        u, v = self.up(self.normalise(h, temb)).chunk(2, dim=1)
        return h + self.down(F.silu(u) * v)


class Gate(Normalise):
    def __init__(self, width, time, slots, gated):
        super().__init__(width, time)
        self.sharpness = nn.Linear(time, slots)
        self.query = nn.Linear(width, slots)
        with torch.no_grad():
            self.query.weight *= 5  # prefers a few slots from the start
        self.key = nn.Linear(slots, gated)
        self.value = nn.Linear(width, gated)
        self.out = zero(nn.Linear(gated, width))
        self.scale = math.sqrt(slots)

    def forward(self, h, temb):
        z = self.normalise(h, temb)
        g = self.scale * torch.softmax(self.query(z) * (1 + self.sharpness(temb)), dim=1)
        return h + self.out(self.key(g) * self.value(z))


class MLP(nn.Module):
    def __init__(self, shape, width=256, hidden=512, blocks=3, slots=256, gated=0):
        super().__init__()
        time = max(4, width // 8 * 2)
        values = math.prod(shape)
        self.input = nn.Linear(values, width)
        self.embed = TimeEmbedding(time)
        self.time_mlp = nn.Sequential(nn.Linear(time, time), nn.SiLU(), nn.Linear(time, time), nn.SiLU())
        self.blocks = nn.ModuleList(Block(width, time, hidden) for _ in range(blocks))
        self.gates = nn.ModuleList(Gate(width, time, slots, gated or width) for _ in range(blocks if slots else 0))
        self.final = Normalise(width, time)
        self.output = zero(nn.Linear(width, values))

    def forward(self, x, t):
        temb = self.time_mlp(self.embed(t).to(x.dtype))
        h = self.input(x.flatten(1))
        for i, block in enumerate(self.blocks):
            h = block(h, temb)
            if self.gates:
                h = self.gates[i](h, temb)
        return self.output(self.final.normalise(h, temb)).view_as(x)


# The network whose speed is compared, as in model/bench_test.go.
NETS = {"mlp": dict(shape=(1, 64), width=256, hidden=512, blocks=3, slots=256, gated=768)}
