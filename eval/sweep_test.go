package eval

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/eval/report"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/decibel"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/sched"
)

// exact returns a request whose predictor is the exact one of the mixture of 4
// Gaussians in 8 dimensions that the reference tables are about.
func exact(t testing.TB, samples, threads int) Request {
	t.Helper()
	m, err := gmm.Load(filepath.Join("..", "gmm", "testdata", "rand_gmm_n8_k4.npz"))
	if err != nil {
		t.Fatal(err)
	}
	if m, _, _, err = m.Normalize(); err != nil {
		t.Fatal(err)
	}
	pool := par.New(threads)
	t.Cleanup(pool.Close)
	r := Request{Name: "exact", Denoiser: denoiserOf(t, gmm.NewEstimator(m, pool), 100), Prior: m, pool: pool, Seed: 3,
		Methods: []sched.Method{sched.MethodMean, sched.MethodOneShot, sched.MethodResample}, Baselines: []string{"ls", "wiener", "lmmse", "cme"},
		SNRs: []float64{-10, 0, 10}, Test: make([]float64, samples*m.Dim())}
	if err := m.Sample(pool, r.Test, 1, uint64(rng.DataTest), 0); err != nil {
		t.Fatal(err)
	}
	r.Train.Mean, r.Train.Cov = m.Moments()
	return r
}

