"""Compares `denoise` with the package of the paper's authors for diffusers, and shows
what it gains beyond it.

    python bench/dmse.py [--denoise bin/denoise]                       # random networks
    python bench/dmse.py --folder FOLDER --images images.npy           # a trained one

The package, diffusers-dmse, feeds the network the observation as it is, not scaled to
its level, and clips where the scheduler's settings say so. `denoise --unscaled --clip
config` repeats it to the letter. The first form makes small random networks in the
layouts of diffusers and prints the largest differences over the root mean square of
the result; in brackets, with the scheduler's tables in float64, which are float32.

The second takes a folder of diffusers and images (n,C,H,W) in [0,1], adds noise at
some SNRs (1/sigma^2 on [-1,1]), and prints the NMSE in dB of what the package makes of
them and of `denoise`, with and without scaling and clipping.

Needs diffusers and diffusers-dmse, which the project does not.
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
from diffusers_dmse import DMSEScheduler

from pretrained import alpha_bars, open_folder

SMALL = dict(in_channels=3, out_channels=3, sample_size=16, block_out_channels=(16, 32), layers_per_block=1, norm_num_groups=8,
             down_block_types=("DownBlock2D", "AttnDownBlock2D"), up_block_types=("AttnUpBlock2D", "UpBlock2D"))
NETWORKS = {  # settings of the network, of the scheduler, and the layout
    "library defaults, pipeline": ({}, {}, "pipeline"),
    "Google's, flat": (dict(freq_shift=1, flip_sin_to_cos=False, norm_eps=1e-6, downsample_padding=0, attention_head_dim=None), {}, "flat"),
    "course, squaredcos_cap_v2": ({}, dict(beta_schedule="squaredcos_cap_v2"), "pipeline"),
    "scale_shift, residual resampling, v": (dict(resnet_time_scale_shift="scale_shift", downsample_type="resnet", upsample_type="resnet"),
                                            dict(prediction_type="v_prediction"), "model"),
    "one channel, scaled_linear": (dict(in_channels=1, out_channels=1), dict(beta_schedule="scaled_linear", beta_start=0.0015, beta_end=0.0195), "pipeline"),
    "sample prediction": ({}, dict(prediction_type="sample"), "model"),
    "learned variance": (dict(out_channels=6), dict(variance_type="learned_range"), "pipeline"),
    ".bin of 200 levels": ({}, dict(num_train_timesteps=200, beta_end=0.1), "bin"),
}


def save(unet, scheduler, layout, folder):
    """Writes a network as uploads have it."""
    if layout == "pipeline":
        DDPMPipeline(unet=unet, scheduler=scheduler).save_pretrained(folder)
        return
    unet.save_pretrained(folder, safe_serialization=layout != "bin")
    scheduler.save_pretrained(folder)
    if layout == "flat":
        index = {"_class_name": "DDPMPipeline", "_diffusers_version": "0.42.1", "scheduler": ["diffusers", "DDPMScheduler"], "unet": ["diffusers", "UNet2DModel"]}
        (folder / "model_index.json").write_text(json.dumps(index))


@torch.no_grad()
def package(net, settings, y, snr_db, double=False):
    """What diffusers-dmse makes of observations in [-1,1], by its documented loop."""
    # from_config of version 0.1.0 leaves the settings of the levels out.
    scheduler = DMSEScheduler(**{k: v for k, v in settings.items() if not k.startswith("_")})
    scheduler.set_timesteps(scheduler.config.num_train_timesteps)
    _, at = scheduler.init_step(snr=snr_db, is_logarithmic=True)
    if double:
        scheduler.alphas_cumprod = torch.from_numpy(alpha_bars(scheduler.config))
        scheduler.one = torch.tensor(1.0, dtype=torch.float64)
    x = torch.from_numpy(y).to(torch.float64 if double else torch.float32)
    for t in scheduler.timesteps[at:]:
        out = net(x.float(), t).sample
        x = scheduler.step(out.to(x.dtype), t, x).prev_sample
    return x.double().numpy()


def denoise(program, folder, y, snr_db, *flags):
    """What denoise makes of observations in [-1,1]; its files are images in [0,1]."""
    with tempfile.TemporaryDirectory() as tmp:
        np.save(f"{tmp}/in.npy", (y + 1) / 2)
        subprocess.run([program, "--checkpoint", folder, "--input", f"{tmp}/in.npy", "--output", f"{tmp}/out.npy", "--snr", repr(snr_db),
                        "--match", "db", *flags], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return 2 * np.load(f"{tmp}/out.npy").reshape(y.shape) - 1


def off(got, want):
    return np.abs(got - want).max() / np.sqrt((want**2).mean())


def random_networks(program):
    rng = np.random.default_rng(0)
    for name, (net, levels, layout) in NETWORKS.items():
        torch.manual_seed(1)
        unet, scheduler = UNet2DModel(**{**SMALL, **net}).eval(), DDPMScheduler(**levels)
        with tempfile.TemporaryDirectory() as tmp:
            folder = pathlib.Path(tmp) / "network"
            save(unet, scheduler, layout, folder)
            figures = []
            for snr_db in 0, 10, 20:
                x = rng.uniform(-1, 1, (4, unet.config.in_channels, 16, 16))
                y = x + 10 ** (-snr_db / 20) * rng.standard_normal(x.shape)
                ours = denoise(program, folder, y, float(snr_db), "--methods", "mean", "--unscaled", "--clip", "config")
                figures.append(f"{snr_db} dB {off(ours, package(unet, scheduler.config, y, snr_db)):.1e} ({off(ours, package(unet, scheduler.config, y, snr_db, True)):.1e})")
            print(f"{name + ':':38} {', '.join(figures)}", flush=True)


def trained_network(program, folder, images):
    net, scheduler = open_folder(folder)
    x = 2 * images - 1
    rng = np.random.default_rng(0)

    def nmse(xhat):
        return f"{10 * math.log10(((xhat - x) ** 2).sum() / (x**2).sum()):7.2f}"

    print(f"NMSE in dB on {len(x)} images of shape {x.shape[1:]}; SNR: 1/sigma^2 on [-1,1]")
    print("| SNR / dB | observation | diffusers-dmse | mean, unscaled | mean, clipped | mean | oneshot, unscaled | oneshot |\n|---|---|---|---|---|---|---|---|")
    for snr_db in 0, 10, 20:
        y = x + 10 ** (-snr_db / 20) * rng.standard_normal(x.shape)
        snr = float(snr_db)
        results = [y, package(net, scheduler.config, y, snr_db)]
        for flags in "mean --unscaled", "mean --clip config", "mean", "oneshot --unscaled", "oneshot":
            results.append(denoise(program, folder, y, snr, "--methods", *flags.split()))
        print(f"| {snr_db} | {' | '.join(nmse(r) for r in results)} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--denoise", default="bin/denoise")
    parser.add_argument("--folder", type=pathlib.Path)
    parser.add_argument("--images", type=pathlib.Path)
    args = parser.parse_args()
    if args.folder is None:
        random_networks(args.denoise)
    else:
        trained_network(args.denoise, args.folder, np.load(args.images).astype(np.float64))


if __name__ == "__main__":
    main()
