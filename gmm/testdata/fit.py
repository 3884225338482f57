"""Writes fit.json, the reference values of the tests of the EM fit.

Run in this folder with Python 3, numpy and scikit-learn:  python3 fit.py
(written with scikit-learn's GaussianMixture and PCA).
"""
import json
import warnings
import numpy as np
from sklearn.decomposition import PCA
from sklearn.mixture import GaussianMixture

warnings.filterwarnings("ignore")  # EM is stopped before it converges, on purpose
rng = np.random.default_rng(1)
n, K, B = 4, 3, 300
true = [rng.normal(size=(n, n)) * 0.7 for _ in range(K)]
centre = 1.5 * rng.normal(size=(K, n))
x = np.concatenate([rng.normal(size=(B // K, n)) @ true[k] + centre[k] for k in range(K)])
x = np.round(x, 6)
w = np.array([0.5, 0.3, 0.2])
m = np.round(centre + 0.5 * rng.normal(size=(K, n)), 6)
out = dict(n=n, k=K, reg=1e-4, x=x.ravel().tolist(), weights=w.tolist(), means=m.ravel().tolist(), fits=[])
for kind in ("full", "diag"):
    one = np.ones(n) if kind == "diag" else np.eye(n)
    lower = []
    for it in range(1, 11):
        g = GaussianMixture(K, covariance_type=kind, weights_init=w, means_init=m, precisions_init=np.stack([one] * K),
                            reg_covar=1e-4, max_iter=it, tol=0, random_state=0).fit(x)
        lower.append(g.lower_bound_)
    out["fits"].append(dict(kind=kind, loglik=lower, weights=g.weights_.tolist(), means=g.means_.ravel().tolist(),
                            covariances=g.covariances_.ravel().tolist()))
# the best of several k-means starts, to convergence
best = GaussianMixture(K, reg_covar=1e-4, max_iter=2000, tol=1e-10, n_init=20, random_state=0).fit(x)
out["best"] = best.lower_bound_
# probabilistic PCA, with the maximum likelihood covariance (1/B instead of 1/(B-1))
p = PCA(2, svd_solver="full").fit(x)
out["ppca"] = (p.get_covariance() * (B - 1) / B).ravel().tolist()
json.dump(out, open("fit.json", "w"))
