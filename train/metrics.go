package train

import (
	"encoding/json"
	"fmt"
	"os"
)

// Metrics is one line of metrics.jsonl.
type Metrics struct {
	Step     int      `json:"step"`
	Epoch    int      `json:"epoch"`
	Loss     float64  `json:"loss"` // mean since the last line
	LR       float64  `json:"lr"`
	GradNorm float64  `json:"grad_norm"`          // of the last step, before clipping
	Val      *float64 `json:"val,omitempty"`      // validation loss of the weights
	ValEMA   *float64 `json:"val_ema,omitempty"`  // validation loss of the averaged weights
	Rate     float64  `json:"steps_per_second"`   // since the last line
	DataWait float64  `json:"data_wait_fraction"` // share of the time spent waiting for data
}

// metricsFile appends lines of JSON. A line is written whole, so that a run that
// is killed leaves at most its last line incomplete.
type metricsFile struct{ f *os.File }

func openMetrics(name string) (*metricsFile, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	return &metricsFile{f}, nil
}

func (m *metricsFile) write(v Metrics) error {
	line, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("train: metrics: %w", err)
	}
	if _, err := m.f.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
}

func (m *metricsFile) close() error { return m.f.Close() }
