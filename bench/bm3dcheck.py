"""Compare our BM3D with the reference implementation of its authors.

    pip install bm3d scikit-image
    python bench/bm3dcheck.py [FOLDER]

Ten pictures of scikit-image, 256×256 pixels in [0,1], six grey and four in colour,
get white noise of σ = 15, 25 and 50 in units of 1/255. The same noisy arrays go
through the package `bm3d` (profile np, which takes a number for the σ of white
noise; one thread) and through ours, by a test that reads them. PSNRs are of estimates that are neither clipped nor rounded. The table is
that of docs/evaluation.md, with seconds of processor time for a grey picture; the
exit status is 1 if the two differ by more than 0.1 dB on any of them. FOLDER keeps
the arrays, so that a second call computes ours alone.

The reference may be used for non-commercial purposes only; nothing of it is in
this project, which follows the publications.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
NAMES = "camera coins moon brick grass gravel astronaut chelsea coffee rocket".split()
SIGMAS = 15, 25, 50
SIDE = 256
LIMIT = 0.1


def picture(name):
    """The middle of a picture, which is made smaller by a whole number first: (H,W) or (H,W,3)."""
    from skimage import data
    x = getattr(data, name)() / 255
    k = min(x.shape[:2]) // SIDE
    h, w = x.shape[0] // k, x.shape[1] // k
    x = x[:h * k, :w * k].reshape(h, k, w, k, -1).mean((1, 3))
    top, left = (h - SIDE) // 2, (w - SIDE) // 2
    return x[top:top + SIDE, left:left + SIDE].squeeze()


def reference(y, sigma):
    import bm3d
    profile = bm3d.BM3DProfile()
    profile.num_threads = 1
    return (bm3d.bm3d if y.ndim == 2 else bm3d.bm3d_rgb)(y, sigma, profile)


def channels_first(x):
    return x[None] if x.ndim == 2 else np.moveaxis(x, -1, 0)


def prepare(path, name, sigma):
    x = picture(name)
    y = x + sigma / 255 * np.random.default_rng(sigma).standard_normal(x.shape)
    start = time.process_time()
    theirs = reference(y, sigma / 255)
    seconds = time.process_time() - start
    arrays = {k: channels_first(v) for k, v in dict(x=x, y=y, theirs=theirs).items()}
    np.savez(path, sigma=np.array([sigma / 255]), seconds=np.array([seconds]), **arrays)


def denoise(test, path):
    """Our estimate of a case, and the seconds of processor time that it took, the start included."""
    estimate = path + ".estimate"
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run([test, "-test.run=^TestFile$", "-file=" + path, "-estimate=" + estimate], check=True, stdout=subprocess.DEVNULL)
    seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    return np.load(estimate)["estimate"], seconds


def psnr(estimate, x):
    return -10 * np.log10(np.mean((estimate - x) ** 2))


def main(folder):
    cases = [(name, sigma, os.path.join(folder, f"{name}-{sigma}.npz")) for sigma in SIGMAS for name in NAMES]
    for name, sigma, path in cases:
        if not os.path.exists(path):
            print("reference:", name, sigma, file=sys.stderr)
            prepare(path, name, sigma)
    test = os.path.abspath(os.path.join(folder, "bm3d.test"))
    subprocess.run(["go", "test", "-c", "-o", test, "./eval/classical/bm3d"], cwd=ROOT, check=True)
    worst = 0
    print("| σ | ours / dB | reference / dB | least | most | seconds, grey | reference |")
    print("|---|---|---|---|---|---|---|")
    for sigma in SIGMAS:
        ours, theirs, ours_s, theirs_s = [], [], [], []
        for name, s, path in cases:
            if s != sigma:
                continue
            case = np.load(path)
            estimate, seconds = denoise(test, path)
            ours.append(psnr(estimate, case["x"]))
            theirs.append(psnr(case["theirs"], case["x"]))
            print(f"{name:10} σ {sigma}: {ours[-1]:.3f}, reference {theirs[-1]:.3f}, {ours[-1] - theirs[-1]:+.3f}", file=sys.stderr)
            if len(case["x"]) == 1:
                ours_s.append(seconds)
                theirs_s.append(case["seconds"][0])
        d = np.subtract(ours, theirs)
        worst = max(worst, np.abs(d).max())
        print(f"| {sigma} | {np.mean(ours):.2f} | {np.mean(theirs):.2f} | {d.min():+.2f} | {d.max():+.2f} "
              f"| {np.median(ours_s):.1f} | {np.median(theirs_s):.1f} |")
    return int(worst > LIMIT)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        os.makedirs(sys.argv[1], exist_ok=True)
        sys.exit(main(sys.argv[1]))
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(main(folder))
