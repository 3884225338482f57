package train

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// keepFolder makes the run's folder anew if somebody has deleted or moved it, with
// all that resuming needs: the configuration and the metrics up to now, beside the
// checkpoint to come. Earlier checkpoints stay where they went. A folder that
// another run has taken meanwhile is refused.
func (t *trainer) keepFolder() error {
	if t.lock.held() {
		return nil
	}
	t.log.Warn("the run's folder was taken away; it is made anew, without the earlier checkpoints", "run", t.dir, "step", t.at.Step)
	if err := os.MkdirAll(t.dir, 0o777); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if err := t.lock.renew(t.dir); err != nil {
		return err
	}
	if err := t.metrics.move(t.dir, t.at.Step); err != nil {
		return err
	}
	if err := writeConfig(t.dir, t.yaml); err != nil {
		return err
	}
	if _, err := os.Stat(t.run.StepDir(t.at.BestStep)); errors.Is(err, fs.ErrNotExist) && t.at.BestStep != t.at.Step {
		t.at.Best, t.at.BestStep = 0, 0 // nobody can have those weights
	}
	t.savedStep = -1
	return nil
}
