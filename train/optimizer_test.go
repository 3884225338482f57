package train

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
)

// trajectories is testdata/optimizers.json, written by PyTorch; see
// optimizers.py for the problem.
type trajectories struct {
	Every       int
	Shapes      [][]int
	A, C, Start []float32
	Clip        float64
	Noise       [][]float32
	Cases       map[string]struct {
		Path  [][]float32
		Norms []float64
	}
}

func loadTrajectories(t *testing.T) trajectories {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "optimizers.json"))
	if err != nil {
		t.Fatal(err)
	}
	var tr trajectories
	if err := json.Unmarshal(b, &tr); err != nil {
		t.Fatal(err)
	}
	return tr
}

// tensors cuts flat values into tensors named p0, p1, …
func (tr trajectories) tensors(flat []float32) (list []*model.Tensor) {
	flat = slices.Clone(flat)
	for i, shape := range tr.Shapes {
		n := 1
		for _, d := range shape {
			n *= d
		}
		list = append(list, &model.Tensor{Name: "p" + string(rune('0'+i)), Shape: shape, Data: flat[:n]})
		flat = flat[n:]
	}
	return list
}

func TestOptimizersFollowPyTorch(t *testing.T) {
	tr := loadTrajectories(t)
	pool := par.New(2)
	defer pool.Close()
	tests := map[string]struct {
		lr  float64
		new func(p []*model.Tensor) Optimizer
	}{
		"adam": {0.02, func(p []*model.Tensor) Optimizer { return NewAdam(pool, p, AdamOptions{}) }},
		"adam-l2": {0.02, func(p []*model.Tensor) Optimizer {
			return NewAdam(pool, p, AdamOptions{Beta1: 0.8, Beta2: 0.99, Eps: 1e-6, WeightDecay: 0.1})
		}},
		"adamw": {0.02, func(p []*model.Tensor) Optimizer {
			return NewAdam(pool, p, AdamOptions{WeightDecay: 0.05, Decoupled: true})
		}},
		"adam-clip": {0.02, func(p []*model.Tensor) Optimizer { return NewAdam(pool, p, AdamOptions{}) }},
		"sgd":       {0.05, func(p []*model.Tensor) Optimizer { return NewSGD(pool, p, SGDOptions{}) }},
		"sgd-momentum": {0.05, func(p []*model.Tensor) Optimizer {
			return NewSGD(pool, p, SGDOptions{Momentum: 0.9, WeightDecay: 0.01})
		}},
		"sgd-nesterov": {0.05, func(p []*model.Tensor) Optimizer { return NewSGD(pool, p, SGDOptions{Momentum: 0.8, Nesterov: true}) }},
	}
	if len(tests) != len(tr.Cases) {
		t.Errorf("%d cases tested of %d", len(tests), len(tr.Cases))
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			want := tr.Cases[name]
			flat := slices.Clone(tr.Start)
			params, grads := tr.tensors(flat), tr.tensors(flat)
			opt, c := tt.new(params), newChunks(pool, params)
			worst := 0.0
			for s, noise := range tr.Noise {
				i := 0
				for n, p := range params {
					for k, w := range p.Data {
						grads[n].Data[k] = tr.A[i]*(w-tr.C[i]) + noise[i]
						i++
					}
				}
				scale := 1.0
				if len(want.Norms) > 0 {
					norm := c.gradNorm(grads)
					if rel := math.Abs(norm/want.Norms[s] - 1); rel > 1e-6 {
						t.Fatalf("step %d: gradient norm %v, want %v", s+1, norm, want.Norms[s])
					}
					scale = clipScale(norm, tr.Clip)
				}
				opt.Step(grads, s+1, tt.lr, scale)
				if (s+1)%tr.Every != 0 {
					continue
				}
				path := want.Path[s/tr.Every]
				diff, size := 0.0, 0.0
				i = 0
				for _, p := range params {
					for _, w := range p.Data {
						diff = max(diff, math.Abs(float64(w)-float64(path[i])))
						size = max(size, math.Abs(float64(path[i])))
						i++
					}
				}
				worst = max(worst, diff/size)
			}
			if worst > 1e-6 {
				t.Errorf("off PyTorch by %.2g relative, want 1e-6", worst)
			}
			t.Logf("largest relative deviation %.2g", worst)
		})
	}
}

