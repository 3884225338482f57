package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/condmean/condmean/configs"
)

func resolve(t *testing.T, args ...string) (configs.Config, error) {
	t.Helper()
	fs := pflag.NewFlagSet("tool", pflag.ContinueOnError)
	var f ConfigFlags
	f.Register(fs, "quickstart")
	if err := fs.Parse(args); err != nil {
		t.Fatal(err)
	}
	return f.Resolve()
}

func TestFlagsOverrideSetOverridesPreset(t *testing.T) {
	preset, err := resolve(t)
	if err != nil || preset.Name != "quickstart" {
		t.Fatalf("without flags: %q, %v", preset.Name, err)
	}
	if preset, err = resolve(t, "--config", "mnist"); err != nil {
		t.Fatal(err)
	}
	cfg, err := resolve(t, "--config", "mnist", "--set", "seed=5", "--set", "eval.methods=mean,ddim", "--seed", "0", "--threads=2", "--data", "d", "-s", "train.lr=1e-5")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range configs.Diff(preset, cfg) {
		got = append(got, d.Key+"="+d.B)
	}
	want := `seed=0 threads=2 data.dir="d" train.lr=1e-05 eval.methods=["mean" "ddim"]`
	if s := strings.Join(got, " "); s != want {
		t.Errorf("changed %s, want %s", s, want)
	}
}

func TestResolveRefuses(t *testing.T) {
	for _, args := range [][]string{{"--config", "nosuch"}, {"--set", "train.lrr=1"}, {"--set", "train.lr=0"}, {"--threads=-1"}, {"--data", "d"}} {
		if _, err := resolve(t, args...); !configs.IsUsage(err) {
			t.Errorf("%v: error %v, want a UsageError", args, err)
		}
	}
}

func TestFreeFolderNeverShares(t *testing.T) {
	base := filepath.Join(t.TempDir(), "runs", "quick")
	for i, want := range []string{base + "-1", base + "-2"} {
		if got, err := FreeFolder(base); err != nil || got != want {
			t.Fatalf("call %d: %q, %v; want %q", i, got, err, want)
		}
	}
	if err := os.WriteFile(base+"-3", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := FreeFolder(base); err != nil || got != base+"-4" {
		t.Errorf("beside a file: %q, %v", got, err)
	}
	if got, err := FreeFolder(filepath.Join(base+"-3", "below")); !configs.IsUsage(err) {
		t.Errorf("below a file: %q, %v, want a UsageError", got, err)
	}
}
