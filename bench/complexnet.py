"""A complex network of the published code, and what it must give.

    python bench/complexnet.py           rewrites model/testdata/torch/unet1d_complex

The published code keeps complex data in two real channels, real parts first, and
multiplies all the noise that it draws by 1/sqrt(2) (complex_data: true): data
have power one a complex value. This script trains a small UNet on samples of a
complex mixture that way, and writes it in the layout of the published code with
an expected.npz. Beside what check.py compares (outputs, the loss, gradients and
deterministic chains) there are

    noise, generated     pure noise, and the deterministic chain over all levels from it
    resampled            power a complex value of samples drawn with noise, and its standard error
    test                 samples
    sweep                rows SNR in dB, NMSE in dB of the chain on them, half of its 95 % interval,
                         and those of the one-shot estimate at the level nearest in dB, of the
                         conditional mean (NumPy, in complex arithmetic) and of the LMMSE from the
                         samples' own moments (NumPy, noise of variance 1/(2·SNR) a real value)
    loss_eval            mean of the loss on the samples in evaluation mode, and standard deviation over them
"""
import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

from chain import denoise
from unet import UNet, parameters

SHAPE, NET = (2, 8), dict(channels=6, multipliers=(1, 2), blocks=1, norm="batch")
LEVELS, BETA_START, BETA_END = 30, 1 / 10001, 0.3
STEPS, BATCH, LR = 4000, 128, 2e-3
GENERATED, TEST, REPEATS = 20_000, 512, 20
NOISE = 1 / math.sqrt(2)  # of one real value


class Mixture:
    """Complex Gaussians of one covariance each, zero mean and power one a value."""

    def __init__(self, k=3, n=SHAPE[1], seed=7):
        rng = np.random.default_rng(seed)
        crandn = lambda *s: (rng.standard_normal(s) + 1j * rng.standard_normal(s)) / math.sqrt(2)
        self.w = np.full(k, 1 / k)
        self.mean = 0.8 * crandn(k, n)
        self.mean -= self.w @ self.mean
        a = crandn(k, n, 2)
        self.cov = a @ a.conj().transpose(0, 2, 1) + 0.05 * np.eye(n)
        power = sum(w * (np.trace(c).real + np.vdot(m, m).real) for w, c, m in zip(self.w, self.cov, self.mean)) / n
        self.mean, self.cov = self.mean / math.sqrt(power), self.cov / power

    def sample(self, count, rng):
        which = rng.choice(len(self.w), count, p=self.w)
        z = (rng.standard_normal((count, self.mean.shape[1])) + 1j * rng.standard_normal((count, self.mean.shape[1]))) / math.sqrt(2)
        return self.mean[which] + np.einsum("nij,nj->ni", np.linalg.cholesky(self.cov)[which], z)

    def cme(self, y, snr):
        """E[x | y], y = x + n, n ~ CN(0, I/snr)."""
        n = self.mean.shape[1]
        logs, means = [], []
        for w, m, c in zip(self.w, self.mean, self.cov):
            s, d = c + np.eye(n) / snr, y - m
            solved = np.linalg.solve(s, d.T).T
            logs.append(math.log(w) - np.linalg.slogdet(s)[1] - np.sum(d.conj() * solved, 1).real)
            means.append(m + solved @ c.T)
        p = np.exp(np.array(logs) - np.max(logs, 0))
        return np.einsum("kn,kni->ni", p / p.sum(0), np.array(means))

    def lmmse(self, y, snr):
        """The best estimator that is linear in y and its conjugate: the means make
        the mixture improper, which a linear one of y alone makes nothing of."""
        n = self.mean.shape[1]
        cov = sum(w * (c + np.outer(m, m.conj())) for w, c, m in zip(self.w, self.cov, self.mean))
        pseudo = sum(w * np.outer(m, m) for w, m in zip(self.w, self.mean))
        both = np.block([[cov, pseudo], [pseudo.conj(), cov.conj()]])
        z = np.concatenate([y, y.conj()], 1)
        return np.linalg.solve(both + np.eye(2 * n) / snr, z.T).T @ both[:n].T


