package configs

import (
	"strconv"
	"strings"
)

// Eval is the sweep that ends a run.
type Eval struct {
	SNR       string   `yaml:"snr"` // dB, start:step:stop or a list a,b,c
	Methods   []string `yaml:"methods,flow" words:"mean oneshot ddim resample average:M"`
	Baselines []string `yaml:"baselines,flow" words:"ls wiener lmmse cme gmm:K nlm tv wavelet"`
	Samples   int      `yaml:"samples"`                       // test samples; 0 means all
	Match     string   `yaml:"match" words:"db linear exact"` // of an SNR and a level
	Start     string   `yaml:"start" words:"paper code"`      // of the chain: at the matched level, or one below as in the published code
}

// MaxAverage bounds M of the method average:M, which takes M times as long as
// one chain.
const MaxAverage = 1000

func (e Eval) validate(r *rules) {
	if points, err := ParseRange(e.SNR); err != nil {
		r.broken("eval.snr", e.SNR, "%s", strings.TrimPrefix(err.Error(), strconv.Quote(e.SNR)+": "))
	} else {
		for _, p := range points {
			if !r.number("eval.snr", p, "[-100,200]") {
				break
			}
		}
	}
	for _, m := range e.Methods {
		r.numbered("eval.methods", m, MaxAverage)
	}
	for _, b := range e.Baselines {
		r.numbered("eval.baselines", b, maxComponents)
	}
	r.unique("eval.methods", e.Methods)
	r.unique("eval.baselines", e.Baselines)
	if len(e.Methods)+len(e.Baselines) == 0 {
		r.broken("eval.methods", "[]", "name at least one method or baseline")
	}
	if r.count("eval.samples", e.Samples, 0, maxSamples) && e.Samples == 1 {
		r.broken("eval.samples", e.Samples, "intervals need at least 2 samples; 0 means all")
	}
	r.word("eval.match", e.Match)
	r.word("eval.start", e.Start)
}
