package train

import "time"

// clock measures the time of training, in which interruptions do not count.
type clock struct {
	seconds float64   // of training up to now
	now     time.Time // when seconds was brought up to date
	line    mark      // the last line of metrics
}

// mark is a moment that rates are measured from.
type mark struct {
	step    int
	seconds float64       // of training
	waited  time.Duration // for data
}

// startClock goes on after so many seconds.
func startClock(seconds float64, step int) clock {
	return clock{seconds: seconds, now: time.Now(), line: mark{step: step, seconds: seconds}}
}

// tick brings the training time up to date.
func (c *clock) tick() {
	now := time.Now()
	c.seconds += now.Sub(c.now).Seconds()
	c.now = now
}

// mark begins the measurement of the next line's rates.
func (c *clock) mark(step int, waited time.Duration) { c.line = mark{step, c.seconds, waited} }