def own_lmmse(samples):
    """The linear estimator from the moments of complex samples, as real vectors."""
    real = lambda x: np.concatenate([x.real, x.imag], 1)
    mean, cov = real(samples).mean(0), np.cov(real(samples).T, bias=True)

    def estimate(y, snr):
        x = mean + np.linalg.solve(cov + np.eye(len(cov)) / (2 * snr), (real(y) - mean).T).T @ cov
        return x[:, :y.shape[1]] + 1j * x[:, y.shape[1]:]

    return estimate


def channels(x):
    """Complex samples (N,L) as real ones (N,2,L)."""
    return torch.from_numpy(np.stack([x.real, x.imag], 1).astype(np.float32))


def complexes(x):
    x = x.detach().numpy().astype(np.float64)
    return x[:, 0] + 1j * x[:, 1]


def nmse(xhat, x):
    """NMSE in dB and half of its 95 % interval, that of a ratio of means."""
    e, p = np.sum(np.abs(xhat - x) ** 2, 1), np.sum(np.abs(x) ** 2, 1)
    r = e.sum() / p.sum()
    se = math.sqrt(np.sum((e - r * p) ** 2) / len(e) / (len(e) - 1)) / p.mean()
    return 10 * math.log10(r), 1.96 * se / r * 10 / math.log(10)


def params():
    shape = list(SHAPE)
    return {
        "data_dict": {"mode": "1D", "data_shape": shape, "complex_data": True},
        "diff_model_dict": {
            "data_shape": shape, "complex_data": True, "loss_type": "l2", "which_schedule": "linear",
            "num_timesteps": LEVELS, "beta_start": BETA_START, "beta_end": BETA_END, "objective": "pred_noise",
            "loss_weighting": False, "clipping": False, "reverse_method": "reverse_mean", "reverse_add_random": False},
        "unet_dict": {
            "ch_data": 2, "ch_init": NET["channels"], "ch_out": 2, "kernel_size": 3, "mode": "1D",
            "ch_multipliers": list(NET["multipliers"]), "num_res_blocks": NET["blocks"], "dropout": 0.0,
            "norm_type": NET["norm"], "device": "cpu"}}


def reverse(net, betas, x, noise=0.0):
    """The chain over all levels, with noise of that scale drawn but in the last step."""
    alpha_bar = torch.cumprod(1 - betas.double(), 0)
    for i in range(LEVELS - 1, -1, -1):
        beta, ab = float(betas[i]), float(alpha_bar[i])
        x = (x - beta / (1 - ab) ** 0.5 * net(x, torch.full((len(x),), i))) / (1 - beta) ** 0.5
        if i > 0:
            x = x + noise * (beta * (1 - float(alpha_bar[i - 1])) / (1 - ab)) ** 0.5 * torch.randn_like(x)
    return x


