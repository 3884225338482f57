package train

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/internal/rng"
)

// shrink is a network that returns half of its input, and counts its samples.
type shrink struct{ sizes map[int]bool }

func (s shrink) Predict(out, x, level []float32) error {
	s.sizes[len(level)] = true
	for i, v := range x {
		out[i] = v / 2
	}
	return nil
}

// The validation loss is the plain mean over the split, whatever the batch, and
// its parts by SNR average to it.
func TestValidationLoss(t *testing.T) {
	pool := par.New(2)
	defer pool.Close()
	for _, kind := range []string{"mse", "l1"} {
		cfg := tiny()
		cfg.Objective.Loss, cfg.Objective.Weighting = kind, "min-snr"
		cfg.Eval.SNR = "-10,0,30"
		set, err := data.Open(context.Background(), cfg.Data, cfg.Seed)
		if err != nil {
			t.Fatal(err)
		}
		dim := set.Dim()
		d := testDiffuser(t, cfg.Objective, 2, dim)

		// The definition, sample by sample.
		var x [8]float32
		e := newExample(1, dim)
		want, n := 0.0, set.Val.Len()
		sums, counts := map[string]float64{}, map[string]float64{}
		for i := range n {
			if err := set.Val.Read(x[:], i); err != nil {
				t.Fatal(err)
			}
			set.Norm.Apply(x[:])
			d.fill(pool, e, x[:], rng.ValLevel, rng.ValNoise, 0, i)
			one := 0.0
			for k := range dim {
				diff := float64(e.x[k]/2 - e.target[k])
				if kind == "mse" {
					diff *= diff
				}
				one += math.Abs(diff) / float64(dim) * float64(e.weight[0])
			}
			want += one / float64(n)
			db := d.s.SNRdB(int(e.level[0]))
			bin := "-10"
			if db >= 15 {
				bin = "30"
			} else if db >= -5 {
				bin = "0"
			}
			sums[bin] += one
			counts[bin]++
		}
		for _, batch := range []int{1, 16, 50, 64} {
			cfg.Train.Batch = batch
			v, err := newValidator(set, d, cfg, pool)
			if err != nil {
				t.Fatal(err)
			}
			u := shrink{map[int]bool{}}
			got, err := v.loss(context.Background(), u)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(got.mean/want-1) > 1e-6 {
				t.Errorf("%s, batch %d: %v, want %v", kind, batch, got.mean, want)
			}
			if len(u.sizes) != 1 {
				t.Errorf("batch %d: predictions of sizes %v, want one", batch, u.sizes)
			}
			for bin, s := range sums {
				if w := s / counts[bin]; math.Abs(got.bySNR[bin]/w-1) > 1e-6 {
					t.Errorf("%s, batch %d, %s dB: %v, want %v", kind, batch, bin, got.bySNR[bin], w)
				}
			}
		}
	}
}

func TestEarlyStop(t *testing.T) {
	for _, tt := range []struct {
		epoch, best int
		want        bool
	}{{1, 1, false}, {49, 1, false}, {50, 1, false}, {51, 1, true}, {51, 31, true}, {51, 32, false}, {69, 50, false}, {70, 50, true}, {400, 400, false}} {
		if got := earlyStop(configs.Default().Train.EarlyStopping, tt.epoch, tt.best); got != tt.want {
			t.Errorf("epoch %d, best after %d: %v", tt.epoch, tt.best, got)
		}
	}
}

// A network that does not learn has its best validation loss after the first
// epoch, and is given up after the 51st.
func TestRunStopsEarly(t *testing.T) {
	c := tiny()
	c.Data.Samples.Train, c.Data.Samples.Val = 8, 8
	c.Model = configs.Model{Kind: "unet", Channels: 8, Multipliers: []int{1}, Blocks: 1, Norm: "group"}
	c.Train = configs.Default().Train
	c.Train.Epochs, c.Train.Batch, c.Train.LR, c.Train.Optimizer, c.Train.EMA, c.Train.LogEvery = 60, 8, 1e-30, "sgd", 0, 20
	c.Checkpoint = configs.Checkpoint{}
	dir := filepath.Join(t.TempDir(), "run")
	r := mustRun(t, c, Options{Out: dir})
	if !r.Early || r.Steps != 51 || r.BestStep != 1 {
		t.Errorf("%+v", r)
	}
	if r = mustRun(t, c, Options{Resume: dir}); r.Steps != 51 {
		t.Errorf("resumed, the run went on to step %d", r.Steps)
	}
	c.Train.Steps, c.Train.Epochs = 60, 0
	if r = mustRun(t, c, Options{Out: filepath.Join(t.TempDir(), "run")}); r.Early || r.Steps != 60 {
		t.Errorf("with a number of steps: %+v", r)
	}
}

// A network that has learnt a little denoises: its NMSE is below that of the
// observation, which is minus the SNR, where the noise is not small.
func TestQuickNMSE(t *testing.T) {
	if testing.Short() {
		t.Skip("takes hundreds of steps")
	}
	c := tiny()
	c.Train.Steps, c.Train.LR, c.Train.EMA = 200, 3e-3, 0.98
	c.Train.ValEvery, c.Train.LogEvery, c.Checkpoint.EverySteps = 200, 200, 0
	c.Data.Samples = configs.Samples{Train: 2000, Val: 200, Test: 10}
	dir := filepath.Join(t.TempDir(), "run")
	mustRun(t, c, Options{Out: dir})
	lines := readMetrics(t, dir)
	nmse := lines[len(lines)-1].NMSE
	if len(nmse) != len(quickSNRs) || nmse["0"] > -1 || nmse["0"] < -12 || nmse["10"] > -10 || nmse["10"] < -22 {
		t.Errorf("NMSE %v dB", nmse)
	}
}
