"""Writes reference.npz: noisy images, and the PSNR of what the reference implementation makes of them.

Needs numpy, scikit-image and bm3d (4.0.3, for non-commercial use):  python fixtures.py
"""
import bm3d
import numpy as np
from skimage import data

rng = np.random.default_rng(11)
out = {}


def add(name, pixels, sigma):
    """pixels is (H,W) or (H,W,3), 8 bits"""
    x = pixels / 255
    y = (x + sigma / 255 * rng.standard_normal(x.shape)).astype(np.float32)
    profile = bm3d.BM3DProfile()
    profile.num_threads = 1
    xhat = (bm3d.bm3d if x.ndim == 2 else bm3d.bm3d_rgb)(y.astype(float), sigma / 255, profile)
    first = lambda a: np.ascontiguousarray(a[None] if a.ndim == 2 else np.moveaxis(a, -1, 0))
    out[name + ".x"], out[name + ".y"] = first(pixels), first(y)
    out[name + ".sigma"] = np.array([sigma / 255])
    out[name + ".psnr"] = np.array([-10 * np.log10(np.mean((xhat - x) ** 2))])


for sigma in 15, 50:
    add(f"grey-{sigma}", data.camera()[100:165, 180:250], sigma)
    add(f"colour-{sigma}", data.astronaut()[100:148, 200:256], sigma)
np.savez_compressed("reference.npz", **out)