def main():
    torch.manual_seed(0)
    rng, prior = np.random.default_rng(1), Mixture()
    net = UNet(SHAPE, **NET)
    betas = torch.linspace(BETA_START, BETA_END, LEVELS, dtype=torch.float64).float()
    alpha_bar = torch.cumprod(1 - betas.double(), 0).float()

    def examples(count):
        x0, t = channels(prior.sample(count, rng)), torch.randint(0, LEVELS, (count,))
        eps = NOISE * torch.randn_like(x0)
        ab = alpha_bar[t][:, None, None]
        return x0, t, eps, ab.sqrt() * x0 + (1 - ab).sqrt() * eps

    optimizer = torch.optim.Adam(net.parameters(), lr=LR)
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = LR * 0.5 * (1 + math.cos(math.pi * step / STEPS))
        _, t, eps, x_t = examples(BATCH)
        optimizer.zero_grad()
        loss = F.mse_loss(net(x_t, t), eps)
        loss.backward()
        optimizer.step()
    optimizer.zero_grad()

    # The file is written first: running statistics move in training mode.
    folder = pathlib.Path(__file__).parent.parent / "model" / "testdata" / "torch" / "unet1d_complex"
    (folder / "train_models").mkdir(parents=True, exist_ok=True)
    (folder / "sim_params.json").write_text(json.dumps(params(), indent=1) + "\n")
    state = {"betas": betas, "alphas_cumprod": alpha_bar} | {f"model.{k}": v for k, v in net.state_dict().items()}
    torch.save({"model": state, "epoch": 8, "val_loss": loss.item()}, folder / "train_models" / "model-8.pt")

    def oneshot(y, snr):
        i = int(torch.argmin((torch.log(alpha_bar.double() / (1 - alpha_bar.double())) - math.log(snr)).abs()))
        x, ab = channels(y * math.sqrt(snr / (1 + snr))), float(alpha_bar[i])
        return complexes((x - (1 - ab) ** 0.5 * net(x, torch.full((len(x),), i))) / ab ** 0.5)

    x0, t, eps, x_t = examples(6)
    arrays = dict(x0=x0, t=t, eps=eps, x_t=x_t)
    net.eval()
    with torch.no_grad():
        arrays["out_eval"] = net(x_t, t)
        for db in (0, 15):
            y = arrays[f"y_{db}dB"] = x0 + NOISE * 10 ** (-db / 20) * torch.randn_like(x0)
            for start in ("paper", "code"):
                arrays[f"chain_{db}dB_{start}"] = denoise(net, betas, y, db, start)
        arrays["noise"] = NOISE * torch.randn(6, *SHAPE)
        # Thirty calls add up the rounding of float32: the reference is float64.
        exact = UNet(SHAPE, **NET).double().eval()
        exact.load_state_dict(net.state_dict())
        single = reverse(net, betas, arrays["noise"])
        arrays["generated"] = reverse(exact, betas, arrays["noise"].double())
        e = (single - arrays["generated"]).abs().max() / arrays["generated"].abs().max()
        print(f"the chain over all levels in float32 is {e:.1e} from float64")
        drawn = np.abs(complexes(reverse(net, betas, NOISE * torch.randn(GENERATED, *SHAPE), NOISE))) ** 2
        each = drawn.mean(1)
        arrays["resampled"] = torch.tensor([each.mean(), each.std() / math.sqrt(GENERATED)], dtype=torch.float64)
        test = prior.sample(TEST, rng)
        arrays["test"] = channels(test)
        rows = []
        for db in (-10, 0, 10, 20):
            many = np.repeat(test, REPEATS, 0)
            snr = 10 ** (db / 10)
            n = (rng.standard_normal(many.shape) + 1j * rng.standard_normal(many.shape)) * NOISE / math.sqrt(snr)
            chain = complexes(denoise(net, betas, channels(many + n), db, "paper"))
            rows.append([db, *nmse(chain, many)] + [nmse(f(many + n, snr), many)[0] for f in (oneshot, prior.cme, own_lmmse(test))])
            print("%4d dB: chain %.3f ± %.3f dB, one-shot %.3f dB, conditional mean %.3f dB, LMMSE %.3f dB" % tuple(rows[-1]))
        arrays["sweep"] = torch.tensor(rows, dtype=torch.float64)
        many = channels(np.repeat(test, REPEATS, 0))
        levels, noise = torch.randint(0, LEVELS, (len(many),)), NOISE * torch.randn_like(many)
        ab = alpha_bar[levels][:, None, None]
        each = (net(ab.sqrt() * many + (1 - ab).sqrt() * noise, levels) - noise).double().square().mean((1, 2))
        arrays["loss_eval"] = torch.stack([each.mean(), each.std()])
    net.train()
    out = net(x_t, t)
    loss = F.mse_loss(out, eps)
    loss.backward()
    arrays |= dict(out_train=out, loss_train=loss) | {f"grad.{n}": p.grad for n, p in net.named_parameters()}
    np.savez_compressed(folder / "expected.npz", **{k: v.detach().numpy() for k, v in arrays.items()})
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    print(f"{parameters(net)} parameters, loss {loss.item():.4f}, resampled power {arrays['resampled'].tolist()}, {size} bytes")


if __name__ == "__main__":
    main()
