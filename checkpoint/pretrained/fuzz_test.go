package pretrained

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/condmean/condmean/internal/hostile"
	"github.com/condmean/condmean/sched"
)

func addFixtures(f *testing.F, name string) {
	files, err := filepath.Glob("testdata/*/" + name)
	more, err2 := filepath.Glob("testdata/*/*/" + name)
	if err != nil || err2 != nil {
		f.Fatal(err, err2)
	}
	for _, file := range append(files, more...) {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
}

// Whatever settings say, they are read or refused quickly, and what is read can be
// built: sizes and tensors follow.
func FuzzConfig(f *testing.F) {
	addFixtures(f, configName)
	f.Add([]byte(`{"down_blocks": ["UNetResDownBlock2D"], "block_channels": [8], "up_blocks": ["UpBlock2D"], "resnet_num_groups": 4}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		hostile.Withstands(t, false, func() error {
			o, err := parseObject(configName, text)
			if err != nil {
				return err
			}
			n, err := parseUNet(o)
			if err != nil {
				return err
			}
			for _, p := range pieces(n.unet, n.channels, diffusers) {
				if slices.Min(p.shape) < 1 {
					t.Errorf("%s has shape %v", p.name, p.shape)
				}
			}
			_, err = n.sample(nil)
			return err
		})
	})
}

func FuzzScheduler(f *testing.F) {
	addFixtures(f, schedulerName)
	f.Add([]byte(`{"trained_betas": [0.1, 0.2, 1], "num_train_timesteps": 3, "rescale_betas_zero_snr": true}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		hostile.Withstands(t, false, func() error {
			o, err := parseObject(schedulerName, text)
			if err != nil {
				return err
			}
			s, err := parseScheduler(o)
			if err == nil {
				_, err = sched.New(s.schedule)
				if err != nil {
					t.Errorf("a schedule that cannot be built: %v", err)
				}
			}
			return err
		})
	})
}

func FuzzIndex(f *testing.F) {
	addFixtures(f, indexName)
	f.Fuzz(func(t *testing.T, text []byte) {
		name := filepath.Join(t.TempDir(), indexName)
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		hostile.Withstands(t, false, func() error { return new(folder).readIndex(name) })
	})
}