// big returns tensors of awkward sizes with reproducible values.
func big(scale float32) (list []*model.Tensor) {
	x := uint32(1)
	for i, n := range []int{1, 8192, 20001, 3, 0} {
		p := &model.Tensor{Name: "p" + string(rune('0'+i)), Shape: []int{n}, Data: make([]float32, n)}
		for k := range p.Data {
			x = x*1664525 + 1013904223
			p.Data[k] = scale * (float32(x>>8)/(1<<23) - 1)
		}
		list = append(list, p)
	}
	return list
}

func TestOptimizersDoNotDependOnThreads(t *testing.T) {
	for name := range map[string]bool{"adam": true, "adamw": true, "sgd": true} {
		var want []*model.Tensor
		var norm float64
		for _, threads := range []int{1, 2, 5} {
			rt, err := op.NewRuntime(threads)
			if err != nil {
				t.Fatal(err)
			}
			pool := rt.Pool()
			params, grads := big(1), big(0.1)
			opt, err := newOptimizer(configs.Train{Optimizer: name, Momentum: 0.9}, rt, params)
			if err != nil {
				t.Fatal(err)
			}
			c := newChunks(pool, params)
			n := c.gradNorm(grads)
			for s := range 3 {
				opt.Step(grads, s+1, 0.1, 0.5)
			}
			if want == nil {
				want, norm = params, n
			}
			for i, p := range params {
				if !slices.Equal(p.Data, want[i].Data) || n != norm {
					t.Errorf("%s: tensor %d or the norm depends on threads", name, i)
				}
			}
			rt.Close()
		}
	}
}

func TestGradNorm(t *testing.T) {
	pool := par.New(2)
	defer pool.Close()
	grads := big(3)
	sum := 0.0
	for _, g := range grads {
		for _, v := range g.Data {
			sum += float64(v) * float64(v)
		}
	}
	c := newChunks(pool, grads)
	if got, want := c.gradNorm(grads), math.Sqrt(sum); math.Abs(got/want-1) > 1e-12 {
		t.Errorf("norm %v, want %v", got, want)
	}
	grads[2].Data[20000] = math.MaxFloat32
	if got := c.gradNorm(grads); !finite(got) {
		t.Errorf("largest float32 gives %v", got)
	}
	for _, bad := range []float64{math.NaN(), math.Inf(-1)} {
		grads[2].Data[20000] = float32(bad)
		if got := c.gradNorm(grads); finite(got) {
			t.Errorf("%v gives %v", bad, got)
		}
	}
}

func TestGroups(t *testing.T) {
	pool := par.New(1)
	defer pool.Close()
	for name, opt := range map[string]func(p []*model.Tensor, g Groups) Optimizer{
		"adam": func(p []*model.Tensor, g Groups) Optimizer { return NewAdam(pool, p, AdamOptions{Groups: g}) },
		"sgd":  func(p []*model.Tensor, g Groups) Optimizer { return NewSGD(pool, p, SGDOptions{Groups: g}) },
	} {
		params, before, grads := big(1), big(1), big(1)
		o := opt(params, Groups{
			{Match: regexp.MustCompile("^p1$"), LR: 0},
			{Match: regexp.MustCompile("p[12]"), LR: 0.5},
		})
		half, whole := big(1), big(1)
		opt(half, nil).Step(grads, 1, 0.05, 1)
		opt(whole, nil).Step(grads, 1, 0.1, 1)
		o.Step(grads, 1, 0.1, 1)
		for i, want := range [][]*model.Tensor{whole, before, half, whole} {
			if !slices.Equal(params[i].Data, want[i].Data) {
				t.Errorf("%s: tensor %d did not move as its group says", name, i)
			}
		}
	}
}

