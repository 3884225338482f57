package train

import (
	"time"

	"github.com/condmean/condmean/data"
)

// interval measures what happens between two lines of metrics.
type interval struct {
	start  time.Time
	waited time.Duration // of the loader at the start
	sum    float64
	steps  int
}

func newInterval() interval { return interval{start: time.Now()} }

func (i *interval) add(loss float64) {
	i.sum += loss
	i.steps++
}

func (i *interval) mean() float64 { return i.sum / float64(max(i.steps, 1)) }
func (i *interval) rate() float64 { return float64(i.steps) / time.Since(i.start).Seconds() }

// waitShare returns the share of the interval spent waiting for data.
func (i *interval) waitShare(l *data.Loader) float64 {
	return float64(l.Waited()-i.waited) / float64(time.Since(i.start))
}

func (i *interval) next(l *data.Loader) interval {
	return interval{start: time.Now(), waited: l.Waited()}
}
