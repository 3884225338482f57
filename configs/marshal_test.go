package configs

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMarshalRoundTrip(t *testing.T) {
	cfg := Default()
	if err := Set(&cfg, "schedule.snr_max_db=40.25", "eval.methods=", "data.dir=- a: 'b'", "train.lr=1.2345678901234567e-4",
		"train.weight_decay=0", "train.groups=[{match: bias$, weight_decay: 0}, {match: '^init', lr: 0.5}]", "checkpoint.milestones=[10, 20]",
		"seed=18446744073709551615"); err != nil {
		t.Fatal(err)
	}
	text, err := Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse("again", text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if d := cmp.Diff(cfg, again); d != "" {
		t.Errorf("round trip (-before +after):\n%s", d)
	}
}

func TestDiff(t *testing.T) {
	a, b := Default(), Default()
	if err := Set(&b, "seed=2", "schedule.snr_min_db=-20", "model.multipliers=1", "name=x",
		"train.groups=[{match: b, lr: 2}]"); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range Diff(a, b) {
		got = append(got, d.String())
	}
	want := []string{`name: "run" → "x"`, "seed: 1 → 2", "schedule.snr_min_db: null → -20", "model.multipliers: [1 2 4 8] → [1]",
		`train.groups: [] → [{match: "b", lr: 2, weight_decay: null}]`}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestHashFollowsDiff(t *testing.T) {
	a, err := Hash(Default())
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"seed=2", "eval.samples=9", "schedule.snr_max_db=1"} {
		cfg := Default()
		if err := Set(&cfg, key); err != nil {
			t.Fatal(err)
		}
		if b, err := Hash(cfg); err != nil || a == b {
			t.Errorf("%s: hash %s, %v; the default's is the same", key, b, err)
		}
	}
	if b, err := Hash(Default().Clone()); err != nil || a != b {
		t.Errorf("a clone's hash is %s, %v; want %s", b, err, a)
	}
}

func ExampleLoad() {
	cfg, err := Load("quickstart")
	if err != nil {
		fmt.Println(err)
		return
	}
	err = Set(&cfg, "train.lr=0", "eval.methods=meen")
	if err == nil {
		err = cfg.Validate()
	}
	fmt.Println(err)
	// Output:
	// train.lr = 0: want a number in (0,10]
	// eval.methods = "meen": want mean, oneshot, ddim, resample, average:M; did you mean mean?
}
