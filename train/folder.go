package train

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/internal/atomicfile"
)

// Names inside a run's folder.
const (
	CheckpointsDir = "checkpoints"
	ConfigFile     = "config.yaml" // the resolved configuration
	reportDir      = "report"      // of the evaluation at the end
	lockFile       = "train.lock"
)

// open prepares the run's folder for the loop and starts reading data.
func (t *trainer) open(dir string, o Options) (err error) {
	t.dir = dir
	t.run = &checkpoint.Run{Dir: filepath.Join(dir, CheckpointsDir), Keep: t.cfg.Checkpoint.Keep}
	if o.Resume != "" {
		if err := t.rewind(); err != nil {
			return err
		}
	}
	if t.metrics, err = openMetrics(dir, t.at.Step); err != nil {
		return err
	}
	if t.loader, err = t.set.Loader(t.cfg.Train.Batch, t.cfg.Seed, t.at.Cursor); err != nil {
		return err
	}
	w := o.Err
	if w == nil {
		w = io.Discard
	}
	t.progress = newProgress(w, t.at.Step, t.total)
	t.seconds = t.metrics.seconds
	t.clock, t.saved, t.savedStep = time.Now(), time.Now(), t.at.Step
	t.mark()
	if o.Resume != "" {
		if len(t.at.Changes) == 0 {
			return t.markSaved()
		}
		return errors.Join(t.markSaved(), writeConfig(dir, t.yaml))
	}
	if err := writeConfig(dir, t.yaml); err != nil {
		return err
	}
	return t.save() // so that the run can be resumed, or go back, from its first moment on
}

// writeConfig replaces the run's configuration atomically.
func writeConfig(dir, yaml string) error {
	return replaceFile(filepath.Join(dir, ConfigFile), []byte(yaml))
}

// replaceFile writes a file that is never seen half written.
func replaceFile(name string, b []byte) error {
	if err := atomicfile.WriteOwn(name, b); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
}

// close releases what open and claim took, as far as they came.
func (t *trainer) close() error {
	var errs []error
	if t.progress != nil {
		t.progress.Close()
	}
	if t.loader != nil {
		t.loader.Close()
	}
	if t.metrics != nil {
		errs = append(errs, t.metrics.close())
	}
	if t.graph != nil {
		errs = append(errs, t.graph.Close())
	}
	return errors.Join(errs...)
}
