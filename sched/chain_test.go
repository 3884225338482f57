package sched

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/condmean/condmean/internal/rng"
)

// gaussian is the exact predictor of the prior N(0, lam·I).
type gaussian struct {
	n   int
	lam float64
}

func (g gaussian) Dim() int { return g.n }

func (g gaussian) PredictNoise(_ context.Context, eps, x []float64, at Level) error {
	g.predict(eps, x, at)
	return nil
}

func (g gaussian) predict(eps, x []float64, at Level) {
	c := math.Sqrt(1-at.AlphaBar) / (at.AlphaBar*g.lam + 1 - at.AlphaBar)
	for i, v := range x {
		eps[i] = c * v
	}
}

type predictorFunc struct {
	n int
	f func(eps, x []float64, at Level)
}

func (p predictorFunc) Dim() int { return p.n }

func (p predictorFunc) PredictNoise(_ context.Context, eps, x []float64, at Level) error {
	p.f(eps, x, at)
	return nil
}

func denoise(t *testing.T, s *Schedule, p Predictor, y []float64, snr float64, o Options) Result {
	t.Helper()
	r, err := s.Denoise(context.Background(), p, y, snr, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// For a Gaussian prior every step is linear and the chain telescopes:
// x̂ = √(ab/ᾱ_t̂)·λ/(λ+1/SNR_t̂)·y.
func TestMeanGaussianClosedForm(t *testing.T) {
	for _, steps := range []int{5, 50, 300, 1000} {
		s := paper(t, steps)
		for _, lam := range []float64{0.01, 0.25, 1, 4} {
			for db := -20.0; db <= 40; db += 5 {
				snr := snrFromDB(db)
				r := denoise(t, s, gaussian{1, lam}, []float64{1}, snr, Options{})
				that := int(r.THat)
				want := math.Sqrt(snr/(1+snr)/s.AlphaBar[that]) * lam / (lam + 1/s.SNR[that])
				if math.Abs(r.X[0]-want) > 1e-8 {
					t.Errorf("T=%d, λ=%g, %g dB: gain %.12g, want %.12g", steps, lam, db, r.X[0], want)
				}
				if r.Calls != that+1 {
					t.Errorf("T=%d, %g dB: %d calls from level %d", steps, db, r.Calls, that)
				}
			}
		}
	}
}

// With exact matching the grid error is gone: the Gaussian chain is the CME.
func TestExactMatchGaussianIsCME(t *testing.T) {
	for _, m := range []Method{MethodMean, MethodOneShot} {
		s := paper(t, 10)
		for db := -20.0; db <= 40; db += 2.5 {
			snr := snrFromDB(db)
			r := denoise(t, s, gaussian{1, 0.5}, []float64{1}, snr, Options{Method: m, Match: MatchExact})
			if want := 0.5 / (0.5 + 1/snr); math.Abs(r.X[0]-want) > 1e-10 {
				t.Errorf("%s at %g dB: gain %.12g, want %.12g", m, db, r.X[0], want)
			}
			if m == MethodMean && r.Calls != int(math.Ceil(r.THat))+1 {
				t.Errorf("%g dB: %d calls from %g", db, r.Calls, r.THat)
			}
		}
	}
}

// start code with match linear must equal the published script, edges included.
func TestCodeLinearToTheLetter(t *testing.T) {
	for _, c := range loadReference(t).Letter {
		r := denoise(t, paper(t, c.Steps), gaussian{1, c.Lam}, []float64{1}, snrFromDB(c.DB), Options{Match: MatchLinear, Start: StartCode})
		if math.Abs(r.X[0]-c.Gain) > 1e-10 {
			t.Errorf("T=%d, %g dB, λ=%g: gain %.12g, want %.12g", c.Steps, c.DB, c.Lam, r.X[0], c.Gain)
		}
	}
}

func TestEdges(t *testing.T) {
	s := paper(t, 50)
	y := []float64{3, -0.2}
	g := gaussian{1, 0.5}
	for _, m := range []Method{MethodMean, MethodResample, MethodDDIM, MethodOneShot, Average(3)} {
		for _, match := range []Match{MatchDB, MatchLinear, MatchExact} {
			for _, start := range []Start{StartPaper, StartCode} {
				o := Options{Method: m, Match: match, Start: start}
				letter := match == MatchLinear && start == StartCode && m != MethodOneShot
				r := denoise(t, s, g, y, snrFromDB(45), o)
				if r.Calls != 0 || r.Note == "" || slices.Equal(r.X, y) == letter || !letter && r.THat != -1 {
					t.Errorf("%s %s %s at 45 dB: %+v", m, match, start, r)
				}
				if &r.X[0] == &y[0] {
					t.Error("result shares the observation's memory")
				}
				if r := denoise(t, s, g, y, math.Inf(1), o); !slices.Equal(r.X, y) {
					t.Errorf("%s %s %s without noise: %+v", m, match, start, r)
				}
				r = denoise(t, s, g, y, snrFromDB(-30), o)
				if r.THat != 49 || r.Note == "" {
					t.Errorf("%s %s %s at -30 dB: %+v", m, match, start, r)
				}
				want := 50
				if start == StartCode {
					want--
				}
				switch m.Kind {
				case "oneshot":
					want = 1
				case "average":
					want *= 3
				}
				if r.Calls != want {
					t.Errorf("%s %s %s at -30 dB: %d calls, want %d", m, match, start, r.Calls, want)
				}
				if r := denoise(t, s, g, y, snrFromDB(10), o); r.Note != "" {
					t.Errorf("note %q inside of the grid", r.Note)
				}
				// The top level itself is inside, whatever the rounding.
				if r := denoise(t, s, g, y, 1e4, o); r.THat != 0 || start == StartPaper && r.Calls == 0 {
					t.Errorf("%s %s %s at 40 dB: %+v", m, match, start, r)
				}
			}
		}
	}
	if r := denoise(t, s, g, nil, 1, Options{}); len(r.X) != 0 {
		t.Errorf("empty batch gave %v", r.X)
	}
}

func TestDenoiseRefuses(t *testing.T) {
	s := paper(t, 5)
	for name, c := range map[string]struct {
		y   []float64
		snr float64
		o   Options
	}{
		"ragged batch":   {[]float64{1, 2, 3}, 1, Options{}},
		"zero SNR":       {[]float64{1, 2}, 0, Options{}},
		"NaN SNR":        {[]float64{1, 2}, math.NaN(), Options{}},
		"unknown match":  {[]float64{1, 2}, 1, Options{Match: "x"}},
		"unknown start":  {[]float64{1, 2}, 1, Options{Start: "x"}},
		"unknown method": {[]float64{1, 2}, 1, Options{Method: Method{Kind: "x"}}},
		"no chains":      {[]float64{1, 2}, 1, Options{Method: Average(0)}},
		"negative noise": {[]float64{1, 2}, 1, Options{Std: -1}},
		"negative index": {[]float64{1, 2}, 1, Options{First: -1}},
	} {
		if _, err := s.Denoise(context.Background(), gaussian{2, 1}, c.y, c.snr, c.o); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

// A sample's result depends on its index, not on the batch it came in.
func TestBatchingDoesNotMatter(t *testing.T) {
	s := paper(t, 50)
	g := gaussian{3, 0.7}
	y := make([]float64, 3*7)
	rng.New(1, rng.EvalNoise, 0, 0).Normal(y)
	for _, m := range []Method{MethodResample, Average(2)} {
		for _, match := range []Match{MatchDB, MatchExact} {
			o := Options{Method: m, Match: match, Seed: 9, First: 100}
			all := denoise(t, s, g, y, 1.1, o)
			var parts []float64
			for _, cut := range [][2]int{{0, 1}, {1, 5}, {5, 7}} {
				o.First = 100 + cut[0]
				parts = append(parts, denoise(t, s, g, y[3*cut[0]:3*cut[1]], 1.1, o).X...)
			}
			if !slices.Equal(all.X, parts) {
				t.Errorf("%s %s depends on batching", m, match)
			}
			o.First, o.Seed = 100, 10
			if slices.Equal(all.X, denoise(t, s, g, y, 1.1, o).X) {
				t.Errorf("%s %s does not depend on the seed", m, match)
			}
		}
	}
}

// average:1 is resample, and a chain's noise has the scale Std.
func TestResampleNoise(t *testing.T) {
	s := paper(t, 50)
	g := gaussian{1, 1}
	y := []float64{0.4, -1}
	one := denoise(t, s, g, y, 1, Options{Method: Average(1), Seed: 3})
	re := denoise(t, s, g, y, 1, Options{Method: MethodResample, Seed: 3})
	if !slices.Equal(one.X, re.X) {
		t.Error("average:1 differs from resample")
	}
	mean := denoise(t, s, g, y, 1, Options{})
	half := denoise(t, s, g, y, 1, Options{Method: MethodResample, Seed: 3, Std: 0.5})
	for i := range y { // the Gaussian chain is linear in its noise
		if d, h := re.X[i]-mean.X[i], half.X[i]-mean.X[i]; math.Abs(h-d/2) > 1e-12 {
			t.Errorf("noise of half the scale moved x̂ by %g, not %g", h, d/2)
		}
	}
}

func TestTrace(t *testing.T) {
	s := paper(t, 50)
	for _, m := range []Method{MethodMean, MethodDDIM, MethodResample, MethodOneShot, Average(2)} {
		var points []TracePoint
		var last []float64
		r := denoise(t, s, gaussian{1, 1}, []float64{1}, 1, Options{Method: m, Match: MatchExact, Trace: func(p TracePoint) {
			points = append(points, p)
			last = slices.Clone(p.X)
			if (p.Eps == nil) != (p.At == Level{Index: -1, AlphaBar: 1}) {
				t.Errorf("%s: point %+v", m, p)
			}
		}})
		chains := max(m.M, 1)
		if len(points) != r.Calls+chains {
			t.Errorf("%s: %d points for %d calls", m, len(points), r.Calls)
		}
		if points[0].At.Index != r.THat || points[len(points)-1].Chain != chains-1 {
			t.Errorf("%s: first %+v, last %+v", m, points[0], points[len(points)-1])
		}
		if m.Kind != "average" && !slices.Equal(last, r.X) {
			t.Errorf("%s: last point %v, result %v", m, last, r.X)
		}
	}
}

func TestCancellation(t *testing.T) {
	s := paper(t, 50)
	ctx, cancel := context.WithCancel(context.Background())
	calls := 0
	p := predictorFunc{1, func(eps, _ []float64, _ Level) {
		if calls++; calls == 3 {
			cancel()
		}
		clear(eps)
	}}
	_, err := s.Denoise(ctx, p, []float64{1}, 0.1, Options{})
	if !errors.Is(err, context.Canceled) || calls != 3 {
		t.Errorf("error %v after %d calls", err, calls)
	}
}

// Generation from an exact predictor must reproduce the prior's variance: for
// a Gaussian prior both generators are linear in Gaussian noise, so that the
// variance follows from the steps' gains alone.
func TestGenerate(t *testing.T) {
	s := paper(t, 100)
	const n, lam = 20000, 0.25
	for _, o := range []GenerateOptions{{}, {Method: MethodDDIM}, {Method: MethodDDIM, Steps: 10}, {Steps: 25}, {Std: 2}} {
		std := max(o.Std, 1)
		c, v := std, 0.0 // x = c·(pure noise) + noise of variance v
		levels := o.Steps
		if levels == 0 {
			levels = s.T
		}
		steps := s.Subset(levels)
		for _, st := range steps {
			score := 1 / (st.From.AlphaBar*lam + 1 - st.From.AlphaBar)
			gain := (1 - st.Beta*score) / math.Sqrt(1-st.Beta)
			if o.Method == MethodDDIM {
				e := math.Sqrt(1-st.From.AlphaBar) * score
				gain = math.Sqrt(st.To)*(1-math.Sqrt(1-st.From.AlphaBar)*e)/math.Sqrt(st.From.AlphaBar) + math.Sqrt(1-st.To)*e
			}
			c, v = c*gain, v*gain*gain
			if o.Method != MethodDDIM {
				v += std * std * st.Beta * (1 - st.To) / (1 - st.From.AlphaBar)
			}
		}
		x, err := s.Generate(context.Background(), gaussian{1, lam}, n, o)
		if err != nil {
			t.Fatal(err)
		}
		got := 0.0
		for _, u := range x {
			got += u * u / n
		}
		want := c*c + v
		if math.Abs(got/want-1) > 5*math.Sqrt(2.0/n) { // five standard errors of a variance
			t.Errorf("%+v: variance %g, want %g", o, got, want)
		}
	}
	// Batches join up.
	all, err1 := s.Generate(context.Background(), gaussian{2, lam}, 5, GenerateOptions{Seed: 4})
	tail, err2 := s.Generate(context.Background(), gaussian{2, lam}, 3, GenerateOptions{Seed: 4, First: 2})
	if err := errors.Join(err1, err2); err != nil || !slices.Equal(all[4:], tail) {
		t.Errorf("samples depend on batching (%v)", err)
	}
	for _, o := range []GenerateOptions{{Method: MethodMean}, {Steps: 101}, {Steps: -1}, {First: -1}, {Std: -1}} {
		if _, err := s.Generate(context.Background(), gaussian{1, 1}, 1, o); err == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
	if _, err := s.Generate(context.Background(), gaussian{1, 1}, -1, GenerateOptions{}); err == nil {
		t.Error("a negative number of samples is accepted")
	}
}

func TestSubset(t *testing.T) {
	s := paper(t, 300)
	full := s.Subset(300)
	if !slices.Equal(full, s.Steps(299)) {
		t.Error("all levels are not the whole chain")
	}
	for _, n := range []int{1, 7, 50, 299} {
		steps := s.Subset(n)
		if len(steps) != n || steps[0].From.Index != 299 || steps[n-1].To != 1 {
			t.Errorf("Subset(%d) runs from %v to %v in %d", n, steps[0], steps[n-1], len(steps))
		}
		for i := 1; i < n; i++ {
			if steps[i].From.AlphaBar != steps[i-1].To {
				t.Errorf("Subset(%d) has a gap at %d", n, i)
			}
		}
	}
}

// TestSigma: an observation scaled to power one is a state of the level of its
// SNR, whatever the unit: √(SNR/(1+SNR))·σ = √(1-ᾱ)·std.
func TestSigma(t *testing.T) {
	for _, std := range []float64{1, math.Sqrt2 / 2, 3} {
		for _, snr := range []float64{1e-3, 0.5, 1, 40} {
			if got, want := math.Sqrt(snr/(1+snr))*Sigma(std, snr), math.Sqrt(1-snr/(1+snr))*std; math.Abs(got/want-1) > 1e-14 {
				t.Errorf("std %v, SNR %v: noise %v, want %v", std, snr, got, want)
			}
		}
	}
	if Sigma(0, 4) != 0.5 {
		t.Error("the default is not the real convention")
	}
}

// Noise that is none is refused wherever it is drawn.
func TestResampleRefusesNoise(t *testing.T) {
	s := paper(t, 10)
	for _, z := range []Noise{{Std: -1}, {Std: math.NaN()}, {Std: math.Inf(1)}, {First: -1}} {
		if err := Resample(context.Background(), gaussian{1, 1}, []float64{1}, s.Steps(5), z, nil); err == nil {
			t.Errorf("%+v is taken", z)
		}
	}
}
