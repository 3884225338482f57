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
	"math"
	"os"
	"path/filepath"
	"strconv"

	"github.com/condmean/condmean/train/internal/tensorboard"
)

// Files of metrics inside a run's folder.
const (
	jsonlFile = "metrics.jsonl"
	csvFile   = "metrics.csv"
)

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
