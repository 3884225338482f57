package checkpoint

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
)

func list(t *testing.T, r *Run) string {
	t.Helper()
	dirs, err := r.dirs()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range dirs {
		names = append(names, filepath.Base(d.path))
	}
	return strings.Join(names, " ")
}

func TestRetention(t *testing.T) {
	disk := newMemFS()
	run := &Run{Dir: "checkpoints", Keep: 2, FS: disk}
	for step := 100; step <= 1000; step += 100 {
		dir, err := run.Save(sample(step))
		if err != nil {
			t.Fatal(err)
		}
		if dir != filepath.Join("checkpoints", fmt.Sprintf("step-%d", step)) {
			t.Errorf("saved to %s", dir)
		}
		switch step {
		case 300, 400:
			err = run.SetBest(step)
		case 200, 700:
			err = run.Pin(step)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if got, want := list(t, run), "step-200 step-400 step-700 step-900 step-1000"; got != want {
		t.Errorf("kept %s, want %s", got, want)
	}
	for _, c := range []struct {
		name string
		find func() (string, error)
		want string
	}{
		{"latest", run.Latest, "checkpoints/step-1000"},
		{"best", run.Best, "checkpoints/step-400"},
		{"last good", run.LastGood, "checkpoints/step-1000"},
	} {
		if got, err := c.find(); err != nil || got != c.want {
			t.Errorf("%s is %s (%v), want %s", c.name, got, err, c.want)
		}
	}
	for what, err := range map[string]error{"best": run.SetBest(300), "pin": run.Pin(300)} {
		if !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s of a removed step: %v", what, err)
		}
	}
}

func TestKeepZeroKeepsAll(t *testing.T) {
	run := &Run{Dir: "c", FS: newMemFS()}
	for step := range 5 {
		if _, err := run.Save(sample(step)); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := list(t, run), "step-0 step-1 step-2 step-3 step-4"; got != want {
		t.Errorf("kept %s, want %s", got, want)
	}
}

func TestWriteSurvivesPowerLoss(t *testing.T) {
	disk := newMemFS()
	if err := WriteFS(disk, "runs/demo/step-5", sample(5)); err != nil {
		t.Fatal(err)
	}
	disk.losePower()
	if err := same(disk, "runs/demo/step-5", manifestOf(t, sample(5))); err != nil {
		t.Error(err)
	}
}

func TestResolve(t *testing.T) {
	folder := t.TempDir()
	run := &Run{Dir: filepath.Join(folder, checkpointsDir)}
	for _, step := range []int{9, 10, 200} {
		if _, err := run.Save(sample(step)); err != nil {
			t.Fatal(err)
		}
	}
	at := func(step int) string { return run.StepDir(step) }
	check := func(when, path, best, latest string) {
		t.Helper()
		for _, c := range []struct {
			find func(string) (string, error)
			want string
		}{{Resolve, best}, {ResolveLatest, latest}} {
			if got, err := c.find(path); err != nil || got != c.want {
				t.Errorf("%s: %s means %s (%v), want %s", when, path, got, err, c.want)
			}
		}
	}
	check("no best yet", folder, at(200), at(200))
	if err := run.SetBest(9); err != nil {
		t.Fatal(err)
	}
	check("with best", folder, at(9), at(200))
	check("checkpoints folder", run.Dir+"/", at(9), at(200))
	check("one checkpoint", at(10)+"/", at(10), at(10))
	if err := os.Remove(filepath.Join(run.Dir, latestFile)); err != nil {
		t.Fatal(err)
	}
	check("latest lost", folder, at(9), at(200))
	if err := os.RemoveAll(at(9)); err != nil {
		t.Fatal(err)
	}
	check("best removed by hand", folder, at(200), at(200))
	elsewhere := filepath.Join(t.TempDir(), "mine")
	if err := Write(elsewhere, sample(1)); err != nil {
		t.Fatal(err)
	}
	check("any name", elsewhere, elsewhere, elsewhere)

	if err := os.WriteFile(filepath.Join(run.Dir, bestFile), []byte("../../etc\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	empty := t.TempDir()
	for path, want := range map[string]string{
		folder:                          `"../../etc" is not the name of a checkpoint`,
		empty:                           "holds no checkpoint; give a run folder, a checkpoint folder (manifest.json), a folder of diffusers (config.json or model_index.json), a run folder of the paper's code (sim_params.json), a weight file (.safetensors, .npz, .pt), or built-in weights (gmm64, mnist)",
		filepath.Join(empty, "nowhere"): "nowhere",
	} {
		if _, err := Resolve(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", path, err, want)
		}
	}
	parent, elsewhere := filepath.Dir(folder), filepath.Join(t.TempDir(), "w.pt")
	if err := os.WriteFile(elsewhere, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{parent: folder, filepath.Dir(elsewhere): elsewhere} {
		if _, err := Resolve(path); err == nil || !strings.Contains(err.Error(), "holds no checkpoint, but there is ") || !strings.Contains(err.Error(), want+";") {
			t.Errorf("%s: error %v, want one that names %s", path, err, want)
		}
	}
	// A run that goes on finds it where it rewinds, or removes old checkpoints.
	if err := run.Rewind(10); err == nil || !configs.IsUsage(err) {
		t.Errorf("rewinding: %v, want what the user can mend", err)
	}
}

func TestReplacingAStep(t *testing.T) {
	run := &Run{Dir: filepath.Join(t.TempDir(), "c")}
	for _, config := range []string{"a: 1\n", "a: 2\n"} {
		s := sample(5)
		s.Config = config
		dir, err := run.Save(s)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(s, got, sameBits); d != "" {
			t.Errorf("(-want +got)\n%s", d)
		}
	}
}

// A read-only folder is a clear error, not a lost checkpoint.
func TestReadOnlyFolder(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write anywhere")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	err := Write(filepath.Join(dir, "step-1"), sample(1))
	if !errors.Is(err, os.ErrPermission) || !strings.Contains(err.Error(), "step-1 is not saved") {
		t.Errorf("error %v", err)
	}
}

func Example() {
	dir, err := os.MkdirTemp("", "run")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	run := &Run{Dir: filepath.Join(dir, "checkpoints"), Keep: 3}
	for step := 100; step <= 500; step += 100 {
		_, err := run.Save(&Snapshot{
			Step:    step,
			Config:  "name: demo\n",
			Weights: []model.Tensor{{Name: "w", Shape: []int{2}, Data: []float32{1, float32(step)}}},
		})
		if err != nil {
			panic(err)
		}
	}
	s, from, err := Load(dir)
	if err != nil {
		panic(err)
	}
	fmt.Println(filepath.Base(from), s.Weights[0].Data)
	// Output: step-500 [1 500]
}

func BenchmarkWriteRead(b *testing.B) {
	s := &Snapshot{}
	for i := range 100 {
		t := model.Tensor{Name: fmt.Sprintf("layer%d.weight", i), Shape: []int{128, 128}, Data: make([]float32, 128*128)}
		for k := range t.Data {
			t.Data[k] = float32(k*i) * 1e-3
		}
		s.Weights = append(s.Weights, t)
	}
	disk := newMemFS()
	b.SetBytes(100 * 128 * 128 * 4)
	b.ReportAllocs()
	for b.Loop() {
		if err := WriteFS(disk, "step-0", s); err != nil {
			b.Fatal(err)
		}
		if _, err := ReadFS(disk, "step-0"); err != nil {
			b.Fatal(err)
		}
	}
}
