package train

import (
	"fmt"
	"maps"
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
