package train

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
)

// resumable are the settings that may change when a run is resumed, beside
// threads and train.checkpointing, with the sections as a whole: none of them is part of a step.
var resumable = []string{"name", "data.dir", "data.workers", "train.steps", "train.epochs",
	"train.val_every", "train.log_every", "train.early_stopping.", "train.on_nonfinite", "train.max_nonfinite", "checkpoint.", "eval."}

// RunFolder returns the folder of the run that path means: the folder itself,
// or that of one of its checkpoints.
func RunFolder(path string) (string, error) {
	dir, err := checkpoint.ResolveLatest(path)
	if err != nil {
		return "", configs.Usagef("--resume: nothing to resume: %w", err)
	}
	if dir, err = filepath.Abs(dir); err != nil { // "." says nothing of the folders above
		return "", configs.Usagef("--resume %s: %w", path, err)
	}
	checkpoints := filepath.Dir(dir)
	if filepath.Base(checkpoints) != CheckpointsDir {
		return "", configs.Usagef("--resume %s: not in the folder of a run; start a new run from it instead", path)
	}
	return relative(filepath.Dir(checkpoints)), nil
}

// relative shortens a path below the working folder.
func relative(dir string) string {
	if wd, err := os.Getwd(); err == nil {
		if short, err := filepath.Rel(wd, dir); err == nil && filepath.IsLocal(short) {
			return short
		}
	}
	return dir
}

// readLatest reads the checkpoint that path means.
func readLatest(path string) (*checkpoint.Snapshot, error) {
	dir, err := checkpoint.ResolveLatest(path)
	if err != nil {
		return nil, err
	}
	s, err := checkpoint.Read(dir)
	var damaged *checkpoint.DamagedError
	if errors.As(err, &damaged) && damaged.LastGood != "" {
		return nil, fmt.Errorf("%w; resume from there with --resume %s", err, damaged.LastGood)
	} else if err != nil {
		return nil, err
	}
	if err := s.Vet(); err != nil {
		return nil, configs.Usagef("--resume: %s: %w", dir, err)
	}
	return s, nil
}

// resume lets the learner go on from a checkpoint and returns where the run is,
// unless data or settings differ that its steps depend on. Settings that may
// differ are recorded.
func resume(s *checkpoint.Snapshot, cfg configs.Config, set *data.Set, l learner, log *slog.Logger) (state, error) {
	changes, err := changed(s, cfg)
	if err != nil {
		return state{}, err
	}
	for _, c := range changes {
		log.Info("setting changed", "step", c.Step, "change", c.Change)
	}
	if err := sameData(s, set); err != nil {
		return state{}, err
	}
	at, l0, err := unpack(s)
	if err == nil {
		err = l.Load(l0)
	}
	if err != nil {
		return state{}, configs.Usagef("train: the checkpoint of step %d does not fit its configuration: %w", s.Step, err)
	}
	at.changes = append(at.changes, changes...)
	return at, nil
}

// moveTo notes that a resumed run goes on on another device.
func (s *state) moveTo(device string, log *slog.Logger) {
	if s.Device == device {
		return
	}
	c := Change{Step: s.Step, Change: fmt.Sprintf("device: %s → %s", cmp.Or(s.Device, "cpu"), cmp.Or(device, "cpu"))}
	log.Info("the run goes on on another device: its steps agree to rounding, not bitwise", "step", c.Step, "change", c.Change)
	s.changes, s.Device = append(s.changes, c), device
}

// changed lists the settings that differ from those of a checkpoint, or refuses
// them.
func changed(s *checkpoint.Snapshot, cfg configs.Config) (changes []Change, err error) {
	old, err := configs.Parse("the checkpoint's configuration", []byte(s.Config))
	if err != nil {
		return nil, err
	}
	var refused []error
	for _, d := range configs.Diff(old, cfg) {
		switch {
		case d.Key == "threads", d.Key == "train.checkpointing": // which no number depends on
		case slices.ContainsFunc(resumable, func(key string) bool {
			return d.Key == key || strings.HasSuffix(key, ".") && strings.HasPrefix(d.Key, key)
		}):
			changes = append(changes, Change{Step: s.Step, Change: d.String()})
		default:
			refused = append(refused, fmt.Errorf("%s cannot change when a run is resumed (%s → %s); start a new run for that", d.Key, d.A, d.B))
		}
	}
	if len(refused) > 0 {
		return nil, &configs.UsageError{Err: errors.Join(refused...)}
	}
	return changes, nil
}

// sameData refuses data that are not those of the run: the split would be dealt
// anew, and samples held out now may have been trained on before.
func sameData(s *checkpoint.Snapshot, set *data.Set) error {
	if s.Sample != nil && !slices.Equal(s.Sample, set.Shape()) {
		return configs.Usagef("data: %s: samples have the shape %v, those of the run had %v; put the former data back", set.Name, set.Shape(), s.Sample)
	}
	was, known, err := data.FingerprintFrom(s.Data)
	if err != nil || !known {
		return err
	}
	if what := was.Changed(set.Fingerprint); what != "" {
		return configs.Usagef("data: %s: the data changed since step %d of the run: %s; put the former data back, or start a new run, from these weights by --init-from", set.Name, s.Step, what)
	}
	return nil
}
