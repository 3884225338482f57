package kernel

import (
	"math/rand/v2"
	"testing"
)

// TestTranspose demands of every tier that it turns a matrix in place of longer
// rows, and touches nothing else.
func TestTranspose(t *testing.T) {
	inTiers(t, func(t *testing.T, w *Workspace) {
		r := rand.New(rand.NewPCG(1, 2))
		for _, rows := range [][2]int{{lane, lane}, {lane, 9 * lane}, {35, 17}, {3 * lane, 16*9 + 1}} {
			dstRow, srcRow := rows[0], rows[1]
			src, dst := random(r, lane*srcRow), random(r, lane*dstRow+lane)
			before := append([]float32(nil), dst...)
			w.tier.transpose(dst, src, dstRow, srcRow)
			for i, v := range dst {
				want := before[i]
				if k, c := i/dstRow, i%dstRow; k < lane && c < lane {
					want = src[c*srcRow+k]
				}
				if v != want {
					t.Fatalf("rows of %d and %d: value %d is %v, want %v", dstRow, srcRow, i, v, want)
				}
			}
		}
	})
}

// TestPack demands the documented order of packed weights, zeros where there are
// no channels, of every tier.
func TestPack(t *testing.T) {
	inTiers(t, func(t *testing.T, w *Workspace) {
		r := rand.New(rand.NewPCG(1, 2))
		for _, f := range []filters{
			{out: 1, in: 1, taps: 1}, {out: 16, in: 16, taps: 9}, {out: 33, in: 40, taps: 3}, {out: 64, in: 32, taps: 1}, {out: 7, in: 50, taps: 9},
		} {
			f.w = random(r, f.out*f.in*f.taps)
			for _, f.transposed = range []bool{false, true} {
				ib, ob := f.blocks()
				p := poison(ib * ob * f.taps * lane * lane)
				f.pack(w, p)
				for o := range ob * lane {
					first := o / lane &^ (maxGroup - 1)
					group := min(maxGroup, ob-first)
					for i := range ib * lane {
						for tap := range f.taps {
							want := float32(0)
							switch {
							case !f.transposed && o < f.out && i < f.in:
								want = f.w[(o*f.in+i)*f.taps+tap]
							case f.transposed && i < f.out && o < f.in:
								want = f.w[(i*f.in+o)*f.taps+f.taps-1-tap]
							}
							at := first*ib*f.taps*lane*lane + (((i/lane*f.taps+tap)*lane+i%lane)*group+o/lane-first)*lane + o%lane
							if got := p[at]; got != want {
								t.Fatalf("%d to %d channels, %d taps, transposed %v: output %d, input %d, tap %d is %v, want %v",
									f.in, f.out, f.taps, f.transposed, o, i, tap, got, want)
							}
						}
					}
				}
			}
		}
	})
}
