package train

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
)

// tinyExperts is a run of experts on a mixture with more components than directions.
func tinyExperts() configs.Config {
	c := tiny()
	c.Data.Components, c.Data.Fresh = 5, true
	c.Model.Kind, c.Model.Experts = "experts", configs.Experts{Count: 6, Rank: 3, Levels: c.Schedule.Steps}
	return c
}

// A run of experts begins with a mixture, better than at random, and continues bitwise;
// its weights are the beginning of others, which do not fit anew.
func TestExperts(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	best := mustRun(t, tinyExperts(), Options{Out: dir}).Best
	want := weightsOf(t, dir, "step-24")
	mustRun(t, tinyExperts(), Options{Resume: filepath.Join(dir, CheckpointsDir, "step-10")})
	if !bytes.Equal(weightsOf(t, dir, "step-24"), want) {
		t.Error("continued from step 10 the run ends elsewhere")
	}
	c := tinyExperts()
	c.Init.Fit = 0
	if drawn := mustRun(t, c, Options{Out: filepath.Join(t.TempDir(), "drawn")}).Best; !(best < 0.8*drawn) {
		t.Errorf("validation loss %.3g of a run that began with a mixture, %.3g of one that began at random", best, drawn)
	}
	c = tinyExperts()
	c.Init.From, c.Train.Steps = dir, 8
	if on := mustRun(t, c, Options{Out: filepath.Join(t.TempDir(), "on")}).Best; !(on < 1.05*best) {
		t.Errorf("validation loss %.3g of a run that goes on from one of %.3g", on, best)
	}
}

// The threads do not matter to a fit, nor to what follows.
func TestExpertsThreads(t *testing.T) {
	var first []byte
	for _, threads := range []int{1, 3} {
		c := tinyExperts()
		c.Threads = threads
		dir := filepath.Join(t.TempDir(), "run")
		mustRun(t, c, Options{Out: dir})
		if w := weightsOf(t, dir, "step-24"); first == nil {
			first = w
		} else if !bytes.Equal(w, first) {
			t.Error("the run of 3 threads ends elsewhere than that of one")
		}
	}
}

// Fewer samples than experts are a usage error that leaves nothing in the folder.
func TestExpertsNeedSamples(t *testing.T) {
	c := tinyExperts()
	c.Model.Experts.Count = 201
	dir := filepath.Join(t.TempDir(), "run")
	_, err := Run(context.Background(), c, Options{Out: dir})
	if usage := (*configs.UsageError)(nil); !errors.As(err, &usage) {
		t.Errorf("error %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("the run's folder holds %v, %v", left, err)
	}
}

// A dry run tells of the fit, which takes time of its own.
func TestExpertsDryRun(t *testing.T) {
	for fit, want := range map[int]bool{0: false, 2: true} {
		c := tinyExperts()
		c.Init.Fit = fit
		var text strings.Builder
		if err := DryRun(context.Background(), c, &text, Options{}); err != nil {
			t.Fatal(err)
		}
		if told := strings.Contains(text.String(), "2 iterations of EM on 200 samples"); told != want {
			t.Errorf("init.fit %d:\n%s", fit, &text)
		}
	}
}
