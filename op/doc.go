// Package op provides the operations that the networks are made of, as Gorgonia
// operations with symbolic gradients over kernels of our own.
//
// An activation is a node of logical shape (N,C,L) or (N,C,H,W). Between
// operations its value lies in memory in blocks of 16 channels,
// (N, C/16, H, W, 16), and nothing outside this package knows: operations that
// need a blocked input block a plain one, and [Unblock] turns an activation
// back into the row-major array that the caller reads.
//
// Normalisation never writes its result. With m, v the moments of a channel
// group, γ, β the affine parameters and (s, b) an optional scale-shift from the
// time embedding, norm after scale-shift is one affine map a channel,
//
//	(((1+s)·x + b) - m)/√(v+ε) · γ + β  =  A·x + B,
//
// so [Norm] computes only A and B (2,N,C), from the plane moments that the
// preceding convolution left behind, and the next convolution applies
// SiLU(A·x + B) while it reads x. The backward pass recomputes it.
//
// Networks with attention normalise groups of channels, with shifts by the time
// embedding before or scale-shifts after them, that a convolution of one tap reads
// as A·x + B, without SiLU: the weights of queries, keys and values, put together by
// [Stack], make one product of it, whose pixels [Attention] or [LinearAttention]
// weigh. [Subsample] makes strides of 2 of a convolution, [Patches] any other, and
// larger taps. [PixelNorm] normalises the channels of each pixel; it is no map of a
// channel, and is written.
//
// Networks on vectors have plain arrays (N,C) between their operations: [Linear],
// whose product takes SiLU or a residual along, [LayerNorm] with its scale-shift,
// [SwiGLU], [SoftmaxGate] and [Product]. [Experts] is a whole network: the filters of a
// mixture of Gaussians, at a log SNR that [Interpolate] reads from a table.
//
// Gradients are symbolic: [Grad] walks the graph and calls each operation's
// SymDiff. It takes the place of gorgonia.Grad because gradients that meet at a
// node are then summed in one fused pass; gorgonia.Grad inserts native additions,
// which allocate at each run and may overwrite an operand's buffer.
//
// A compiled [Program] runs the operations one after the other, by itself: Gorgonia's
// tape machine takes longer between two of them than small ones take. A static plan
// gives them buffers: each operation's output lives in one that is shared with
// operations whose lifetimes do not overlap.
package op
