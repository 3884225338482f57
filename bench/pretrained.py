"""Runs a folder of diffusers with the library and with `denoise`, and compares.

    python bench/pretrained.py FOLDER [--denoise bin/denoise] [--sigma 0.1] [--images 4]

FOLDER is a pipeline or a model folder with a UNet2DModel, such as `convert RUN FOLDER
--to diffusers` writes. Random images in [0,1] with noise of standard deviation sigma
are denoised by the mean chain and by one call: here in PyTorch, with the library's
network, its scheduler's levels in float64 and its step without noise or clipping;
there by `denoise`. Printed are the largest differences over the root mean square of
the result. Last, the library's own pipeline generates an image of it.

Needs diffusers, which the project does not.
"""
import argparse
import json
import math
import pathlib
import subprocess
import tempfile

import numpy as np
import torch
from diffusers import DDPMPipeline, DDPMScheduler, UNet2DModel


def open_folder(folder):
    """The network and its scheduler."""
    unet = folder / "unet" if (folder / "unet").is_dir() else folder
    schedule = folder / "scheduler" if (folder / "scheduler").is_dir() else folder
    return UNet2DModel.from_pretrained(unet).eval(), DDPMScheduler.from_pretrained(schedule)


def alpha_bars(config):
    """The levels in float64, of the schedules that have a formula of their own here."""
    steps, b0, b1 = config.num_train_timesteps, config.beta_start, config.beta_end
    if config.trained_betas is not None:
        beta = np.asarray(config.trained_betas, dtype=np.float64)
    elif config.beta_schedule == "linear":
        beta = np.linspace(b0, b1, steps)
    elif config.beta_schedule == "scaled_linear":
        beta = np.linspace(b0**0.5, b1**0.5, steps) ** 2
    elif config.beta_schedule == "squaredcos_cap_v2":
        f = [math.cos((i / steps + 0.008) / 1.008 * math.pi / 2) ** 2 for i in range(steps + 1)]
        beta = np.array([min(1 - f[i + 1] / f[i], 0.999) for i in range(steps)])
    else:
        raise SystemExit(f"beta_schedule {config.beta_schedule}: not in this script")
    return np.cumprod(1 - beta)


@torch.no_grad()
def predict(net, x, t, ab, kind):
    """x0 and epsilon of a state at level t."""
    out = net(x.float(), t).sample.double()[:, : x.shape[1]]
    a, s = math.sqrt(ab[t]), math.sqrt(1 - ab[t])
    if kind == "epsilon":
        return (x - s * out) / a, out
    x0 = out if kind == "sample" else a * x - s * out
    return x0, (x - a * x0) / s


def chain(net, y, snr, level, ab, kind):
    """The mean chain from an observation in [-1,1], and the estimate of one call."""
    x = math.sqrt(snr / (1 + snr)) * y
    first = predict(net, x, level, ab, kind)[0]
    for t in range(level, -1, -1):
        x0, _ = predict(net, x, t, ab, kind)
        before = ab[t - 1] if t > 0 else 1.0
        alpha = ab[t] / before
        x = math.sqrt(before) * (1 - alpha) / (1 - ab[t]) * x0 + math.sqrt(alpha) * (1 - before) / (1 - ab[t]) * x
    return x, first


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--denoise", default="bin/denoise")
    parser.add_argument("--sigma", type=float, default=0.1)
    parser.add_argument("--images", type=int, default=4)
    args = parser.parse_args()

    net, scheduler = open_folder(args.folder)
    config, c = scheduler.config, net.config
    size = (c.sample_size, c.sample_size) if isinstance(c.sample_size, int) else tuple(c.sample_size)
    rng = np.random.default_rng(0)
    clean = rng.uniform(size=(args.images, c.in_channels, *size))
    noisy = (clean + args.sigma * rng.standard_normal(clean.shape)).astype(np.float32)
    snr_db = -20 * math.log10(2 * args.sigma)
    ab = alpha_bars(config)
    level = int(np.abs(10 * np.log10(ab / (1 - ab)) - snr_db).argmin())
    mean, once = chain(net, torch.from_numpy(2 * noisy.astype(np.float64) - 1), 1 / (2 * args.sigma) ** 2, level, ab, config.prediction_type)

    with tempfile.TemporaryDirectory() as tmp:
        np.save(f"{tmp}/in.npy", noisy)
        for method, want in ("mean", mean), ("oneshot", once):
            subprocess.run([args.denoise, "--checkpoint", args.folder, "--input", f"{tmp}/in.npy", "--output", f"{tmp}/out-{method}.npy",
                            "--snr", repr(snr_db), "--match", "db", "--methods", method], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            want = (want.numpy() + 1) / 2
            got = np.load(f"{tmp}/out-{method}.npy").reshape(want.shape)
            print(f"{method}: level {level}, {args.images} images, largest difference {np.abs(got - want).max() / np.sqrt((want**2).mean()):.2g} of the rms")
    pipeline = DDPMPipeline(unet=net, scheduler=scheduler)
    pipeline.set_progress_bar_config(disable=True)
    image = pipeline(batch_size=1, num_inference_steps=50, output_type="np", generator=torch.manual_seed(0)).images
    print(f"pipeline: one image of shape {image.shape[1:]}, mean {image.mean():.3f}, standard deviation {image.std():.3f}")
    print(json.dumps({"class": type(scheduler).__name__, "prediction": config.prediction_type, "parameters": sum(p.numel() for p in net.parameters())}))


if __name__ == "__main__":
    main()
