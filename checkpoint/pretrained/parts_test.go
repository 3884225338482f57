package pretrained

import (
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/dims"
)

// Networks that are known have as many parameters as their libraries say.
func TestKnownSizes(t *testing.T) {
	types := func(attention ...int) (down, up []string) {
		for i := range 6 {
			down, up = append(down, "DownBlock2D"), append(up, "UpBlock2D")
			for _, a := range attention {
				if a == i {
					down[i] = "AttnDownBlock2D"
				}
			}
		}
		return down, up
	}
	net := func(attention []int, channels ...int) configs.UNet2D {
		u := configs.DefaultUNet2D()
		n := len(channels)
		down, up := types(attention...)
		u.BlockOutChannels, u.DownBlockTypes, u.UpBlockTypes = channels, down[:n], up[:n]
		for i, kind := range u.DownBlockTypes {
			if configs.Attends(kind) {
				u.UpBlockTypes[n-1-i] = "AttnUpBlock2D"
			}
		}
		return u
	}
	for name, c := range map[string]struct {
		unet configs.UNet2D
		want int
	}{
		"ddpm-cifar10-32":         {net([]int{1}, 128, 256, 256, 256), 35_746_307},
		"ddpm-celebahq-256":       {net([]int{4}, 128, 128, 256, 256, 512, 512), 113_673_219},
		"sd-class-butterflies-32": {configs.DefaultUNet2D(), 18_536_323},
		"UNet2DModel()":           {net([]int{1, 2, 3}, 224, 448, 672, 896), 274_056_163},
	} {
		if got := parameters(c.unet); got != c.want {
			t.Errorf("%s: %d parameters, want %d", name, got, c.want)
		}
	}
	for name, want := range map[string]int{
		"256x256_diffusion_uncond": 552_814_086, "ffhq_10m": 93_563_910, "cifar10_uncond_50M_500K": 52_546_438,
		"imagenet64_uncond_vlb_100M_1500K": 121_063_942, "lsun_uncond_100M_2400K_bs64": 113_676_678,
	} {
		flags, err := Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		n, err := flags.network()
		if err != nil {
			t.Fatal(err)
		}
		if got := parameters(n.unet); got != want {
			t.Errorf("%s: %d parameters, want %d", name, got, want)
		}
		if s, err := flags.scheduler(); err != nil || s.schedule.Steps != flags.DiffusionSteps || s.target != "epsilon" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func parameters(u configs.UNet2D) (n int) {
	for _, p := range pieces(u, 3, diffusers) {
		n += dims.Count(p.shape)
	}
	return n
}
