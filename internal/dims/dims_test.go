package dims

import (
	"math"
	"math/big"
	"testing"
)

// Counts against integers that cannot overflow.
func TestCountWithin(t *testing.T) {
	axes := []int{-1, 0, 1, 2, 3, 1 << 20, 1 << 31, 1 << 62, math.MaxInt}
	for _, most := range []int{0, 1, 5, 6, 1 << 40, math.MaxInt / 8, math.MaxInt} {
		for _, a := range axes {
			for _, b := range axes {
				for _, c := range axes {
					shape := []int{a, b, c}
					want, ok := big.NewInt(1), true
					for _, d := range shape {
						want.Mul(want, big.NewInt(int64(d)))
						ok = ok && d >= 0 && (want.Sign() == 0 || want.Cmp(big.NewInt(int64(most))) <= 0)
					}
					n, fits := CountWithin(shape, most)
					if fits != ok || ok && (int64(n) != want.Int64() || n != Count(shape)) {
						t.Errorf("%v within %d: %d, %v; want %v, %v", shape, most, n, fits, want, ok)
					}
				}
			}
		}
	}
	if n, ok := CountWithin(nil, 1); n != 1 || !ok || Count(nil) != 1 {
		t.Errorf("a scalar has %d elements", n)
	}
}
