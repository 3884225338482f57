"""Writes schedules.json, the reference values of the tests of package sched.

Run in this folder with any Python 3 that has numpy:  python3 gen.py
The formulas are written out here independently of the Go code.
"""
import json
import numpy as np

B0 = 1.0 - 1e4 / (1.0 + 1e4)
END = {5: 0.95, 10: 0.7, 50: 0.2, 100: 0.1, 300: 0.035, 500: 0.02, 1000: 0.01, 10000: 0.001}


def betas(kind, T, b0, b1):
    if kind == "linear":
        return np.linspace(b0, b1, T)
    if kind == "quadratic":
        return np.linspace(b0**0.5, b1**0.5, T) ** 2
    if kind == "sqrt":
        return np.linspace(b0**2, b1**2, T) ** 0.5
    if kind == "constant":
        return b1 * np.ones(T)
    if kind == "reciprocal":
        return b1 / np.linspace(T, 1, T)
    if kind == "log":
        return 2 ** np.linspace(np.log2(b0), np.log2(b1), T)
    if kind == "exp":
        return np.log2(np.linspace(2**b0, 2**b1, T))
    if kind == "sigmoid":  # diffusers
        return 1 / (1 + np.exp(-np.linspace(-6, 6, T))) * (b1 - b0) + b0
    if kind == "cosine":  # Nichol and Dhariwal
        f = lambda u: np.cos((u + 0.008) / 1.008 * np.pi / 2) ** 2
        u = np.arange(T + 1) / T
        return np.minimum(1 - f(u[1:]) / f(u[:-1]), 0.999)


def tables(b):
    a = 1 - b
    ab = np.cumprod(a)
    prev = np.r_[1.0, ab[:-1]]
    return a, ab, prev, ab / (1 - ab), b * (1 - prev) / (1 - ab)


out = {"tables": [], "index": [], "weights": [], "letter": []}
for kind, T, b0, b1 in (
    [(k, 10, 1e-4, 0.035) for k in "linear quadratic sqrt constant reciprocal log exp sigmoid".split()]
    + [("linear", T, B0, b1) for T, b1 in END.items()]
    + [("cosine", 20, 0.0, 0.0), ("cosine", 300, 0.0, 0.0)]
):
    b = betas(kind, T, b0, b1)
    a, ab, prev, snr, pv = tables(b)
    i = sorted({0, 1, 2, T // 3, T // 2, T - 2, T - 1})
    out["tables"].append(dict(kind=kind, steps=T, b0=b0, b1=b1, i=i, beta=b[i].tolist(), alpha_bar=ab[i].tolist(),
                              snr=snr[i].tolist(), posterior_var=pv[i].tolist()))

# nearest levels in linear SNR and in dB
for T, b1 in END.items():
    snr = tables(betas("linear", T, B0, b1))[3]
    for db in (-30, -20, -10, -5, 0, 5, 10, 15, 20, 25, 30, 35, 40, 45):
        s = 10 ** (db / 10)
        out["index"].append(dict(steps=T, db=db, linear=int(np.abs(snr - s).argmin()),
                                 nearest_db=int(np.abs(10 * np.log10(snr) - 10 * np.log10(s)).argmin())))

# the paper's loss weights
b = betas("linear", 300, B0, 0.035)
a, ab, prev, snr, pv = tables(b)
with np.errstate(all="ignore"):
    w = dict(mean=1 / pv, epsilon=b**2 / (pv * a * (1 - ab)), x0=prev * b**2 / (pv * (1 - ab) ** 2))
for target, v in w.items():
    i = [0, 1, 2, 10, 100, 299]
    out["weights"].append(dict(target=target, i=i, w=np.clip(v, 1e-5, 10)[i].tolist()))

# x̂/y of the published estimator for Gaussian priors of variance lam: nearest
# level t in linear SNR, scaling, then the steps t-1 … 0 and no others
for T in (5, 100, 300):
    b = betas("linear", T, B0, END[T])
    a, ab, prev, snr, pv = tables(b)
    for db in (-30, -20, -10, 0, 10, 20, 30, 39.99, 40, 45, 60):
        s = 10 ** (db / 10)
        for lam in (0.25, 1.0):
            x = (s / (1 + s)) ** 0.5
            for t in reversed(range(int(np.abs(snr - s).argmin()))):
                eps = np.sqrt(1 - ab[t]) * x / (ab[t] * lam + 1 - ab[t])
                x = x / np.sqrt(a[t]) - b[t] / np.sqrt(a[t]) / np.sqrt(1 - ab[t]) * eps
            out["letter"].append(dict(steps=T, db=db, lam=lam, gain=x))
json.dump(out, open("schedules.json", "w"), indent=0)
