// Package model is the network: the UNet of the paper, the lightweight CNN of its
// sibling, a gated residual network for vectors, one of the UNets of other libraries, or
// the filters of a mixture of Gaussians, as a Gorgonia graph over named weights.
//
// # UNet
//
// With C channels after the first convolution and multipliers m_1 … m_L,
//
//	temb = SiLU(W₂·SiLU(W₁·[sin ω_k t, cos ω_k t] + b₁) + b₂)         C → 4C → 4C
//	h    = conv(x)                                                  replicate padding
//	down   per level: 2 residual blocks to m_i·C, then average pooling ×½ (not last)
//	mid    1 residual block
//	up     per level: 3 residual blocks of [h, skip], then nearest ×2 (not last)
//	ε̂    = conv(SiLU(norm(h)))                                      replicate padding
//
// where skips are the results of the first convolution, of each residual block
// and of each pooling on the way down, and a residual block is
//
//	h = conv(SiLU(norm(x)))
//	h = (1+s)·h + b                     (s, b) = W·temb
//	h = conv(dropout(SiLU(norm(h)))) + bypass(x)
//
// with 3-tap convolutions. The bypass is the identity, or a convolution where
// the number of channels changes. Names and shapes of parameters are those of
// the torch state dict, so weights travel in both directions unchanged.
//
// # CNN
//
// The network of arXiv 2403.03545 is a chain of 3-tap convolutions with zero
// padding and ReLU between them,
//
//	(s, b) = W·[sin ω_k t, cos ω_k t] + c       up to three linear layers, ReLU between
//	h = conv(… ReLU(conv(x)))
//	ε̂ = conv(… ReLU(conv((1+s)·h + b)))        no ReLU around the scale-shift
//
// # MLP
//
// The gated residual network takes a sample as a vector x of D values. With width
// W, H hidden values, S slots, G gated values and E = W/4,
//
//	temb = SiLU(W₂·SiLU(W₁·[sin ω_k t, cos ω_k t] + b₁) + b₂)         E → E → E
//	h    = W·x + b                                                  D → W
//	h    = block(h), gate(h), block(h), gate(h), …
//	ε̂    = W·film(h) + b                                            W → D
//
// where film(h) = (1+s)·layernorm(h) + b with (s, b) = W·temb, each of its own, and
//
//	block  h + W·(SiLU(u)·v) + b          (u, v) = W·film(h) + b       W → 2H, H → W
//	gate   h + W_o((W_k g)·(W_v z)) + b   z = film(h), g = √S·softmax(W_q z·(1 + W_s temb));
//	                                      W → S → G, W → G, G → W
//
// with products value by value. The last layers of blocks, gates and of the
// network are zero at first, and W_q is five times as wide as PyTorch's default. A
// gate lets the network choose one of S slots softly
// and multiply by what it holds, as the conditional mean of a mixture multiplies
// the weight of a component by that component's estimate. A slot holds G numbers:
// more of them tell more of each component's covariance apart.
//
// # UNet2D
//
// The network of kind unet2d is the unconditional UNet2DModel of diffusers, tensor by
// tensor; the networks of OpenAI's improved-diffusion and guided-diffusion are the same
// one under other names. With e the activated time embedding and s = 1 but in the
// middle,
//
//	residual   (x' + conv(drop(SiLU(norm(conv(SiLU(norm(x))) + W·e + b)))))/s
//	           or, of the inner norm's result z, z·(1 + S) + B with (S, B) = W·e + b
//	attention  (x + W_o·softmax(q·kᵀ/√d)·v + b)/s with q, k, v = W·norm(x) + b
//
// where x' is x, or a convolution of it with one tap; norms are group norms, padding is
// zero, attention is between the pixels of a sample. Levels halve the image by a
// convolution with stride 2 or by a residual block that averages pixels. Package
// checkpoint/pretrained opens and writes its files.
//
// # Lucidrains
//
// The network of kind lucidrains is the Unet of denoising-diffusion-pytorch. With d_0
// channels after the first convolution, of 7×7 taps, and d_i after level i,
//
//	e     = SiLU(W₃·gelu(W₁·[sin ω_k t, cos ω_k t] + b₁) + b₃)         d → 4d → 4d
//	down   x = rb(x); push; x = att(rb(x)); push; x = ½-conv(x)        d_i → d_{i+1}
//	mid    x = rb(att(rb(x)))
//	up     x = rb([x, pop]); x = att(rb([x, pop])); x = 2-conv(x)      d_{i+1} → d_i
//	out    conv(rb([x, r]))                                            r: of the first convolution
//
// where the last level on each way keeps the size, and
//
//	rb     SiLU(norm(conv(drop(SiLU((1+S)·norm(conv(x)) + B))))) + x'   (S, B) = W·e + b
//	att    x + W_o·softmax(q·kᵀ/√w)·v + b, or linear:
//	       x + norm(W_o·(softmax(k)·vᵀ)ᵀ·softmax(q)/√w + b)             q, k, v = W·norm(x)
//
// with learned keys and values in front of those of the pixels. Norms are by the root
// mean square of the channels of a pixel; those of earlier versions of the library, and
// what else these did differently, are settings ([configs.Lucidrains]).
//
// # Experts
//
// The network of kind experts is the conditional mean of a mixture of K Gaussians with
// R directions each, of samples taken as vectors x of D values,
//
//	ρ    log SNR at t, of a table with the schedule's levels
//	d_k  = x - √ᾱ·m_k     z_k = U_k·d_k     g_k = σ(a_k+ρ)     g0_k = σ(b_k+ρ)
//	ε̂    = Σ_k softmax(ℓ)_k·((1-g0_k)·d_k - U_kᵀ((g_k-g0_k)·z_k))/√(1-ᾱ)
//
// with ℓ the logarithm of each expert's density and weight, see op.Experts: filters,
// their gains at each level, and the weights that choose among them share one set of
// parameters, K·(R+1)·(D+1)+K values. Experts that are drawn at random learn slowly which
// of them is for what, so a run lets them begin with a mixture fitted to its samples
// ([Network.FromMixture]); before the first step it is that mixture's estimator.
//
// # Use
//
// A [Network] holds the weights. [Network.NewTrainStep] compiles a graph of the loss
// and its gradients for one batch size; [Network.Predict] runs inference graphs,
// cached by batch size. Both share the weights. [NewPredictor] gives the network
// to the reverse chains of package sched, until it is closed. [Network.Hold] excludes tensors from
// training.
package model
