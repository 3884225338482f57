package train

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/condmean/condmean/train/internal/tensorboard"
)

// Metrics is one line of metrics.jsonl.
type Metrics struct {
	Step     int      `json:"step"`
	Epoch    float64  `json:"epoch"` // passes over the train split
	Loss     float64  `json:"loss"`  // mean since the last line
	LR       float64  `json:"lr"`
	GradNorm float64  `json:"grad_norm"`         // of the last step, before clipping
	Val      *float64 `json:"val,omitempty"`     // validation loss of the weights
	ValEMA   *float64 `json:"val_ema,omitempty"` // validation loss of the averaged weights
	// ValBySNR is the validation loss near each SNR of the evaluation, in dB, and
	// NMSE the denoising error in dB at a few SNRs; both of the averaged weights
	// where there are any.
	ValBySNR map[string]float64 `json:"val_by_snr,omitempty"`
	NMSE     map[string]float64 `json:"nmse_db,omitempty"`
	Rate     float64            `json:"steps_per_second"`   // since the last line
	DataWait float64            `json:"data_wait_fraction"` // share of that time spent waiting for data
	Seconds  float64            `json:"seconds"`            // of training in all
}

// Files of metrics inside a run's folder.
const (
	jsonlFile = "metrics.jsonl"
	csvFile   = "metrics.csv"
)

// csvColumns are those of metrics.csv: what has one value a line, and the NMSE.
func csvColumns() []string {
	c := []string{"step", "epoch", "loss", "lr", "grad_norm", "val", "val_ema"}
	for _, db := range quickSNRs {
		c = append(c, fmt.Sprintf("nmse_%gdb", db))
	}
	return append(c, "steps_per_second", "data_wait_fraction", "seconds")
}

// csvHead is the first line of metrics.csv.
func csvHead() string { return strings.Join(csvColumns(), ",") + "\n" }

func (m Metrics) csvRow() []string {
	f := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	optional := func(v *float64) string {
		if v == nil {
			return ""
		}
		return f(*v)
	}
	row := []string{strconv.Itoa(m.Step), f(m.Epoch), f(m.Loss), f(m.LR), f(m.GradNorm), optional(m.Val), optional(m.ValEMA)}
	for _, db := range quickSNRs {
		cell := ""
		if v, ok := m.NMSE[f(db)]; ok {
			cell = f(v)
		}
		row = append(row, cell)
	}
	return append(row, f(m.Rate), f(m.DataWait), f(m.Seconds))
}

// scalars returns the line as TensorBoard shows it.
func (m Metrics) scalars() []tensorboard.Scalar {
	s := []tensorboard.Scalar{{Tag: "train/loss", Value: m.Loss}, {Tag: "train/lr", Value: m.LR}, {Tag: "train/grad_norm", Value: m.GradNorm},
		{Tag: "speed/steps_per_second", Value: m.Rate}, {Tag: "speed/data_wait_fraction", Value: m.DataWait}}
	if m.Val != nil {
		s = append(s, tensorboard.Scalar{Tag: "val/loss", Value: *m.Val})
	}
	if m.ValEMA != nil {
		s = append(s, tensorboard.Scalar{Tag: "val/loss_ema", Value: *m.ValEMA})
	}
	for _, group := range []struct {
		tag    string
		values map[string]float64
	}{{"val_by_snr", m.ValBySNR}, {"nmse_db", m.NMSE}} {
		for _, db := range slices.Sorted(maps.Keys(group.values)) {
			s = append(s, tensorboard.Scalar{Tag: group.tag + "/" + db + "_dB", Value: group.values[db]})
		}
	}
	return s
}

// metricsFiles are metrics.jsonl and, with the same numbers, metrics.csv and
// TensorBoard's events. Each line is one write, so that a run that is killed
// leaves at most its last line incomplete, which truncate removes.
type metricsFiles struct {
	jsonl, csv *os.File
	events     *tensorboard.Writer
	seconds    float64 // of training, by the last line
}

