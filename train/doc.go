// Package train fits a network to a data set and keeps the run's folder.
//
// A step draws a batch x0, levels t and noise ε, and descends
//
//	L = mean w_t·(UNet(x_t, t) - target)²,  x_t = √ᾱ_t·x0 + √(1-ᾱ_t)·ε,
//
// where the target is ε unless the configuration says otherwise. [Run] does
// everything from a configuration; the loop itself is in loop.go. All random
// numbers of step s are functions of (seed, s), so that a run that is
// interrupted and resumed takes bitwise the same steps.
//
//	cfg, err := configs.Load("quickstart")
//	…
//	result, err := train.Run(ctx, cfg, train.Options{Out: "runs/quickstart"})
package train
