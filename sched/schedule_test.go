package sched

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
)

// reference is testdata/schedules.json; see testdata/gen.py.
type reference struct {
	Tables []struct {
		Kind         string
		Steps        int
		B0, B1       float64
		I            []int
		Beta, SNR    []float64
		AlphaBar     []float64 `json:"alpha_bar"`
		PosteriorVar []float64 `json:"posterior_var"`
	}
	Index []struct {
		Steps     int
		DB        float64
		Linear    int
		NearestDB int `json:"nearest_db"`
	}
	Weights []struct {
		Target Target
		I      []int
		W      []float64
	}
	Letter []struct {
		Steps         int
		DB, Lam, Gain float64
	}
}

func loadReference(t *testing.T) reference {
	t.Helper()
	b, err := os.ReadFile("testdata/schedules.json")
	if err != nil {
		t.Fatal(err)
	}
	var r reference
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func paper(t testing.TB, steps int) *Schedule {
	t.Helper()
	s, err := Paper(steps)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// near fails unless got is within rel of want, relatively.
func near(t *testing.T, what string, got, want, rel float64) {
	t.Helper()
	if !(math.Abs(got-want) <= rel*math.Abs(want)) {
		t.Errorf("%s = %.15g, want %.15g", what, got, want)
	}
}

func TestTables(t *testing.T) {
	for _, c := range loadReference(t).Tables {
		s, err := Family(c.Kind, c.Steps, c.B0, c.B1)
		if c.Kind == "cosine" {
			s, err = Cosine(c.Steps)
		}
		if err != nil {
			t.Fatalf("%s %d: %v", c.Kind, c.Steps, err)
		}
		for j, i := range c.I {
			near(t, c.Kind+" beta", s.Beta[i], c.Beta[j], 1e-10)
			near(t, c.Kind+" alpha", s.Alpha[i], 1-c.Beta[j], 1e-12)
			near(t, c.Kind+" alpha-bar", s.AlphaBar[i], c.AlphaBar[j], 1e-11)
			near(t, c.Kind+" SNR", s.SNR[i], c.SNR[j], 1e-10)
			near(t, c.Kind+" posterior variance", s.PosteriorVar[i], c.PosteriorVar[j], 1e-10)
			if i > 0 && s.AlphaBarPrev[i] != s.AlphaBar[i-1] {
				t.Errorf("%s: AlphaBarPrev[%d] is not AlphaBar[%d]", c.Kind, i, i-1)
			}
		}
		if s.AlphaBarPrev[0] != 1 || s.PosteriorVar[0] != 0 {
			t.Errorf("%s: level 0 is not preceded by the clean one", c.Kind)
		}
	}
}

func TestPaperEnds(t *testing.T) {
	s := paper(t, 300)
	near(t, "top SNR in dB", s.SNRdB(0), 40, 1e-12)
	if db := s.SNRdB(299); math.Abs(db+23) > 0.2 {
		t.Errorf("bottom SNR %g dB, want about -23", db)
	}
}

func TestFromSNRMeetsBothEnds(t *testing.T) {
	for _, kind := range Kinds() {
		for _, T := range []int{2, 7, 300} {
			s, err := FromSNR(kind, T, 40, -22.5)
			if kind == "constant" || kind == "reciprocal" || kind == "custom" {
				if err == nil || !strings.Contains(err.Error(), kind) {
					t.Errorf("%s: error %v does not name the family", kind, err)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s, %d steps: %v", kind, T, err)
				continue
			}
			if math.Abs(s.SNRdB(0)-40) > 1e-8 || math.Abs(s.SNRdB(T-1)+22.5) > 1e-8 {
				t.Errorf("%s, %d steps: ends at %g and %g dB", kind, T, s.SNRdB(0), s.SNRdB(T-1))
			}
		}
	}
}

func TestNew(t *testing.T) {
	db := func(v float64) *float64 { return &v }
	for _, c := range []struct {
		name        string
		c           configs.Schedule
		top, bottom float64 // dB, NaN where free
	}{
		{"paper", configs.Schedule{Kind: "linear", Steps: 300}, 40, -23.1165},
		{"solved end", configs.Schedule{Kind: "linear", Steps: 20}, 40, -22.5},
		{"solved quadratic", configs.Schedule{Kind: "quadratic", Steps: 100}, 40, -22.5},
		{"solved reciprocal", configs.Schedule{Kind: "reciprocal", Steps: 100}, math.NaN(), -22.5},
		{"given", configs.Schedule{Kind: "linear", Steps: 10, BetaStart: 1e-3, BetaEnd: 0.5}, 10 * math.Log10(999), math.NaN()},
		{"ends", configs.Schedule{Kind: "cosine", Steps: 10, SNRMaxDB: db(30), SNRMinDB: db(-10)}, 30, -10},
	} {
		s, err := New(c.c)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if !math.IsNaN(c.top) && math.Abs(s.SNRdB(0)-c.top) > 1e-2 || !math.IsNaN(c.bottom) && math.Abs(s.SNRdB(s.T-1)-c.bottom) > 1e-2 {
			t.Errorf("%s: from %g to %g dB, want %g to %g", c.name, s.SNRdB(0), s.SNRdB(s.T-1), c.top, c.bottom)
		}
	}
	for _, c := range []struct {
		say string
		c   configs.Schedule
	}{
		{"quintic", configs.Schedule{Kind: "quintic", Steps: 10}},
		{"schedule.steps", configs.Schedule{Kind: "linear", Steps: 1}},
		{"schedule.steps", configs.Schedule{Kind: "linear", Steps: 1 << 40}},
		{"beta_start", configs.Schedule{Kind: "linear", Steps: 10, BetaStart: -1, BetaEnd: 0.1}},
		{"beta_end", configs.Schedule{Kind: "linear", Steps: 10, BetaEnd: 1}},
		{"beta_end", configs.Schedule{Kind: "linear", Steps: 10, BetaEnd: math.NaN()}},
		{"together", configs.Schedule{Kind: "linear", Steps: 10, SNRMaxDB: db(10)}},
		{"not both", configs.Schedule{Kind: "linear", Steps: 10, BetaEnd: 0.1, SNRMaxDB: db(10), SNRMinDB: db(0)}},
		{"snr_max_db >", configs.Schedule{Kind: "linear", Steps: 10, SNRMaxDB: db(0), SNRMinDB: db(10)}},
		{"snr_max_db >", configs.Schedule{Kind: "linear", Steps: 10, SNRMaxDB: db(math.Inf(1)), SNRMinDB: db(10)}},
		{"no meaning", configs.Schedule{Kind: "cosine", Steps: 10, BetaEnd: 0.1}},
		{"alpha-bar", configs.Schedule{Kind: "constant", Steps: 10000, BetaEnd: 0.5}},
	} {
		if _, err := New(c.c); err == nil || !strings.Contains(err.Error(), c.say) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v: error %v, want one line with %q", c.c, err, c.say)
		}
	}
}

func TestFromBetaCopies(t *testing.T) {
	beta := []float64{0.1, 0.2}
	s, err := FromBeta(beta)
	if err != nil {
		t.Fatal(err)
	}
	beta[0] = 0.5
	if s.Beta[0] != 0.1 || math.Abs(s.AlphaBar[1]-0.72) > 1e-15 {
		t.Errorf("tables %v, %v", s.Beta, s.AlphaBar)
	}
	for _, bad := range [][]float64{nil, {0}, {1}, {math.NaN()}, {1e-300}} {
		if _, err := FromBeta(bad); err == nil {
			t.Errorf("FromBeta(%v) succeeded", bad)
		}
	}
}

// A listed schedule has exactly its levels, which it does not share, and must say
// as many as it has.
func TestCustom(t *testing.T) {
	c := configs.Schedule{Kind: "custom", Steps: 3, Betas: []float64{0.1, 0.25, 0.5}}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	c.Betas[0] = 0.9
	for i, want := range []float64{0.9, 0.675, 0.3375} {
		near(t, "alpha-bar", s.AlphaBar[i], want, 1e-15)
	}
	if c.Steps = 4; s.Kind != "custom" {
		t.Errorf("kind %q", s.Kind)
	}
	if _, err := New(c); err == nil || !strings.Contains(err.Error(), "4 levels of betas, 3 of them") {
		t.Errorf("error %v", err)
	}
}
