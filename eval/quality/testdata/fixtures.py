"""Writes quality.npz: pairs of images and their PSNR and SSIM by scikit-image.

Needs numpy and scikit-image (0.26):  python fixtures.py
"""
import numpy as np
from skimage import data
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from skimage.transform import resize

rng = np.random.default_rng(3)
out = {}


def add(name, x, y, data_range):
    out[name + ".x"], out[name + ".y"] = x, y
    out[name + ".range"] = np.array([data_range])
    out[name + ".psnr"] = np.array([peak_signal_noise_ratio(x, y, data_range=data_range)])
    out[name + ".ssim"] = np.array([structural_similarity(
        x, y, data_range=data_range, channel_axis=0, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)])


camera = data.camera()[100:133, 200:228][None] / 255.0
add("grey", camera, camera + 0.1 * rng.standard_normal(camera.shape), 1.0)
colour = np.moveaxis(resize(data.astronaut() / 255.0, (24, 31), anti_aliasing=True), -1, 0)
add("colour", colour, 0.9 * colour + 0.03 * rng.standard_normal(colour.shape), 1.0)
add("bytes", np.round(255 * colour), np.round(255 * np.clip(colour + 0.05 * rng.standard_normal(colour.shape), 0, 1)), 255.0)

# The convention of the KAIR toolbox: clip, round to uint8, compare as bytes.
y = camera + 25 / 255 * rng.standard_normal(camera.shape)
add("kair", (np.clip(camera, 0, 1) * 255.0).round().astype(np.uint8).astype(float), (np.clip(y, 0, 1) * 255.0).round().astype(np.uint8).astype(float), 255.0)
out["kair.unrounded"] = y
np.savez_compressed("quality.npz", **out)
