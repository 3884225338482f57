package pretrained

import (
	"reflect"
	"testing"

	"github.com/condmean/condmean/internal/hostile"
)

// The flags that the repositories' READMEs give for a published network are those of
// its preset, once they say what the repositories do not agree on.
func TestParseFlags(t *testing.T) {
	for name, text := range map[string]string{
		"256x256_diffusion_uncond": "--attention_resolutions 32,16,8 --class_cond False --diffusion_steps 1000 --image_size 256 --learn_sigma True --noise_schedule linear " +
			"--num_channels 256 --num_head_channels 64 --num_res_blocks 2 --resblock_updown True --use_fp16 True --use_scale_shift_norm True --rescale_timesteps False",
		"cifar10_uncond_50M_500K": "--image_size=32 --num_channels=128 --num_res_blocks=3 --learn_sigma=True --dropout=0 --diffusion_steps 4000 --noise_schedule cosine " +
			"--num_heads 4 --num_head_channels -1 --attention_resolutions 16,8 --use_scale_shift_norm true --rescale_timesteps 1 --channel_mult \"\"",
	} {
		want, err := Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ParseFlags(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\n%+v\n%+v", name, err, got, want)
		}
	}
	const good = "--image_size 64 --num_channels 128 --num_res_blocks 3 --attention_resolutions 16 --num_heads 4 --use_scale_shift_norm True --learn_sigma True " +
		"--diffusion_steps 4000 --noise_schedule cosine --rescale_timesteps True"
	if _, err := ParseFlags(good); err != nil {
		t.Error(err)
	}
	for text, want := range map[string]string{
		"":                             "--image_size is missing",
		good + " --class_cond True":    "--class_cond",
		good + " --num_heads 8":        "num_heads is set twice",
		good + " --sr3 1":              "--sr3 is unknown",
		good + " extra":                `"extra" follows no flag`,
		good + " --dropout a\x1bb":     "--dropout",
		good + " --channel_mult 0.5,1": "--channel_mult",
		good[len("--image_size 64"):]:  "--image_size is missing",
		good[:len(good)-5]:             "--rescale_timesteps is missing",
		good[:len(good)-4] + "maybe":   "want True or False",
		"--image_size 96 " + good[len("--image_size 64"):]:  "--channel_mult is missing",
		"--image_size 1e9 " + good[len("--image_size 64"):]: "want an integer",
	} {
		_, err := ParseFlags(text)
		oneLine(t, text, err, want)
	}
}

// Flags are read or refused, and networks of them built or refused, quickly.
func FuzzFlags(f *testing.F) {
	f.Add("--image_size 64 --num_channels 128 --num_res_blocks 3 --attention_resolutions 16 --num_heads 4 --use_scale_shift_norm True --learn_sigma True " +
		"--diffusion_steps 4000 --noise_schedule cosine --rescale_timesteps True --channel_mult 1,2 --num_head_channels 32")
	f.Fuzz(func(t *testing.T, text string) {
		hostile.Withstands(t, false, func() error {
			flags, err := ParseFlags(text)
			if err != nil {
				return err
			}
			n, err := flags.network()
			if err == nil {
				pieces(n.unet, n.channels, flags.scheme())
				_, err = flags.scheduler()
			}
			return err
		})
	})
}
