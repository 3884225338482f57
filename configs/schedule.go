package configs

import (
	"fmt"
	"slices"
)

// Schedule is the forward process.
type Schedule struct {
	Kind      string    `yaml:"kind" words:"linear quadratic sqrt constant reciprocal log exp cosine sigmoid custom"` // family of β
	Steps     int       `yaml:"steps"`                                                                                // T
	BetaStart float64   `yaml:"beta_start"`                                                                           // b0; 0 means 1/10001 (40 dB)
	BetaEnd   float64   `yaml:"beta_end"`                                                                             // b1; 0 means the paper's value, or one that ends at -22.5 dB
	SNRMaxDB  *float64  `yaml:"snr_max_db"`                                                                           // with snr_min_db: end SNRs instead of betas
	SNRMinDB  *float64  `yaml:"snr_min_db"`
	Betas     []float64 `yaml:"betas,flow,omitempty"` // β of each level, of kind custom alone
}

func (s Schedule) validate(r *rules, section string) {
	r.word(section+".kind", s.Kind)
	r.count(section+".steps", s.Steps, 2, maxSteps)
	start := r.number(section+".beta_start", s.BetaStart, "[0,1)")
	end := r.number(section+".beta_end", s.BetaEnd, "[0,1)")
	if start && end && s.BetaStart > 0 && s.BetaEnd > 0 && s.BetaEnd < s.BetaStart {
		r.broken(section+".beta_end", s.BetaEnd, "want at least %s.beta_start = %v", section, s.BetaStart)
	}
	if s.Kind == "cosine" && (s.BetaStart != 0 || s.BetaEnd != 0) {
		r.broken(section+".kind", s.Kind, "this family has no betas; set beta_start and beta_end to 0, or use snr_max_db and snr_min_db")
	}
	s.validateBetas(r, section)
	if (s.SNRMaxDB == nil) != (s.SNRMinDB == nil) {
		r.broken(section+".snr_max_db, "+section+".snr_min_db", "one of two", "set both or none")
		return
	}
	if s.SNRMaxDB == nil {
		return
	}
	high := r.number(section+".snr_max_db", *s.SNRMaxDB, "[-120,120]")
	low := r.number(section+".snr_min_db", *s.SNRMinDB, "[-120,120]")
	if high && low && *s.SNRMinDB >= *s.SNRMaxDB {
		r.broken(section+".snr_min_db", *s.SNRMinDB, "want less than %s.snr_max_db = %v", section, *s.SNRMaxDB)
	}
	switch s.Kind {
	case "custom":
		r.broken(section+".kind", s.Kind, "its betas say where it ends; set snr_max_db and snr_min_db to null")
	case "constant":
		r.broken(section+".kind", s.Kind, "one free parameter cannot meet two end SNRs; set beta_end instead")
	}
	if s.BetaStart != 0 || s.BetaEnd != 0 {
		r.broken(section+".snr_max_db", *s.SNRMaxDB, "end SNRs and betas exclude each other; set beta_start and beta_end to 0")
	}
}

// validateBetas checks the levels of a schedule that is given by all of them.
func (s Schedule) validateBetas(r *rules, section string) {
	key := section + ".betas"
	switch {
	case s.Kind != "custom" && len(s.Betas) > 0:
		r.broken(key, len(s.Betas), "only %s.kind = custom has a list of betas", section)
	case s.Kind != "custom":
	case len(s.Betas) != s.Steps || len(s.Betas) > maxListed:
		r.broken(key, len(s.Betas), "want one number for each of %s.steps = %d levels, at most %d of them", section, s.Steps, maxListed)
	case s.BetaStart != 0 || s.BetaEnd != 0:
		r.broken(section+".kind", s.Kind, "the levels are those of %s; set beta_start and beta_end to 0", key)
	default:
		for i, b := range s.Betas {
			if !r.number(fmt.Sprintf("%s[%d]", key, i), b, "(0,1)") && len(*r) > maxErrors {
				return
			}
		}
	}
}

func (s Schedule) clone() Schedule {
	s.SNRMaxDB, s.SNRMinDB = clonePointer(s.SNRMaxDB), clonePointer(s.SNRMinDB)
	s.Betas = slices.Clone(s.Betas)
	return s
}

// Validate checks the settings as [Model.Validate] does, wherever they come from.
func (s Schedule) Validate() error {
	var r rules
	s.validate(&r, "schedule")
	return usage(r)
}
