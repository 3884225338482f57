"""Writes a mixture's .npz in float32, compressed: shrink_mixture.py IN OUT.

rand_gmm_n64_k128.npz is the paper's random mixture (N = 64, K = 128, seed 453451)
that nd_paper.txt is about, so reduced to 2 MB.
"""
import sys
import numpy as np

m = np.load(sys.argv[1])
np.savez_compressed(sys.argv[2], **{k: m[k].astype(np.float32 if k != "weights" else np.float64) for k in m.files})
