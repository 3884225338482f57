// Package gmm is the Gaussian mixture prior, for which everything the project
// estimates is known exactly: sampling, the conditional mean estimator (CME),
// the minimum MSE, and the noise predictor ε̂ at every level.
//
//	p(x) = Σ_k w_k·N(x; m_k, C_k)
//
// Under the forward process x_t = √ᾱ·x0 + √(1-ᾱ)·ε, each component stays
// Gaussian with covariance S_k = ᾱC_k + (1-ᾱ)I. With d_k = x_t - √ᾱ·m_k and
// the responsibilities r_k ∝ w_k·N(x_t; √ᾱ·m_k, S_k),
//
//	∇log p_t(x_t) = -Σ_k r_k·S_k⁻¹d_k,  ε̂ = -√(1-ᾱ)·∇log p_t(x_t)
//	E[x0 | x_t]   = Σ_k r_k·μ_k,  μ_k = m_k + √ᾱ·C_k·S_k⁻¹d_k
//	tr Cov        = Σ_k r_k·(tr(1-ᾱ)C_k·S_k⁻¹ + ‖μ_k‖²) - ‖E[x0 | x_t]‖²
//
// One eigendecomposition C_k = U_k·Λ_k·U_kᵀ serves all levels: S_k⁻¹ is
// diagonal in U_k. Covariances may also be diagonal, or low-rank plus isotropic,
// where the matrix inversion lemma leaves products with an (N,q) basis alone.
//
// An observation y = x + n, n ~ N(0, I/SNR), is x_t/√ᾱ at ᾱ = SNR/(1+SNR), so
// E[x | y] is the CME at that level. An Estimator is a sched.Predictor, which
// makes every reverse chain testable without a network. Note that the chain
// "mean" of package sched does not reach the CME for a mixture of more than
// one component, however fine its grid; "oneshot" at the exact SNR does.
//
// # Fitting
//
// Fit fits a mixture to data by expectation maximisation:
//
//	r_ik ∝ w_k·N(x_i; m_k, C_k),  n_k = Σ_i r_ik,  w_k = n_k/B
//	m_k = Σ_i r_ik·x_i/n_k,  C_k = Σ_i r_ik(x_i-m_k)(x_i-m_k)ᵀ/n_k + Reg·I
//
// all in the log domain, with C_k cut to its diagonal (Diag) or to its q leading
// eigenvectors plus σ²·I, where σ² is the mean of the other eigenvalues (PPCA).
// On samples of the fitted mixture the CME is known exactly.
package gmm
