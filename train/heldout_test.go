package train

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
)

// TestHeldOut: weights of the same data in another split make a note, those of other
// data, or of the very split, none.
func TestHeldOut(t *testing.T) {
	now := data.Fingerprint{Train: 80, Val: 10, Test: 10, Shape: []int{1, 8}, Hash: "aa"}
	dealt, grown, other := now, now, now
	dealt.Hash, grown.Hash, grown.Train, other.Hash, other.Train = "bb", "cc", 85, "dd", 20
	dir := t.TempDir()
	own := func(kind, dir string) configs.Data { return configs.Data{Kind: kind, Dir: dir} }
	for name, v := range map[string]struct {
		was, is configs.Data
		print   data.Fingerprint
		want    bool
	}{
		"the same split":      {own("npy", dir), own("npy", dir), now, false},
		"another seed":        {own("npy", dir), own("npy", dir), dealt, true},
		"by another path":     {own("folder", dir), own("folder", filepath.Join(dir, "x", "..")), grown, true},
		"moved, another seed": {own("npy", dir), own("npy", "elsewhere"), dealt, true},
		"grown":               {own("audio", dir), own("audio", dir), grown, true},
		"other files":         {own("npy", dir), own("npy", "elsewhere"), other, false},
		"other array":         {configs.Data{Kind: "npy", Dir: dir, Array: "a"}, configs.Data{Kind: "npy", Dir: dir, Array: "b"}, other, false},
		"other set":           {own("mnist", ""), own("fashion", ""), dealt, false},
		"public":              {own("mnist", ""), own("mnist", dir), dealt, true},
		"mixture":             {own("mixture", ""), own("mixture", ""), dealt, false},
	} {
		kept, err := json.Marshal(v.print)
		if err != nil {
			t.Fatal(err)
		}
		note, err := heldOut(&checkpoint.Imported{Config: &configs.Config{Seed: 7, Data: v.was}, Data: kept}, configs.Config{Seed: 8, Data: v.is}, now)
		if err != nil || (note != "") != v.want || v.want && !strings.Contains(note, "another split") {
			t.Errorf("%s: note %q, %v", name, note, err)
		}
	}
	if note, err := heldOut(&checkpoint.Imported{Config: &configs.Config{}}, configs.Config{}, now); note != "" || err != nil {
		t.Errorf("weights that do not tell their data: %q, %v", note, err)
	}
	if _, err := heldOut(&checkpoint.Imported{Data: json.RawMessage("3")}, configs.Config{}, now); err == nil {
		t.Error("nonsense passes for a fingerprint")
	}
}
