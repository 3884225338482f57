package train

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/atomicfile"
)

// Names inside a run's folder.
const (
	CheckpointsDir = "checkpoints"
	ConfigFile     = "config.yaml" // the resolved configuration
	reportDir      = "report"      // of the evaluation at the end
	lockFile       = "train.lock"
)

// folder is that of a run at work, with the files it writes.
type folder struct {
	home
	checkpoints *checkpoint.Run
	metrics     *metricsFiles
	saved       saved
}

// saved is the last checkpoint.
type saved struct {
	step int // -1: no step is in the folder as it is now
	at   time.Time
}

// openFolder opens the files of a run that goes on at the given state. Of a
// resumed one they are cut back to it.
func openFolder(h home, keep int, at state, resumed bool) (*folder, error) {
	checkpoints := &checkpoint.Run{Dir: filepath.Join(h.dir, CheckpointsDir), Keep: keep}
	if resumed {
		if err := rewind(checkpoints, at); err != nil {
			return nil, err
		}
	}
	metrics, err := openMetrics(h.dir, at.Step)
	if err != nil {
		return nil, err
	}
	return &folder{home: h, checkpoints: checkpoints, metrics: metrics, saved: saved{step: at.Step, at: time.Now()}}, nil
}

// rewind makes the checkpoints those of the line that the run goes on: what was
// trained behind its state before is another line, on which nothing may fall back.
func rewind(checkpoints *checkpoint.Run, at state) error {
	if err := checkpoints.Rewind(at.Step); errors.Is(err, fs.ErrNotExist) {
		return configs.Usagef("--resume: step %d is no checkpoint of this run any more; to go on there all the same, rename it to %s", at.Step, checkpoints.StepDir(at.Step))
	} else if err != nil {
		return err
	}
	if _, err := os.Stat(checkpoints.StepDir(at.BestStep)); at.BestStep == 0 || errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return checkpoints.SetBest(at.BestStep)
}

// renew makes a folder that was taken away anew, with all that resuming needs
// beside the checkpoint to come: the configuration and the metrics up to a step.
// One that another run has taken meanwhile is refused.
func (f *folder) renew(step int) error {
	if err := os.MkdirAll(f.dir, 0o777); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if err := f.lock.renew(f.dir); err != nil {
		return err
	}
	if err := f.metrics.move(f.dir, step); err != nil {
		return err
	}
	f.saved.step = -1
	return f.writeConfig()
}

// replaceFile writes a file that is never seen half written.
func replaceFile(name string, b []byte) error {
	if err := atomicfile.WriteOwn(name, b); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
}
