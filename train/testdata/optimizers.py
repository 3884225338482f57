"""Writes optimizers.json: 100 steps of PyTorch's optimizers on a noisy quadratic.

Run:  python3 optimizers.py      (PyTorch 2 or later, CPU)

The gradient of value k at step s is a[k]*(w[k] - c[k]) + noise[s][k], in
float32. All numbers are exact float32 values, written as decimals that read
back to the same float32.
"""

import json
import os

import numpy as np
import torch

STEPS, EVERY, SHAPES = 100, 4, [(3, 2), (5,)]
rng = np.random.default_rng(7)
n = sum(int(np.prod(s)) for s in SHAPES)
a = rng.uniform(0.1, 2, n).astype(np.float32)
c = rng.normal(size=n).astype(np.float32)
start = rng.normal(size=n).astype(np.float32)
noise = (0.3 * rng.normal(size=(STEPS, n))).astype(np.float32)

CASES = {
    "adam": lambda p: torch.optim.Adam(p, lr=0.02, foreach=False),
    "adam-l2": lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1, foreach=False),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.02, weight_decay=0.05, foreach=False),
    "sgd": lambda p: torch.optim.SGD(p, lr=0.05, foreach=False),
    "sgd-momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.01, foreach=False),
    "sgd-nesterov": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.8, nesterov=True, foreach=False),
    "adam-clip": lambda p: torch.optim.Adam(p, lr=0.02, foreach=False),
}
CLIP = 1.5


def split(flat):
    out, at = [], 0
    for shape in SHAPES:
        size = int(np.prod(shape))
        out.append(torch.from_numpy(flat[at : at + size].copy()).reshape(shape))
        at += size
    return out


def flat(tensors):
    return [float(x) for t in tensors for x in t.detach().reshape(-1)]


A, C, cases = split(a), split(c), {}
for name, make in CASES.items():
    params = [torch.nn.Parameter(t) for t in split(start)]
    opt = make(params)
    path, norms = [], []
    for s in range(STEPS):
        for p, ai, ci, ni in zip(params, A, C, split(noise[s])):
            p.grad = ai * (p.detach() - ci) + ni
        if name.endswith("clip"):
            norms.append(float(torch.nn.utils.clip_grad_norm_(params, CLIP, foreach=False)))
        opt.step()
        if (s + 1) % EVERY == 0:
            path.append(flat(params))
    cases[name] = {"path": path, "norms": norms}

decimal = lambda x: [float(v) for v in x]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "optimizers.json"), "w") as f:
    rows = {"every": EVERY, "shapes": SHAPES, "a": decimal(a), "c": decimal(c), "start": decimal(start), "clip": CLIP}
    rows["noise"] = [decimal(r) for r in noise]
    rows["cases"] = cases
    text = json.dumps(rows, separators=(",", ":"))
    f.write(text.replace("],[", "],\n[").replace('},"', '},\n"') + "\n")
