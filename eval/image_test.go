package eval

import (
	"bytes"
	"context"
	"encoding/base64"
	"image/png"
	"io"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/eval/quality"
	"github.com/condmean/condmean/eval/report"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/decibel"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/sched"
)

// images returns a request over images of one bright square each on a dark
// ground, with the exact predictor of white Gaussian samples.
func images(t *testing.T) Request {
	t.Helper()
	const side, n, mean, scale = 16, 30, 0.5, 0.4
	r := exact(t, 1, 2)
	variances := make([]float64, side*side)
	norm := &data.Norm{Mean: make([]float64, side*side), Scale: []float64{scale}}
	for i := range variances {
		variances[i], norm.Mean[i] = 1, mean
	}
	m, err := gmm.NewDiag([]float64{1}, make([]float64, side*side), variances)
	if err != nil {
		t.Fatal(err)
	}
	r.Prior, r.Denoiser, r.Train = nil, denoiserOf(t, gmm.NewEstimator(m, r.pool), 100, 1, side, side), Moments{}
	r.Image = &report.Image{Shape: [3]int{1, side, side}, Norm: norm, Range: 1, Known: true}
	r.Methods, r.Baselines, r.SNRs = []sched.Method{sched.MethodOneShot}, []string{"ls", "nlm", "tv", "wavelet"}, []float64{5, 15}
	r.Match, r.Test = sched.MatchExact, make([]float64, n*side*side)
	var s rng.Stream
	for i := range n {
		s.Reset(1, rng.DataTest, 0, uint64(i))
		top, left := s.Rand().IntN(side/2), s.Rand().IntN(side/2)
		for k := range side * side {
			v := 51.0 / 255
			if row, col := k/side-top, k%side-left; 0 <= row && row < side/2 && 0 <= col && col < side/2 {
				v = 204.0 / 255
			}
			r.Test[i*side*side+k] = (v - mean) / scale
		}
	}
	return r
}

// TestImages checks PSNR against the noise, and that classical denoisers lower
// the error of what they are made for.
func TestImages(t *testing.T) {
	r := images(t)
	rep, err := Sweep(context.Background(), r, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for _, db := range r.SNRs {
		ls := find(t, rep, db, "ls")
		// The noise in the images has the standard deviation scale/√SNR.
		if want := db - 20*math.Log10(r.Image.Norm.Scale[0]); math.Abs(float64(*ls.PSNR)-want) > 0.3 {
			t.Errorf("%v dB: noisy images have a PSNR of %.2f dB, want %.2f", db, *ls.PSNR, want)
		}
		for _, name := range []string{"nlm", "tv", "wavelet"} {
			row := find(t, rep, db, name)
			if row.NMSEdB > ls.NMSEdB-3 || *row.PSNR < *ls.PSNR+3 || *row.SSIM < *ls.SSIM || *row.SSIM > 1 {
				t.Errorf("%v dB %s: NMSE %.2f dB, PSNR %.2f dB, SSIM %.3f; noisy %.2f, %.2f, %.3f", db, name, row.NMSEdB, *row.PSNR, *row.SSIM, ls.NMSEdB, *ls.PSNR, *ls.SSIM)
			}
		}
	}
}

// TestKair: noise levels stand for SNRs, and estimates are clipped and rounded.
func TestKair(t *testing.T) {
	r := images(t)
	r.Convention = quality.Kair
	if err := r.setSigmas([]float64{25, 0.1}, false); err != nil {
		t.Fatal(err)
	}
	r.Baselines, r.Examples = []string{"ls"}, 2
	rep, err := Sweep(context.Background(), r, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	row := rep.Rows[0]
	sigma := r.Image.Norm.Scale[0] / math.Sqrt(decibel.Linear(row.SNR))
	if *row.Sigma != 25 || math.Abs(sigma*255-25) > 1e-9 {
		t.Errorf("%v/255 stands for %v dB, a noise level of %v/255", *row.Sigma, row.SNR, sigma*255)
	}
	// Clipping removes part of the noise, for it reaches beyond the ends.
	if exactly := -20 * math.Log10(25.0/255); float64(*row.PSNR) < exactly || float64(*row.PSNR) > exactly+0.5 {
		t.Errorf("PSNR %.2f dB, want a little more than %.2f", *row.PSNR, exactly)
	}
	// Noise that rounding removes leaves the clean images, whose values 8 bits hold.
	if last := rep.Rows[len(rep.Columns)]; *last.PSNR != mostPSNR || *last.SSIM != 1 {
		t.Errorf("rounded noise leaves %v dB and %v", *last.PSNR, *last.SSIM)
	}
	for _, bad := range [][]float64{nil, {0}, {-1}} {
		if err := r.setSigmas(bad, false); !configs.IsUsage(err) {
			t.Errorf("%v: %v", bad, err)
		}
	}
	if err := r.setSigmas([]float64{25}, true); !configs.IsUsage(err) {
		t.Errorf("in the data's units: %v", err)
	}
	// Without the convention the same noise is named, in either unit.
	want := r.SNRs[0]
	r.Convention = quality.Float
	for _, c := range []struct {
		sigma float64
		data  bool
	}{{25, false}, {25. / 255, true}} {
		if err := r.setSigmas([]float64{c.sigma}, c.data); err != nil || math.Abs(r.SNRs[0]-want) > 1e-9 {
			t.Errorf("σ = %v is at %v dB, want %v: %v", c.sigma, r.SNRs, want, err)
		}
	}
	r.Image = nil
	if err := r.setSigmas([]float64{1}, true); err != nil {
		t.Errorf("samples that are no images: %v", err)
	}
	if err := r.setSigmas([]float64{25}, false); !configs.IsUsage(err) {
		t.Errorf("samples that are no images: %v", err)
	}
	for _, name := range []string{"nlm", "gmm:0", "gmm:x"} {
		r.Baselines = []string{name}
		if _, err := Sweep(context.Background(), r, io.Discard); !configs.IsUsage(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var embedded = regexp.MustCompile(`src="data:image/png;base64,([^"]*)"`)

// TestHTML checks that a report of images has them, escapes names, and needs
// nothing from outside.
func TestHTML(t *testing.T) {
	r := images(t)
	r.Name, r.Examples = `<b>&"name"`, 3
	rep, err := Sweep(context.Background(), r, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	rep.Config = "name: <i>"
	var b bytes.Buffer
	if err := rep.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	pictures := embedded.FindAllStringSubmatch(text, -1)
	if want := len(r.SNRs) * 3 * (1 + len(rep.Columns)); len(pictures) != want { // clean and noisy, but not ls
		t.Errorf("%d pictures, want %d", len(pictures), want)
	}
	// html/template writes + as an entity.
	first, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(pictures[0][1], "&#43;", "+"))
	if err != nil {
		t.Fatal(err)
	}
	if img, err := png.Decode(bytes.NewReader(first)); err != nil || img.Bounds().Dx() != 16 {
		t.Errorf("the first picture: %v", err)
	}
	for _, bad := range []string{"<b>&", "<i>", "http://", "https://", "NaN", "ZgotmplZ", "%!"} {
		if rest := strings.ReplaceAll(text, "http://www.w3.org/", ""); strings.Contains(rest, bad) {
			t.Errorf("the report contains %q", bad)
		}
	}
	if plots := 2; strings.Count(text, "<svg") != plots {
		t.Errorf("%d plots, want %d", strings.Count(text, "<svg"), plots)
	}
}
