package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/condmean/condmean/internal/par"
)

func TestFilmGrad(t *testing.T) {
	inTiers(t, func(t *testing.T, w *Workspace) {
		r := rand.New(rand.NewPCG(9, 10))
		for _, s := range shapes {
			hw := s.H * s.W
			x, dy, scale := random(r, s.N*s.C*hw), random(r, s.N*s.C*hw), random(r, s.N*s.C)
			dx, sums := poison(s.Len()), PrologueGrad{poison(s.N * s.Blocks() * lane), poison(s.N * s.Blocks() * lane)}
			FilmGrad(w, dx, blockedFrom(w, dy, s), blockedFrom(w, x, s), lanesOf(s, scale), sums, s)
			got := plainFrom(t, w, dx, s)
			for c := range s.N * s.C {
				sumX, sum := 0.0, 0.0
				for i := range hw {
					k := c*hw + i
					if e := math.Abs(float64(got[k]) - float64(scale[c])*float64(dy[k])); !(e < 1e-5) {
						t.Fatalf("%v: dx[%d] is off by %v", s, k, e)
					}
					sumX += float64(dy[k]) * float64(x[k])
					sum += float64(dy[k])
				}
				at := c/s.C*s.Blocks()*lane + c%s.C
				if !(math.Abs(float64(sums.Scale[at])-sumX) < 1e-4) || !(math.Abs(float64(sums.Shift[at])-sum) < 1e-4) {
					t.Fatalf("%v: sums of plane %d are %v and %v, want %v and %v", s, c, sums.Scale[at], sums.Shift[at], sumX, sum)
				}
			}
		}
	})
}

func BenchmarkReLU(b *testing.B) {
	pool := par.New(2)
	defer pool.Close()
	w, err := NewWorkspace(pool)
	if err != nil {
		b.Fatal(err)
	}
	x, y := random(rand.New(rand.NewPCG(1, 2)), 1<<20), make([]float32, 1<<20)
	b.Run("forward", func(b *testing.B) {
		b.SetBytes(8 << 20)
		for b.Loop() {
			ReLU(w, y, x)
		}
	})
	dx := make([]float32, 1<<20)
	b.Run("backward", func(b *testing.B) {
		b.SetBytes(12 << 20)
		for b.Loop() {
			ReLUGrad(w, dx, x, y)
		}
	})
}