// What a configuration says reaches the optimizer: its steps are those of one
// that is made by hand.
func TestConfiguredOptimizer(t *testing.T) {
	rt, err := op.NewRuntime(1)
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	pool := rt.Pool()
	num := func(v float64) *float64 { return &v }
	groups := []configs.ParamGroup{{Match: "^p1$", LR: num(0), WeightDecay: num(0)}, {Match: "2$", LR: num(0.5), WeightDecay: num(0.2)}, {Match: "3", WeightDecay: num(0)}}
	byHand := Groups{{Match: regexp.MustCompile("^p1$")}, {Match: regexp.MustCompile("2$"), LR: 0.5, WeightDecay: 0.2}, {Match: regexp.MustCompile("3"), LR: 1}}
	for name, tt := range map[string]struct {
		c    configs.Train
		want func(p []*model.Tensor) Optimizer
	}{
		"adam": {configs.Train{Optimizer: "adam"}, func(p []*model.Tensor) Optimizer { return NewAdam(pool, p, AdamOptions{}) }},
		"adamw": {configs.Train{Optimizer: "adamw"}, func(p []*model.Tensor) Optimizer {
			return NewAdam(pool, p, AdamOptions{Decoupled: true, WeightDecay: 0.01})
		}},
		"adamw with weight decay and groups": {configs.Train{Optimizer: "adamw", WeightDecay: num(0.3), Groups: groups}, func(p []*model.Tensor) Optimizer {
			return NewAdam(pool, p, AdamOptions{Decoupled: true, WeightDecay: 0.3, Groups: byHand})
		}},
		"sgd": {configs.Train{Optimizer: "sgd", Momentum: 0.7, WeightDecay: num(0.1), Groups: groups[1:]}, func(p []*model.Tensor) Optimizer {
			return NewSGD(pool, p, SGDOptions{Momentum: 0.7, WeightDecay: 0.1, Groups: byHand[1:]})
		}},
	} {
		got, want := big(1), big(1)
		o, err := newOptimizer(tt.c, rt, got)
		if err != nil {
			t.Fatal(err)
		}
		w := tt.want(want)
		for step := 1; step <= 3; step++ {
			o.Step(big(0.1), step, 0.1, 1)
			w.Step(big(0.1), step, 0.1, 1)
		}
		for i := range got {
			if !slices.Equal(got[i].Data, want[i].Data) {
				t.Errorf("%s: tensor %d went elsewhere", name, i)
			}
		}
	}
}

func TestLoadTensors(t *testing.T) {
	pool := par.New(1)
	defer pool.Close()
	a, b := NewAdam(pool, big(1), AdamOptions{}), NewAdam(nil, big(1), AdamOptions{}) // nil: as other modules call it
	a.Step(big(1), 1, 0.1, 1)
	if err := loadTensors(b.State(), a.State()); err != nil {
		t.Fatal(err)
	}
	for i, s := range b.State() {
		if !slices.Equal(s.Data, a.State()[i].Data) {
			t.Errorf("%s differs", s.Name)
		}
	}
	short := a.State()
	short[0].Data = nil
	if err := loadTensors(b.State(), short); err == nil {
		t.Error("a tensor of another size was taken")
	}
	if err := loadTensors(b.State(), a.State()[1:]); err == nil {
		t.Error("a missing tensor was taken")
	}
}

func BenchmarkAdam(b *testing.B) {
	for name, threads := range map[string]int{"1": 1, "2": 2} {
		b.Run("threads="+name, func(b *testing.B) {
			pool := par.New(threads)
			defer pool.Close()
			var params, grads []*model.Tensor
			for range 50 {
				params, grads = append(params, big(1)...), append(grads, big(0.1)...)
			}
			opt, c := NewAdam(pool, params, AdamOptions{}), newChunks(pool, params)
			n := 0
			for _, p := range params {
				n += len(p.Data)
			}
			b.SetBytes(int64(n))
			b.ReportAllocs()
			step := 0
			for b.Loop() {
				step++
				opt.Step(grads, step, 1e-3, clipScale(c.gradNorm(grads), 1))
			}
		})
	}
}
