"""Writes classical.npz: noisy images and what scikit-image makes of them.

Needs numpy, scikit-image (0.26) and PyWavelets:  python fixtures.py
"""
import numpy as np
from scipy import linalg
from skimage import data, restoration
from skimage.transform import resize

rng = np.random.default_rng(7)
out = {}


def patch_sigma(images, side):
    """Chen, Zhu and Heng (ICCV 2015), after their published code."""
    v = np.lib.stride_tricks.sliding_window_view(images, (side, side), axis=(2, 3))
    x = np.moveaxis(v, 1, 3).reshape(-1, images.shape[1] * side * side)
    values = np.sort(linalg.eigvalsh(np.cov(x.T, bias=True)))
    for n in range(len(values), 0, -1):
        tau = values[:n].mean()
        if (values[:n] < tau).sum() <= (values[:n] > tau).sum():
            return np.sqrt(tau)


def add(name, clean, sigma):
    """clean is (C,H,W)"""
    y = clean + sigma * rng.standard_normal(clean.shape)
    last = np.moveaxis(y, 0, -1)
    first = lambda x: np.moveaxis(x.reshape(last.shape), -1, 0)  # some squeeze a single channel
    out[name + ".y"] = y
    out[name + ".sigma"] = np.array([sigma])
    out[name + ".tv"] = first(restoration.denoise_tv_chambolle(last, weight=0.8 * sigma, channel_axis=-1))
    out[name + ".nlm"] = first(restoration.denoise_nl_means(
        last, patch_size=5, patch_distance=6, h=0.8 * sigma, sigma=sigma, fast_mode=True, channel_axis=-1))
    for wavelet in "haar", "db2":
        for method in "BayesShrink", "VisuShrink":
            out[f"{name}.{wavelet}.{method}"] = first(restoration.denoise_wavelet(
                last, sigma=sigma, wavelet=wavelet, method=method, mode="soft", wavelet_levels=2, channel_axis=-1))
    out[name + ".mad"] = np.array([restoration.estimate_sigma(last, channel_axis=-1, average_sigmas=True)])
    out[name + ".patches"] = np.array([patch_sigma(y[None], 4)])


camera = data.camera() / 255.0
add("grey", camera[100:133, 200:228][None], 0.1)  # 33 by 28: one odd side
colour = resize(data.astronaut() / 255.0, (24, 31), anti_aliasing=True)
add("colour", np.moveaxis(colour, -1, 0), 0.05)

line = (np.sin(np.arange(101) / 9) + (np.arange(101) > 50))
y = line + 0.3 * rng.standard_normal(101)
out["line.y"], out["line.sigma"] = y[None, None], np.array([0.3])
out["line.haar.BayesShrink"] = restoration.denoise_wavelet(y, sigma=0.3, wavelet="haar", wavelet_levels=3)[None, None]
out["line.db2.BayesShrink"] = restoration.denoise_wavelet(y, sigma=0.3, wavelet="db2", wavelet_levels=3)[None, None]
out["line.mad"] = np.array([restoration.estimate_sigma(y)])
np.savez_compressed("classical.npz", **out)
