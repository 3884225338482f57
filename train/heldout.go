package train

import (
	"fmt"
	"path/filepath"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
)

// heldOut notes that samples held out here may be among those that the weights of a
// source were trained on: where it had the same data in another split, as another
// seed deals, or in another state. "" means that nothing speaks for it.
func heldOut(src *checkpoint.Imported, cfg configs.Config, now data.Fingerprint) (string, error) {
	was, known, err := data.FingerprintFrom(src.Data)
	if err != nil || !known || src.Config == nil {
		return "", err
	}
	what := was.Changed(now)
	if what == "" || !sameFiles(src.Config.Data, cfg.Data, size(was) == size(now)) {
		return "", nil
	}
	return fmt.Sprintf("the weights seem to be trained on these data in another split: %s; samples that are held out here for validation and testing may be among those that they were trained on, and look too good (their run had seed %d)", what, src.Config.Seed), nil
}

// sameFiles tells whether two configurations seem to name the same data: the same
// public set, or own files in one place or, as they may have been moved, of as many
// samples. Mixtures give new samples under every seed.
func sameFiles(a, b configs.Data, asMany bool) bool {
	switch {
	case a.Kind != b.Kind || a.Kind == "mixture":
		return false
	case a.Own():
		return asMany || absolute(a.Dir) == absolute(b.Dir) && a.Array == b.Array
	}
	return true
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

func size(f data.Fingerprint) int { return f.Train + f.Val + f.Test }
