package train

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/sched"
)

// compareSettings notes what in the settings of a source makes its weights mean
// something else here.
func compareSettings(cfg configs.Config, src *checkpoint.Imported) ([]string, error) {
	if src.Config == nil {
		return nil, nil
	}
	trained := levelsOf(src.Config)
	fed := cfg.Schedule
	if cfg.Adapt.Remapped() {
		fed = cfg.Adapt.Levels
	}
	a, err := sched.New(trained)
	if err != nil {
		return nil, configs.Usagef("init.from: %s: %w", cfg.Init.From, err)
	}
	b, err := sched.New(fed)
	if err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	if was, is := cmp.Or(src.Config.Data.Noise, configs.NoiseReal), cmp.Or(cfg.Data.Noise, configs.NoiseReal); was != is {
		return nil, configs.Usagef("init.from: %s: its weights were trained under data.noise %s, where one real value of ε has the standard deviation %.4g; this run has data.noise %s and %.4g: set data.noise=%s, or begin with a file of weights alone (.npz) to train them for other data",
			cfg.Init.From, was, src.Config.Data.NoiseStd(), is, cfg.Data.NoiseStd(), was)
	}
	var notes []string
	if !sameLevels(a, b) {
		notes = append(notes, fmt.Sprintf("the weights were trained on %s, and are fed %s; --remap-levels feeds them those of equal SNR", describeLevels(a), describeLevels(b)))
	}
	if was, is := cmp.Or(src.Config.Objective.Target, "epsilon"), cfg.Objective.Target; was != is {
		notes = append(notes, fmt.Sprintf("the weights were trained to predict %s, objective.target is %s", was, is))
	}
	return append(notes, compareNetworks(src.Config.Model, cfg.Model)...), nil
}

// compareNetworks notes the settings to change where the weights are of another
// network.
func compareNetworks(was, is configs.Model) []string {
	was.Kind, is.Kind = cmp.Or(was.Kind, "unet"), cmp.Or(is.Kind, "unet")
	was.Dropout = is.Dropout // has no weights
	was, is = was.ReadBy(is.Kind), is.ReadBy(is.Kind)
	var settings []string
	for _, d := range configs.Diff(configs.Config{Model: is}, configs.Config{Model: was}) {
		settings = append(settings, d.String())
	}
	if settings == nil {
		return nil
	}
	return []string{"the weights are of another network; to take it: " + strings.Join(settings, ", ")}
}

// sameLevels reports whether all SNRs are equal, up to rounding.
func sameLevels(a, b *sched.Schedule) bool {
	for i := range a.SNR {
		if a.T != b.T || math.Abs(a.SNRdB(i)-b.SNRdB(i)) > 1e-3 {
			return false
		}
	}
	return true
}

func describeLevels(s *sched.Schedule) string {
	return fmt.Sprintf("%d %s levels from %.1f to %.1f dB", s.T, s.Kind, s.SNRdB(0), s.SNRdB(s.T-1))
}

// reportBeginning prints what would become of each tensor, and how much of the
// network would be trained, and fails where the weights would be refused.
func (l *numbers) reportBeginning(w io.Writer, cfg configs.Config, now data.Fingerprint) error {
	b, err := plan(cfg, l.net, now)
	if err != nil {
		return err
	}
	if l.lora != nil {
		adapted := map[string]int{}
		for _, a := range l.lora.targets {
			adapted[a.w.Name] = a.r
		}
		for i, row := range b.report {
			if row.Target != nil && adapted[row.Target.Name] > 0 && row.Note == "" {
				b.report[i].Note = fmt.Sprintf("by an adapter of rank %d", adapted[row.Target.Name])
			}
		}
	}
	if err := b.report.WriteTable(w); err != nil {
		return err
	}
	n, all := l.trainable(), l.net.NumParams()
	lines := fmt.Sprintf("trainable: %d values beside %d parameters (%.1f %%)\n", n, all, 100*float64(n)/float64(all))
	for _, note := range b.notes {
		lines += "note: " + note + "\n"
	}
	if _, err := io.WriteString(w, lines); err != nil {
		return err
	}
	return l.initialize(b, cfg)
}