// openMetrics opens the files of a run's folder and drops what lies behind step.
func openMetrics(dir string, step int) (*metricsFiles, error) {
	m := &metricsFiles{}
	for _, f := range []struct {
		to   **os.File
		name string
	}{{&m.jsonl, jsonlFile}, {&m.csv, csvFile}} {
		var err error
		if *f.to, err = openOwn(filepath.Join(dir, f.name), os.O_APPEND); err != nil {
			return nil, errors.Join(err, m.close())
		}
	}
	err := m.truncate(step)
	if err == nil {
		m.events, err = tensorboard.Create(dir, int64(step))
	}
	if err != nil {
		return nil, errors.Join(err, m.close())
	}
	return m, nil
}

// truncate drops all lines behind the given step: those of steps that are taken
// again.
func (m *metricsFiles) truncate(step int) error {
	m.seconds = 0
	if m.events != nil {
		if err := m.events.Restart(int64(step) + 1); err != nil {
			return err
		}
	}
	if err := keepLines(m.jsonl, func(_ int, line []byte) bool {
		var v Metrics
		if json.Unmarshal(line, &v) != nil || v.Step > step {
			return false
		}
		m.seconds = v.Seconds
		return true
	}); err != nil {
		return err
	}
	if err := keepLines(m.csv, func(n int, line []byte) bool {
		if n == 0 {
			return true
		}
		first, _, _ := bytes.Cut(line, []byte(","))
		s, err := strconv.Atoi(string(first))
		return err == nil && s <= step
	}); err != nil {
		return err
	}
	if info, err := m.csv.Stat(); err != nil || info.Size() > 0 {
		return err
	}
	return writeCSV(m.csv, csvColumns())
}

// move writes the files anew where their folder was taken away, and refuses one
// that holds the metrics of another run.
func (m *metricsFiles) move(dir string, step int) error {
	if inPlace(m.jsonl) {
		return nil
	}
	for _, f := range []**os.File{&m.jsonl, &m.csv} {
		next, err := openOwn((*f).Name(), os.O_APPEND|os.O_EXCL)
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("train: %s: the run's folder was taken away, and holds another run now", dir)
		} else if err != nil {
			return err
		}
		if _, err := io.Copy(next, io.NewSectionReader(*f, 0, math.MaxInt64)); err != nil {
			return fmt.Errorf("train: %w", errors.Join(err, next.Close()))
		}
		*f, next = next, *f
		if err := next.Close(); err != nil {
			return fmt.Errorf("train: %w", err)
		}
	}
	events, err := tensorboard.Create(dir, int64(step))
	if err != nil {
		return err
	}
	events, m.events = m.events, events
	return events.Close()
}

// longestLine bounds what a line may have, in bytes; none of ours comes near.
const longestLine = 1 << 20

// keepLines cuts f off in front of the first line that is incomplete, too long, or
// that keep does not want.
func keepLines(f *os.File, keep func(n int, line []byte) bool) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	r := bufio.NewReaderSize(f, longestLine)
	end := int64(0)
	for n := 0; ; n++ {
		line, err := r.ReadSlice('\n')
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return fmt.Errorf("train: %w", err)
		}
		if err != nil || !keep(n, line) {
			break
		}
		end += int64(len(line))
	}
	if err := f.Truncate(end); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
}

func (m *metricsFiles) write(v Metrics) error {
	line, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("train: metrics: %w", err)
	}
	if _, err := m.jsonl.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if err := writeCSV(m.csv, v.csvRow()); err != nil {
		return err
	}
	return m.events.Scalars(int64(v.Step), v.scalars()...)
}

func writeCSV(f *os.File, row []string) error {
	w := csv.NewWriter(f) // buffers: one write a line
	if err := errors.Join(w.Write(row), func() error { w.Flush(); return w.Error() }()); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
}

// sync makes the lines durable, so that a checkpoint never outlives them.
func (m *metricsFiles) sync() error {
	if err := errors.Join(m.jsonl.Sync(), m.csv.Sync()); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
}

func (m *metricsFiles) close() error {
	var errs []error
	if m.events != nil {
		errs = append(errs, m.events.Close())
	}
	for _, f := range []*os.File{m.jsonl, m.csv} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}
