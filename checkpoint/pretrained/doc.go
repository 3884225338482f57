// Package pretrained opens networks that other libraries trained, and writes them
// back: folders of diffusers with an unconditional UNet2DModel, alone or in a
// pipeline, the .pt files of OpenAI's improved-diffusion and guided-diffusion, and
// those of denoising-diffusion-pytorch.
//
//	m, err := pretrained.Open("ddpm-butterflies-128", pretrained.Options{})
//	…
//	defer m.Close()
//	for _, t := range m.Tensors {
//		values, err := t.Read() // float32, widened from half and bfloat16
//	}
//
// # What is opened
//
// A [Model] has the settings of the network (configs.Model of kind unet2d, or of kind
// lucidrains for denoising-diffusion-pytorch, whose topology is another), its
// schedule and what it predicts, the shape of a sample and the network's tensors
// under the names of today's diffusers, whatever the file calls them: names of 2022
// and those of OpenAI are mapped, the rows of OpenAI's joint query, key and value
// reordered. Files are checked, not read, when a model is opened; [Tensor.Read]
// reads one tensor.
//
// OpenAI's files say neither how many attention heads there are, nor in which order
// their rows are, nor anything of the schedule: a preset or the flags they were
// trained with must tell. Nothing of it is guessed. Those of denoising-diffusion-pytorch
// lack the size of a sample; notes tell what is assumed where a file has no version.
//
// # Units
//
// These networks live on images u in [-1,1], u = 2p-1 for p in [0,1], whatever
// their power: [Model.Norm] has mean 1/2 and scale 1/2, never fitted ones. Level t
// holds √ᾱ·u + √(1-ᾱ)·ε with ε of variance one, so that noise of standard
// deviation σ on [0,1] is at the level of SNR 1/(2σ)².
//
// # Learned variance
//
// Networks with twice as many outputs as inputs tell the variance of a sampler in
// the second half. It is cut off: conv_out has the rows of the prediction, and the
// others, which no denoiser needs, are kept as conv_out_variance to be written back
// (final_conv and final_conv_variance in the other kind).
//
// # Writing back
//
// A [Model]'s [Origin] is what a run has to keep, as JSON, to write the network back
// after training: [Origin.Files] makes a folder of diffusers, [Origin.Torch] a .pt
// file. Settings that did not change are the very texts that were read, tensors that
// did not change the same bits. The zero Origin makes a pipeline of a network that was
// trained here.
//
// # Hostile files
//
// Settings come from files that someone made. Sizes, depth and numbers are checked
// before memory is taken by them, keys that are there twice are refused, and all
// that cannot be computed as the library would compute it is refused by the name of
// its key in one line.
package pretrained
