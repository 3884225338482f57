package eval

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/decibel"
	"github.com/condmean/condmean/op"
	"github.com/condmean/condmean/sched"
)

// The tables in testdata and in gmm/testdata are outputs of an independent
// implementation in Python with exact predictors. "mean@paper" starts at the
// level nearest in linear SNR, "mean@code" one level cleaner.

// excess returns how far estimates are from the conditional mean, as the NMSE
// that they have beyond the MMSE: paired, so that it has little Monte Carlo error.
func excess(t *testing.T, r *Request, db float64, m sched.Method, start sched.Start, told float64) (nmse, mmse, se float64) {
	t.Helper()
	e := gmm.NewEstimator(r.Prior, r.pool)
	var far, trace []float64
	err := r.batches(context.Background(), db, func(y, x []float64, first int) error {
		n := len(x) / e.Dim()
		best, tr, d := make([]float64, len(x)), make([]float64, n), make([]float64, n)
		if err := e.Denoise(context.Background(), best, tr, y, decibel.Linear(db)); err != nil {
			return err
		}
		res, err := r.Denoiser.Denoise(context.Background(), y, denoiser.Options{SNR: told, Normalized: true, Method: m, Match: sched.MatchLinear, Start: start, Seed: 3, First: first})
		if err != nil {
			return err
		}
		squares(d, res.X, best)
		far, trace = append(far, d...), append(trace, tr...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	n, dim := float64(len(far)), float64(e.Dim())
	mmse = sum(trace) / n / dim
	v := 0.0
	for i := range far {
		far[i] = (far[i] + trace[i]) / dim
		nmse += far[i] / n
	}
	for _, x := range far {
		v += (x - nmse) * (x - nmse) / (n - 1)
	}
	return nmse, mmse, math.Sqrt(v)
}

// mixtureRequest opens the exact predictor of a mixture as the command does.
func mixtureRequest(t *testing.T, file string, steps, samples int) *Request {
	t.Helper()
	rt, err := op.NewRuntime(2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rt.Close)
	o := Options{Checkpoint: denoiser.ExactPrefix + file, Steps: steps, Change: func(c *configs.Config) { c.Eval.Samples, c.Eval.SNR = samples, "0" }}
	d, c, err := o.load(context.Background(), source{rt: rt})
	if err != nil {
		t.Fatal(err)
	}
	r, err := o.request(context.Background(), source{rt: rt}, d, &c, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var referenceRow = regexp.MustCompile(`^ +T=(\d+) idx=\d+ \(dB-argmin \d+\): mean@paper ([\d.]+) .*mean@code ([\d.]+) .*resample@paper ([\d.]+) `)

// TestPaperMixture reproduces the table of the paper's mixture, N = 64 and K =
// 128, through the pseudo-checkpoint. CONDMEAN_SLOW=1 takes 600 samples, as many
// as the table, and all steps; otherwise there are few.
func TestPaperMixture(t *testing.T) {
	const ref = 600 // samples of the table
	samples, most := 60, 10
	if testing.Short() {
		samples, most = 30, 5
	}
	if os.Getenv("CONDMEAN_SLOW") != "" {
		samples, most = ref, 300
	}
	requests := map[int]*Request{}
	checked, worst := 0, 0.0
	db := 0.0
	for line := range strings.Lines(read(t, "testdata/nd_paper.txt")) {
		if _, err := fmt.Sscanf(line, " %g dB", &db); err == nil {
			continue
		}
		f := referenceRow.FindStringSubmatch(line)
		if f == nil {
			continue
		}
		steps := int(float(t, f[1]))
		if steps > most {
			continue
		}
		if requests[steps] == nil {
			requests[steps] = mixtureRequest(t, "testdata/rand_gmm_n64_k128.npz", steps, samples)
		}
		for i, c := range []struct {
			m     sched.Method
			start sched.Start
		}{{sched.MethodMean, sched.StartPaper}, {sched.MethodMean, sched.StartCode}, {sched.MethodResample, sched.StartPaper}} {
			got, _, sd := excess(t, requests[steps], db, c.m, c.start, db)
			want := float(t, f[2+i])
			z := math.Abs(got-want) / (sd*math.Sqrt(1/float64(samples)+1/float64(ref)) + 1e-6)
			if checked++; z > 4.5 {
				t.Errorf("T=%d %v dB %v@%s: %.6f, reference %.6f: %.1f standard errors", steps, db, c.m, c.start, got, want, z)
			}
			worst = max(worst, z)
		}
	}
	t.Logf("%d figures, at most %.2f standard errors from the reference", checked, worst)
	if checked < 33 {
		t.Errorf("only %d figures compared", checked)
	}
}

// TestMismatchTable reproduces what methods lose that are told wrong SNRs.
func TestMismatchTable(t *testing.T) {
	samples := 1500
	if testing.Short() {
		samples = 300
	}
	r := mixtureRequest(t, small, 300, samples)
	section(t, "## SNR mismatch", func(line string) {
		f := strings.Fields(line)
		db := float(t, f[0])
		for _, entry := range f[2:] {
			offset, gap, _ := strings.Cut(entry, ":")
			if testing.Short() && !slices.Contains([]string{"-6", "+0", "+6"}, offset) {
				continue
			}
			got, mmse, sd := excess(t, r, db, sched.MethodMean, sched.StartPaper, db+float(t, offset))
			// Of the reference's 10,000 samples and ours, and the print's rounding.
			se := sd / mmse * math.Sqrt(1/float64(samples)+1e-4) * perRelative
			if d := decibel.Of(got/mmse) - float(t, gap); math.Abs(d) > 4*se+0.006 {
				t.Errorf("%v dB told %s more: %.3f dB over the MMSE, reference %s (±%.3f)", db, offset, decibel.Of(got/mmse), gap, se)
			}
		}
	})
}

// TestAveragingTable reproduces the ratio of averaged chains to the MMSE.
func TestAveragingTable(t *testing.T) {
	samples := 400
	if testing.Short() {
		samples = 100
	}
	r := mixtureRequest(t, small, 300, samples)
	section(t, "## averaging", func(line string) {
		f := strings.Fields(line)
		db := float(t, f[0])
		for i := 2; i+1 < len(f) && float(t, strings.Trim(f[i], "M=:")) <= 4; i += 2 {
			m := int(float(t, strings.Trim(f[i], "M=:")))
			got, mmse, sd := excess(t, r, db, sched.Average(m), sched.StartPaper, db)
			se := sd / mmse * math.Sqrt(1/float64(samples)+1/2000.0)
			if want := float(t, f[i+1]); math.Abs(got/mmse-want) > 4*se {
				t.Errorf("%v dB average:%d: %.4f of the MMSE, reference %.4f (±%.4f)", db, m, got/mmse, want, se)
			}
		}
	})
}

// TestPerStepTable reproduces the curves of the chain's state and estimate.
func TestPerStepTable(t *testing.T) {
	const samples = 4000
	r := mixtureRequest(t, small, 50, samples)
	r.SNRs, r.Studies.PerStep, r.Match = []float64{0}, true, sched.MatchLinear
	rep, err := Sweep(context.Background(), *r, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var want [2][]float64 // raw, tweedie
	k := -1
	section(t, "## per-step", func(line string) {
		for _, f := range strings.Fields(strings.NewReplacer("[", " ", "]", " ").Replace(line)) {
			switch {
			case f == "raw" || f == "tweedie":
				k++
			case k >= 0:
				want[k] = append(want[k], float(t, f))
			}
		}
	})
	c := rep.PerStep[0]
	if len(want[0]) != 20 || len(want[1]) != 19 || len(c.State) != 20 {
		t.Fatalf("%d and %d values in the table, %d steps", len(want[0]), len(want[1]), len(c.State))
	}
	_, ci := ratio(errorsAt(t, r, 0), r.powers())
	for i, w := range want[0] {
		// The interval is of the last value; earlier ones have no larger one.
		if d := math.Abs(decibel.Of(float64(c.State[i]) / w)); d > 2.5*ci {
			t.Errorf("state %d: %.5f, reference %.5f: %.3f dB, 95 %% interval ±%.3f dB", i, c.State[i], w, d, ci)
		}
	}
	for i, w := range want[1] {
		if d := math.Abs(decibel.Of(float64(c.Estimate[i]) / w)); d > 2.5*ci {
			t.Errorf("estimate %d: %.5f, reference %.5f: %.3f dB, 95 %% interval ±%.3f dB", i, c.Estimate[i], w, d, ci)
		}
		// The curve's own shape has far less Monte Carlo error than its height.
		if d := math.Abs(decibel.Of(float64(c.Estimate[i]/c.Estimate[0])) - decibel.Of(w/want[1][0])); d > 0.02 {
			t.Errorf("estimate %d against the first: off by %.4f dB", i, d)
		}
	}
}

// errorsAt returns the errors of the chain mean.
func errorsAt(t *testing.T, r *Request, db float64) []float64 {
	t.Helper()
	e, err := r.errorsTold(context.Background(), db, db, sched.MethodMean)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// small is the mixture of extra.txt.
var small = filepath.Join("..", "gmm", "testdata", "rand_gmm_n8_k4.npz")

// section calls f with the lines of extra.txt below a heading.
func section(t *testing.T, heading string, f func(line string)) {
	t.Helper()
	in, n := false, 0
	for line := range strings.Lines(read(t, filepath.Join("..", "gmm", "testdata", "extra.txt"))) {
		if strings.HasPrefix(line, "##") {
			in = strings.HasPrefix(line, heading)
		} else if in {
			f(strings.TrimSpace(line))
			n++
		}
	}
	if n == 0 {
		t.Fatalf("no lines below %q", heading)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func float(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
