"""The network of experts of package model (model.kind experts) in PyTorch: reference for
fixtures.

Names of parameters are those of the Go side, so state dicts travel in both
directions. Inputs are (N,C,L) or (N,C,H,W), levels (N).
"""
import math

import torch
from torch import nn
import torch.nn.functional as F


class Experts(nn.Module):
    """The filters of a mixture of Gaussians of low rank, weighted by its posterior."""

    def __init__(self, shape, count, rank, levels):
        super().__init__()
        n = math.prod(shape)
        self.register_buffer("log_snr", torch.linspace(8, -8, levels))
        self.experts = nn.Module()
        for name, value in {
            "directions": torch.randn(count, rank, n) / math.sqrt(n),
            "means": torch.randn(count, n),
            "log_variances": torch.zeros(count, rank),
            "log_rest": torch.full((count,), -2.0),
            "log_weights": torch.zeros(count),
        }.items():
            self.experts.register_parameter(name, nn.Parameter(value))

    def level(self, t):
        """The log SNR at positions in the table, linear between two levels."""
        t = t.to(self.log_snr.dtype).clamp(0, len(self.log_snr) - 1)
        low = t.long().clamp(max=max(0, len(self.log_snr) - 2))
        high = (low + 1).clamp(max=len(self.log_snr) - 1)
        return torch.lerp(self.log_snr[low], self.log_snr[high], t - low)

    def forward(self, x, t):
        e, rho = self.experts, self.level(t)[:, None]
        signal, power = torch.sigmoid(rho).sqrt()[..., None], torch.sigmoid(-rho)
        d = x.flatten(1)[:, None] - signal * e.means
        z = torch.einsum("nkd,krd->nkr", d, e.directions)
        rest = torch.sigmoid(e.log_rest + rho)
        h = torch.sigmoid(e.log_variances + rho[..., None]) - rest[..., None]
        rank, n = e.directions.shape[1:]
        log = (F.softplus(e.log_variances + rho[..., None]).sum(2) + (n - rank) * F.softplus(e.log_rest + rho)
               + ((1 - rest) * (d ** 2).sum(2) - (h * z ** 2).sum(2)) / power)
        weight = torch.softmax(e.log_weights - log / 2, dim=1)
        eps = (1 - rest)[..., None] * d - torch.einsum("nkr,krd->nkd", h * z, e.directions)
        return ((weight[..., None] * eps).sum(1) / power.sqrt()).view_as(x)