// denoiserOf makes one of a predictor of ε on the paper's schedule of so many
// steps; samples have shape (1,dim) unless one is given.
func denoiserOf(t testing.TB, p sched.Predictor, steps int, shape ...int) *denoiser.Denoiser {
	t.Helper()
	c := configs.Default()
	c.Schedule.Steps = steps
	if shape == nil {
		shape = []int{1, p.Dim()}
	}
	d, err := denoiser.New(c, p, shape, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// find returns the row of a method at an SNR.
func find(t *testing.T, r *report.Report, db float64, method string) report.Row {
	t.Helper()
	for _, row := range r.Rows {
		if row.SNR == db && row.Method == method {
			return row
		}
	}
	t.Fatalf("no row %v dB %s", db, method)
	return report.Row{}
}

// TestSweep compares a sweep with figures of an independent implementation
// (gmm/testdata/nd_small.txt, T = 100; 20,000 samples, so their own error is
// about half of ours) and with closed forms.
func TestSweep(t *testing.T) {
	n := 6000
	if testing.Short() {
		n = 1500
	}
	rep, err := Sweep(context.Background(), exact(t, n, 2), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		db                           float64
		ls, lmmse, mmse, mean, again float64 // NMSEs
	}{
		{-10, 10, 0.823427, 0.819553, 0.833035, 1.584030},
		{0, 1, 0.393164, 0.365135, 0.368016, 0.690482},
		{10, 0.1, 0.083616, 0.079034, 0.079081, 0.139096},
	} {
		for method, nmse := range map[string]float64{"ls": want.ls, "lmmse": want.lmmse, "cme": want.mmse, "mean": want.mean,
			"oneshot": want.mmse, "resample": want.again, "wiener": 1 / (1 + decibel.Linear(want.db))} {
			row := find(t, rep, want.db, method)
			// Twice the 95 % interval is nearly four standard errors.
			if d := math.Abs(float64(row.NMSEdB) - decibel.Of(nmse)); d > 2*float64(row.CI95dB)+0.02 {
				t.Errorf("%v dB %s: NMSE %.6f (±%.3f dB), reference %.6f", want.db, method, row.NMSE, row.CI95dB, nmse)
			}
		}
		cme := find(t, rep, want.db, "cme")
		if cme.MMSE == nil || math.Abs(decibel.Of(float64(*cme.MMSE)/want.mmse)) > 2*float64(cme.CI95dB) {
			t.Errorf("%v dB: no MMSE, or not within the interval of %v", want.db, want.mmse)
		}
		// Paired gaps are far sharper than the errors themselves.
		gap := find(t, rep, want.db, "mean")
		if ref := 10 * math.Log10(want.mean/want.mmse); math.Abs(float64(*gap.GapdB)-ref) > 2*float64(*gap.GapCI95)+0.005 || *gap.GapCI95 > gap.CI95dB {
			t.Errorf("%v dB: gap %.4f ± %.4f dB (error ± %.3f dB), reference %.4f", want.db, *gap.GapdB, *gap.GapCI95, gap.CI95dB, ref)
		}
	}
	if r := find(t, rep, -10, "mean"); r.Calls != 69 || r.Samples != n || !(r.Seconds > 0) {
		t.Errorf("row %+v", r)
	}
}

// TestInvariance demands bitwise equal results for any number of threads, and
// for a method whether or not others are evaluated beside it.
func TestInvariance(t *testing.T) {
	run := func(threads int, change func(*Request)) *report.Report {
		r := exact(t, 700, threads) // more than one batch
		if change != nil {
			change(&r)
		}
		rep, err := Sweep(context.Background(), r, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		return rep
	}
	a := run(1, nil)
	b := run(2, nil)
	alone := run(1, func(r *Request) {
		r.Methods, r.Baselines, r.SNRs = []sched.Method{sched.MethodResample}, nil, []float64{10}
	})
	for i := range a.Rows {
		if a.Rows[i].NMSE != b.Rows[i].NMSE {
			t.Errorf("%s at %v dB depends on the threads", a.Rows[i].Method, a.Rows[i].SNR)
		}
	}
	if find(t, a, 10, "resample").NMSE != find(t, alone, 10, "resample").NMSE {
		t.Error("a method's result depends on its company")
	}
	if find(t, alone, 10, "resample").GapdB != nil {
		t.Error("a gap is reported without cme")
	}
	if other := run(1, func(r *Request) { r.Seed = 4 }); find(t, a, 0, "ls").NMSE == find(t, other, 0, "ls").NMSE {
		t.Error("the seed changes nothing")
	}
}

func TestFiles(t *testing.T) {
	r := exact(t, 60, 1)
	rep, err := Sweep(context.Background(), r, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "report")
	for range 2 { // the second time replaces
		if err := rep.WriteDir(dir); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 7 { // three, and two plots in two formats
		t.Errorf("%d files: %v", len(entries), err)
	}
	f, err := os.ReadFile(filepath.Join(dir, "eval.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(f)).ReadAll()
	if err != nil || len(rows) != 1+len(rep.Rows) {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	if got := strings.Join(rows[0], ","); got != "snr_db,method,nmse,nmse_db,ci95_db,gap_db,psnr_db,ssim,calls,seconds,samples,gap_ci95_db,mmse,sigma_255,sigma" {
		t.Errorf("header %s", got)
	}
	var back report.Report
	if f, err = os.ReadFile(filepath.Join(dir, "eval.json")); err != nil || json.Unmarshal(f, &back) != nil || len(back.Rows) != len(rep.Rows) {
		t.Errorf("eval.json: %v, %d rows", err, len(back.Rows))
	}
	if f, err = os.ReadFile(filepath.Join(dir, "nmse.png")); err != nil || !bytes.HasPrefix(f, []byte("\x89PNG")) {
		t.Errorf("nmse.png: %v", err)
	}
	if f, err = os.ReadFile(filepath.Join(dir, "nmse.svg")); err != nil || !bytes.Contains(f, []byte("resample")) {
		t.Errorf("nmse.svg: %v", err)
	}
	var b bytes.Buffer
	if err := rep.WriteTable(&b, 0); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != 3+1+len(rep.SNRs) || !strings.HasPrefix(lines[1], "SNRs are ratios of ") || !strings.Contains(lines[3], "lmmse") || strings.Count(lines[4], "(") != 6 {
		t.Errorf("table:\n%s", b.String())
	}
}

// TestRefusals lists requests that name something impossible.
func TestRefusals(t *testing.T) {
	for name, change := range map[string]func(*Request){
		"unknown baseline":      func(r *Request) { r.Baselines = []string{"bm3d"} },
		"cme without prior":     func(r *Request) { r.Prior = nil },
		"lmmse without moments": func(r *Request) { r.Train = Moments{} },
		"no SNR":                func(r *Request) { r.SNRs = nil },
		"no columns":            func(r *Request) { r.Methods, r.Baselines = nil, nil },
	} {
		r := exact(t, 10, 1)
		change(&r)
		if _, err := Sweep(context.Background(), r, io.Discard); !configs.IsUsage(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := exact(t, 10, 1)
	r.Test = r.Test[:13]
	if _, err := Sweep(context.Background(), r, io.Discard); err == nil {
		t.Error("half a sample is evaluated")
	}
	for _, c := range []configs.Eval{{SNR: "1:0:5"}, {SNR: "0", Methods: []string{"magic"}}, {SNR: "0", Match: "near"}, {SNR: "0", Start: "late"}} {
		if err := new(Request).Settings(c, 1); !configs.IsUsage(err) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Sweep(ctx, exact(t, 600, 2), io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// TestIntervals draws many small experiments and counts how often the intervals
// hold the truth.
func TestIntervals(t *testing.T) {
	r := rng.New(5, rng.Bootstrap, 0, 0).Rand()
	const trials, n = 2000, 200
	nmse, gap := 0, 0
	for range trials {
		e, c, p := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range p {
			p[i] = 1 + r.ExpFloat64()
			c[i] = 0.1 * p[i] * (0.5 + r.Float64()) // mean ratio 0.1
			e[i] = 1.2 * c[i] * (0.9 + 0.2*r.Float64())
		}
		x, ci := ratio(c, p)
		if math.Abs(10*math.Log10(x/0.1)) <= ci {
			nmse++
		}
		g, ci := pairedGap(e, c)
		if math.Abs(g-10*math.Log10(1.2)) <= ci {
			gap++
		}
	}
	// 95 % ± 4 standard errors of a count of 2000.
	for what, k := range map[string]int{"NMSE": nmse, "gap": gap} {
		if f := float64(k) / trials; f < 0.93 || f > 0.97 {
			t.Errorf("the 95 %% interval of the %s holds the truth in %.1f %%", what, 100*f)
		}
	}
}
