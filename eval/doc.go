// Package eval measures how close a denoiser is to optimal.
//
// [Sweep] denoises y = x + n, n ~ N(0, s²·I/SNR), of the test split by methods
// (chains over a predictor, see package sched) and baselines, all on the very
// same noise, where s is 1, or 1/√2 for complex data (see package denoiser), and
// reports
//
//	NMSE = Σ‖x̂-x‖² / Σ‖x‖²
//
// with a 95 % interval, and the gap to the conditional mean estimator where the
// prior is known. The interval is that of a ratio of means: with e_i = ‖x̂_i-x_i‖²,
// p_i = ‖x_i‖² and R = Σe/Σp,
//
//	se² = Σ(e_i - R·p_i)² / (n(n-1)·p̄²),   ±1.96·se/R·10/ln 10 dB.
//
// The interval of a gap is that of the log ratio of paired errors, which is far
// narrower than the two intervals together: d_i = e_i/ē - c_i/c̄ in place of
// e_i - R·p_i.
//
// Where the prior is known the MMSE is also given as the mean of tr Cov(x|y)/N,
// which has less Monte Carlo error than that of the estimates.
//
// [Run] evaluates a checkpoint as the command denoise does: it loads a
// denoiser.Denoiser, makes a [Request] of it and its data set, runs the sweep and
// the [Studies], and writes the report (package report). Finished parts are kept
// until then, so that an evaluation that was interrupted goes on where it was.
//
//	rep, err := eval.Run(ctx, eval.Options{
//		Checkpoint: "gmm:mixture.npz",
//		Change:     func(c *configs.Config) { c.Eval.SNR = "-10:5:20" },
//		Studies:    eval.Studies{PerStep: true},
//		Out:        "report",
//	})
//
// Package single denoises files and generates samples.
package eval
