"""Writes the fixtures of this folder with NumPy, SciPy and Pillow.

    python -m venv env && env/bin/pip install numpy scipy pillow
    env/bin/python data/testdata/make.py

NAME.expected.npy holds what a reader of NAME.* must see, as float64.
"""
import pathlib

import numpy as np
import PIL.Image
import scipy.io.wavfile
import scipy.signal

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(11)


# --- arrays: (N, samples…) and the samples as (N, C, L) or (N, C, H, W) ---
def array(name, a, samples, **kw):
    np.save(here / "npy" / f"{name}.npy", a, **kw)
    np.save(here / "npy" / f"{name}.expected.npy", np.ascontiguousarray(samples, dtype=np.float64))


def parts(a):
    return np.concatenate([a.real, a.imag], axis=1)


r = lambda *s: rng.standard_normal(s)
c = lambda *s: rng.standard_normal(s) + 1j * rng.standard_normal(s)
a = r(5, 7).astype(np.float32); array("l_f4", a, a[:, None])
a = r(5, 2, 7); array("cl_f8", a, a)
a = r(4, 6, 5).astype(np.float16); array("hw_f2", a, a[:, None])
a = r(3, 2, 4, 5).astype(">f4"); array("chw_big", a, a)
a = np.asfortranarray(r(3, 2, 4, 5)); array("chw_fortran", a, a)
a = rng.integers(0, 256, (3, 4, 5, 3), np.uint8); array("hwc_u1", a, a.transpose(0, 3, 1, 2))
a = rng.integers(-32768, 32768, (4, 3), np.int16).astype(">i2"); array("l_i2", a, a[:, None])
a = rng.integers(-2**40, 2**40, (4, 3), np.int64); array("l_i8", a, a[:, None])
a = rng.integers(0, 2**32, (4, 3), np.uint32); array("l_u4", a, a[:, None])
a = rng.integers(0, 2, (4, 6)).astype(bool); array("l_b1", a, a[:, None])
a = c(4, 6).astype(np.complex64); array("l_c8", a, parts(a[:, None]))
a = c(4, 3, 6); array("cl_c16", a, parts(a))
a = c(4, 5, 6).astype(">c8"); array("hw_c8", a, parts(a[:, None]))
a = np.asfortranarray(c(3, 4, 5, 2)); array("hwc_c16", a, parts(a.transpose(0, 3, 1, 2)))

a = {"train": r(9, 4).astype(np.float32), "val": r(3, 4).astype(np.float32), "test": r(4, 4).astype(np.float32)}
np.savez(here / "npy" / "stored.npz", **a)
np.savez_compressed(here / "npy" / "deflated.npz", **a)
np.save(here / "npy" / "train.expected.npy", a["train"][:, None].astype(np.float64))

# --- recordings, and the frames that SciPy finds in one ---
x = np.stack([0.6 * np.sin(np.arange(1500) * 0.05), 0.3 * rng.standard_normal(1500).clip(-3, 3)], axis=1)
wav = lambda name, rate, a: scipy.io.wavfile.write(here / "wav" / name, rate, a)
wav("u8.wav", 8000, np.round(x * 127 + 128).astype(np.uint8))
wav("s16.wav", 8000, np.round(x * 32767).astype(np.int16))
wav("s32.wav", 8000, np.round(x * (2**31 - 1)).astype(np.int32))
wav("f32.wav", 8000, x.astype(np.float32))
wav("f64_mono.wav", 8000, x[:, 1])
np.save(here / "wav" / "x.expected.npy", x.T)
# 24 bits, with the extensible header and a chunk of odd length in front.
i = np.round(x * (2**23 - 1)).astype("<i4").tobytes()
data = b"".join(i[k:k + 3] for k in range(0, len(i), 4))
u = lambda n, size=4: int(n).to_bytes(size, "little")
fmt = u(0xFFFE, 2) + u(2, 2) + u(8000) + u(8000 * 6) + u(6, 2) + u(24, 2) + u(22, 2) + u(24, 2) + u(3) + u(1, 2) + bytes.fromhex("000000001000800000aa00389b71")
chunks = b"WAVE" + b"LIST" + u(5) + b"INFO!\0" + b"fmt " + u(len(fmt)) + fmt + b"data" + u(len(data)) + data
(here / "wav" / "s24.wav").write_bytes(b"RIFF" + u(len(chunks)) + chunks)

M, hop = 30, 15
window = np.sin(np.pi * (np.arange(M) + 0.5) / M)
t = scipy.signal.ShortTimeFFT(window, hop, 1.0, scale_to=None)
frames = (len(x) + M - hop - 1) // hop + 1
padded = np.concatenate([np.zeros(M - hop), x[:, 1], np.zeros(2 * M)])
F = np.stack([np.fft.rfft(padded[k * hop:k * hop + M] * window) for k in range(frames)]) / np.sqrt(np.sum(window**2))
# The same by SciPy's own slicing, wherever its frames and ours meet.
S = t.stft(x[:, 1]).T / np.sqrt(np.sum(window**2))
first = t.p_min * hop - t.m_num_mid  # sample that SciPy's first frame begins with
shift = (first + M - hop) // hop
assert (first + M - hop) % hop == 0
both = np.arange(max(0, shift), min(frames, shift + len(S)))
phase = S[both - shift]
assert np.allclose(np.abs(phase), np.abs(F[both]), atol=1e-12), "SciPy disagrees"
np.save(here / "wav" / "frames.expected.npy", np.stack([F.real, F.imag], axis=1))

# --- images, and what Pillow makes of them ---
y, x = np.mgrid[:24, :40]
smooth = lambda f, g: np.round(127 + 100 * np.sin(f * x + 0.2) * np.cos(g * y)).astype(np.uint8)
rgb = np.stack([smooth(0.2, 0.1), smooth(0.1, 0.25), smooth(0.15, 0.15)], axis=2)
image = lambda name, a, **kw: PIL.Image.fromarray(a).save(here / "images" / name, **kw)
image("rgb.png", rgb)
image("grey.png", rgb[..., 0])
image("grey16.png", rgb[..., 1].astype(np.uint16) * 257)
palette = PIL.Image.fromarray(rgb).quantize(16)
palette.save(here / "images" / "palette.png")
planes = lambda m: np.asarray(m).transpose(2, 0, 1).astype(np.float64) / 255
np.save(here / "images" / "palette.expected.npy", planes(palette.convert("RGB"))[:, 8:16])
image("rgb.jpg", rgb, quality=95, subsampling=0)
image("grey.jpg", rgb[..., 2], quality=95)
small = PIL.Image.fromarray(rgb).crop((8, 0, 32, 24)).resize((8, 8), PIL.Image.BICUBIC)
np.save(here / "images" / "rgb8.expected.npy", planes(small))
