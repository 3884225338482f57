"""Writes steps_1d.npz and steps_2d.npz: ten training steps of small UNets in PyTorch.

Run:  python3 steps.py      (PyTorch 2 or later, CPU)

Each file holds the initial state (start.*), the batches (x0, eps, t), per step
the loss and the gradient norm before clipping, the state after the last step
(final.*), and the network's output in inference mode (out) for the last x_t.
The forward process is the paper's linear schedule of 100 steps; the optimizer
is Adam at 1e-3 with gradients clipped to norm 1. Its epsilon is 1e-4: shifts in
front of a batch norm have gradient zero but for rounding, and with the default
1e-8 Adam would blow that rounding up to full steps, which no two programs share.
"""

import math
import os

import numpy as np
import torch
from torch import nn

STEPS, BATCH, T = 10, 6, 100


class Time(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.w = torch.exp(-math.log(10000) / (dim // 2 - 1) * torch.arange(dim // 2))

    def forward(self, t):
        a = t[:, None] * self.w
        return torch.cat([a.sin(), a.cos()], 1)


class Residual(nn.Module):
    def __init__(self, conv, norm, cin, cout, temb):
        super().__init__()
        self.block1 = nn.Sequential(norm(cin), nn.SiLU(), conv(cin, cout))
        self.time_mlp = nn.Sequential(nn.SiLU(), nn.Linear(temb, 2 * cout))
        self.block2 = nn.Sequential(norm(cout), nn.SiLU(), nn.Identity(), conv(cout, cout))
        self.bypass = conv(cin, cout) if cin != cout else nn.Identity()

    def forward(self, x, temb):
        h = self.block1(x)
        scale, shift = self.time_mlp(temb).reshape(len(x), -1, *[1] * (x.dim() - 2)).chunk(2, 1)
        return self.block2(h * (1 + scale) + shift) + self.bypass(x)


class UNet(nn.Module):
    def __init__(self, dims, cin, c, multipliers, blocks, norm):
        super().__init__()
        Conv, Pool = [(nn.Conv1d, nn.AvgPool1d), (nn.Conv2d, nn.AvgPool2d)][dims - 1]
        conv = lambda i, o: Conv(i, o, 3, padding=1)
        edge = lambda i, o: Conv(i, o, 3, padding=1, padding_mode="replicate")
        self.init_conv = edge(cin, c)
        self.embed = Time(c)
        self.time_mlp = nn.Sequential(nn.Linear(c, 4 * c), nn.SiLU(), nn.Linear(4 * c, 4 * c))
        self.downs, self.ups, h, skips = nn.ModuleList(), nn.ModuleList(), c, [c]
        for i, m in enumerate(multipliers):
            for _ in range(blocks):
                self.downs.append(Residual(conv, norm, h, m * c, 4 * c))
                h = m * c
                skips.append(h)
            if i < len(multipliers) - 1:
                self.downs.append(Pool(2))
                skips.append(h)
        self.mid_resnet = Residual(conv, norm, h, h, 4 * c)
        for i, m in reversed(list(enumerate(multipliers))):
            for _ in range(blocks + 1):
                self.ups.append(Residual(conv, norm, h + skips.pop(), m * c, 4 * c))
                h = m * c
            if i > 0:
                self.ups.append(nn.Upsample(scale_factor=2, mode="nearest"))
        self.final_block = nn.Sequential(norm(h), nn.SiLU(), edge(h, cin))

    def forward(self, x, t):
        temb = self.time_mlp(self.embed(t))
        h = self.init_conv(x)
        skips = [h]
        for m in self.downs:
            h = m(h, temb) if isinstance(m, Residual) else m(h)
            skips.append(h)
        h = self.mid_resnet(h, temb)
        for m in self.ups:
            h = m(torch.cat([h, skips.pop()], 1), temb) if isinstance(m, Residual) else m(h)
        return self.final_block(h)


def run(name, net, shape):
    out = {"start." + k: v.numpy().astype(np.float32) for k, v in net.state_dict().items()}
    beta = np.linspace(1 / 10001, 0.1, T)
    alpha_bar = torch.from_numpy(np.cumprod(1 - beta))
    x0, eps = torch.randn(STEPS, BATCH, *shape), torch.randn(STEPS, BATCH, *shape)
    t = torch.randint(T, (STEPS, BATCH))
    opt = torch.optim.Adam(net.parameters(), lr=1e-3, eps=1e-4, foreach=False)
    losses, norms = [], []
    for s in range(STEPS):
        a = alpha_bar[t[s]].reshape(-1, *[1] * len(shape))
        x = a.sqrt().float() * x0[s] + (1 - a).sqrt().float() * eps[s]
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(x, t[s].float()), eps[s])
        loss.backward()
        norms.append(float(nn.utils.clip_grad_norm_(net.parameters(), 1.0)))
        opt.step()
        losses.append(loss.item())
    out.update({"final." + k: v.numpy().astype(np.float32) for k, v in net.state_dict().items()})
    net.eval()
    with torch.no_grad():
        out["out"] = net(x, t[-1].float()).numpy()
    out.update(x0=x0.numpy(), eps=eps.numpy(), t=t.numpy().astype(np.float32))
    out.update(loss=np.float32(losses), norm=np.float32(norms))
    np.savez(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), **out)


torch.manual_seed(11)
run("steps_1d.npz", UNet(1, 2, 4, [1, 2], 2, nn.BatchNorm1d), (2, 12))
run("steps_2d.npz", UNet(2, 1, 8, [1, 2], 1, lambda c: nn.GroupNorm(8, c)), (1, 8, 6))
