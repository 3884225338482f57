"""What simpler estimators than the conditional mean reach on a mixture of Gaussians.

    python bench/plateau.py runs/results/mnist-128.npz [--samples 1000]

Draws samples of the mixture, adds noise, and prints the gap of each estimator to the
conditional mean in dB, with half the width of its 95 % interval (delta method on the
ratio of paired mean errors). All know the exact posterior weights of the components;
their filters are simplified:

    one filter        the mean covariance's, for all components
    common basis      the eigenvectors of the mean covariance, with gains of each component's own
    rank r            r eigenvectors of each component's own, and one gain for all other directions
    most probable     the exact filter of the most probable component alone

Needs numpy alone.
"""

import argparse

import numpy as np


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mixture", help=".npz with weights (K), means (K, N) and covariances (K, N, N)")
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--snr", type=float, nargs="+", default=[-10, 0, 5, 10, 15, 20])
    parser.add_argument("--rank", type=int, nargs="+", default=[30, 60, 100, 200])
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    with np.load(args.mixture, allow_pickle=False) as f:
        w, m, C = f["weights"], f["means"], f["covariances"]
    w = w / w.sum()
    K, N = m.shape
    ev, V = np.linalg.eigh(C)
    ev, V = np.maximum(ev[:, ::-1], 0), V[:, :, ::-1]
    within = np.tensordot(w, C, 1)
    basis = np.linalg.eigh(within)[1]
    own = np.maximum([((c @ basis) * basis).sum(0) for c in C], 0)  # variances along the common basis
    power = (np.square(m - w @ m).sum(1) + ev.sum(1)) @ w / N

    rng = np.random.default_rng(args.seed)
    B = args.samples
    k = rng.choice(K, B, p=w)
    x = np.stack([m[c] + V[c] @ (np.sqrt(ev[c]) * rng.standard_normal(N)) for c in k])
    noise = rng.standard_normal((B, N))

    print("| SNR / dB | one filter | common basis | " + " | ".join(f"rank {r}" for r in args.rank) + " | most probable |")
    print("|--:" * (4 + len(args.rank)) + "|")
    for snr in args.snr:
        var = power * 10 ** (-snr / 10)
        y = x + np.sqrt(var) * noise
        u = [(y - m[c]) @ V[c] for c in range(K)]
        log = np.stack([np.log(w[c]) - (u[c] ** 2 / (ev[c] + var) + np.log(ev[c] + var)).sum(1) / 2 for c in range(K)], 1)
        p = np.exp(log - log.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        shared = np.linalg.solve(within + var * np.eye(N), within)
        estimates = {}
        for c in np.flatnonzero((p > 1e-6).any(0)):
            wiener = lambda v: v / (v + var)
            filtered = {"cme": (u[c] * wiener(ev[c])) @ V[c].T,
                        "one filter": (y - m[c]) @ shared.T,
                        "common basis": (((y - m[c]) @ basis) * wiener(own[c])) @ basis.T}
            for r in args.rank:
                rest = np.full(N - r, ev[c][r:].mean())
                filtered[f"rank {r}"] = (u[c] * wiener(np.r_[ev[c][:r], rest])) @ V[c].T
            for name, v in filtered.items():
                estimates[name] = estimates.get(name, 0) + p[:, c:c + 1] * (m[c] + v)
            alone = estimates.setdefault("most probable", np.zeros_like(y))
            here = p.argmax(1) == c
            alone[here] = m[c] + filtered["cme"][here]
        e = {name: np.square(v - x).sum(1) for name, v in estimates.items()}
        cells = [gap(e[name], e["cme"]) for name in ("one filter", "common basis", *(f"rank {r}" for r in args.rank), "most probable")]
        print(f"| {snr:g} | " + " | ".join(cells) + " |", flush=True)


def gap(a, b):
    """The gap of mean errors in dB, with half the width of its interval."""
    ratio = a.mean() / b.mean()
    half = 1.96 * (a - ratio * b).std(ddof=1) / np.sqrt(len(a)) / b.mean() / ratio * 10 / np.log(10)
    return f"{round(10 * np.log10(ratio), 2) + 0.0:+.2f} ±{half:.2f}"


if __name__ == "__main__":
    main()
