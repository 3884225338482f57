package dist

import (
	"errors"
	"fmt"
	"time"
)

// Job is a command's part in the work of several processes. The zero value has not
// begun.
type Job struct {
	group    Group
	together bool // all ranks end alike
}

// Begin joins the job's group, of which Failed and End know then.
func (j *Job) Begin() (Group, error) {
	g, err := Open()
	if err == nil {
		j.group = g
	}
	return g, err
}

// patience is how long a rank leaves it to rank 0 to tell of an error that all have.
const patience = 2 * time.Second

// Together marks an error that all ranks return behind the same collective, such as
// that of a run that was asked to stop: none has to end the others.
func Together(err error) error { return &togetherError{err} }

type togetherError struct{ error }

func (e *togetherError) Unwrap() error { return e.error }

// silent is an error of which another rank speaks.
type silent struct{ error }

func (silent) Error() string   { return "" }
func (e silent) Unwrap() error { return e.error }

// Failed returns an error of this rank with its number, but for rank 0, whose errors
// are mostly those of all: it comes first to speak, and to end the others. An error
// Together has no words on other ranks.
func (j *Job) Failed(err error) error {
	j.together = errors.As(err, new(*togetherError))
	switch {
	case err == nil || j.group == nil || j.group.Rank() == 0:
		return err
	case j.together:
		return silent{err}
	}
	time.Sleep(patience)
	return fmt.Errorf("rank %d: %w", j.group.Rank(), err)
}

// End ends the process's part once the command has its exit code. A code other than
// 0 ends all ranks with it, unless they end together.
func (j *Job) End(code int) error {
	switch {
	case j.group == nil:
		return nil
	case code != 0 && !j.together:
		j.group.Abort(code)
		return nil
	}
	return j.group.Close()
}
