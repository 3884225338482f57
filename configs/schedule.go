package configs

// Schedule is the forward process.
type Schedule struct {
	Kind      string   `yaml:"kind" words:"linear quadratic sqrt constant reciprocal log exp cosine sigmoid"` // family of β
	Steps     int      `yaml:"steps"`                                                                         // T
	BetaStart float64  `yaml:"beta_start"`                                                                    // b0; 0 means 1/10001 (40 dB)
	BetaEnd   float64  `yaml:"beta_end"`                                                                      // b1; 0 means the paper's value, or one that ends at -22.5 dB
	SNRMaxDB  *float64 `yaml:"snr_max_db"`                                                                    // with snr_min_db: end SNRs instead of betas
	SNRMinDB  *float64 `yaml:"snr_min_db"`
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
	if s.Kind == "constant" {
		r.broken(section+".kind", s.Kind, "one free parameter cannot meet two end SNRs; set beta_end instead")
	}
	if s.BetaStart != 0 || s.BetaEnd != 0 {
		r.broken(section+".snr_max_db", *s.SNRMaxDB, "end SNRs and betas exclude each other; set beta_start and beta_end to 0")
	}
}
