package single

import (
	"runtime"
	"testing"

	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/eval/media"
)

// TestFramesMemory: a recording is cut and put together in its own memory.
func TestFramesMemory(t *testing.T) {
	const channels, n = 2, 1 << 18
	m := &media.Media{Kind: media.Audio, Shape: []int{channels, n}, X: make([]float64, channels*n)}
	for i := range m.X {
		m.X[i] = float64(i%101) / 101
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f := newFrames(m, data.NewSTFT(33, 0))
	frame := make([]float64, 66)
	for i := range f.count() {
		f.cut(frame, i)
		f.put(frame, i)
	}
	x := f.result()
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 8*channels*n/16 {
		t.Errorf("%d bytes for %d values", took, channels*n)
	}
	for i, v := range x {
		if d := v - float64(i%101)/101; d > 1e-12 || d < -1e-12 {
			t.Fatalf("value %d is %v", i, v)
		}
	}
}
