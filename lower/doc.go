// Package lower translates graphs of package op to StableHLO, the language of XLA,
// from what their operations tell of themselves, so that devices other than the
// CPU can run them. Forward passes, losses and gradients are operations alike. It is
// plain Go and links nothing.
//
// [NewProgram] makes a module of a graph alone; [Graph] appends one to a module that
// does more, such as a whole training step.
//
// # Forms
//
// Activations have the axes (N,H,W,C), a signal H = 1; the blocks of the CPU's
// memory are not known here. Convolutions of one tap are matrix products.
// The gradient of a convolution turns its kernel around by an operation of its own,
// and that of the kernel is a convolution of the input by the gradient: these forms
// XLA knows to be gradients. Sums over a loss and the few numbers of a norm are
// float64, as on the CPU, as are the angles of embeddings. Random factors
// of dropout are drawn outside, by [Draw], and are those of the CPU.
package lower
