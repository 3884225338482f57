// Package train fits a network to a data set and keeps the run's folder.
//
// A step draws a batch x0, levels t and noise ε, and descends
//
//	L = mean w_t·(UNet(x_t, t) - target)²,  x_t = √ᾱ_t·x0 + √(1-ᾱ_t)·ε,
//
// where the target is ε unless the configuration says otherwise; a step may
// average the gradients of several batches (train.accumulate). [Run] does
// everything from a configuration. All random numbers of step s are functions of
// (seed, s), so that a run that is interrupted and resumed takes bitwise the same
// steps.
//
// # Learner and run
//
// A learner holds all numbers that training moves: network, optimizer, averages,
// adapters. It takes a step (gradient.go, cpu.go) and tells and takes its state.
// A run is what surrounds it: the folder, the place in the data, checkpoints,
// validation, metrics, and what becomes of steps that fail. The loop (loop.go)
// talks to a learner without knowing where its numbers are. [DryRun], [Overfit]
// and [Replay] need no run.
//
// # What a run can rely on
//
// A checkpoint holds parameters, running statistics, averages, the optimizer's
// moments, the place in the data, the best score and the sums behind the next
// line of metrics; metrics.jsonl, metrics.csv and TensorBoard's events are cut
// back to it when a run is resumed. A loss, gradient or running statistic that is not
// finite is found before anything is updated, and the running statistics that the forward
// pass moved are put back; [Policy] says how the run goes on, and [Replay]
// repeats the step. The folder is locked while a run works in it, and made anew with
// all that resuming needs where somebody takes it away. A run that is resumed from
// an older checkpoint sets the later ones aside, and one that ends before its first
// checkpoint leaves nothing in the way of the next.
//
// Validation uses the same noise and levels each time. It judges the averaged
// weights, whose running statistics are averaged along, where there are any, and
// leaves a picture of noisy, denoised and clean images. Runs of a given number
// of epochs stop early, by default as in the paper.
//
// # Adapting
//
// A run may begin with given weights (init), of which some are held (adapt.freeze),
// or which are trained through low-rank adapters W₀ + s·B·A (adapt.lora), and it
// may feed the network the levels of another schedule at equal SNR (adapt.levels).
// The run's checkpoints hold all of it: a resumed run needs no other file.
//
//	cfg, err := configs.Load("quickstart")
//	…
//	result, err := train.Run(ctx, cfg, train.Options{Out: "runs/quickstart"})
package train
