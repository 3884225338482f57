package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/condmean/condmean/internal/par"
)

// BenchmarkLimits measures what the machine allows: multiply-adds of the inner
// loop on data in the first cache, and reading and copying of memory far larger
// than any cache.
func BenchmarkLimits(b *testing.B) {
	for _, threads := range []int{1, 2} {
		pool := par.New(threads)
		for _, ti := range tiers() {
			if ti == generic {
				continue
			}
			b.Run(fmt.Sprintf("multiply-add/%s/threads=%d", ti.name, threads), func(b *testing.B) {
				r := rand.New(rand.NewPCG(1, 2))
				const repeat = 1000
				tiles := make([]tile, threads)
				for i := range tiles {
					tiles[i] = tile{dst: Alloc(2 * maxPixels * lane), src: random(r, (maxPixels+2)*lane), w: random(r, 3*2*lane*lane), bias: Alloc(2 * lane),
						pixels: maxPixels, group: 2, rows: 1, inBlocks: 1, dstBlock: maxPixels * lane, kh: 1, kw: 3}
				}
				for b.Loop() {
					pool.Do(threads, func(i, _ int) {
						for range repeat {
							ti.tile(tiles[i])
						}
					})
				}
				flop := 2 * float64(threads*repeat*maxPixels*2*lane*3*lane)
				b.ReportMetric(flop*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
		memory := make([]float32, 64<<20)
		other := make([]float32, len(memory))
		chunk := len(memory) / 64
		best := tiers()[0]
		sums := make([][lane]float32, 64)
		for name, f := range map[string]func(i int){
			"read": func(i int) { best.sum(sums[i][:], memory[i*chunk:][:chunk]) },
			"copy": func(i int) { copy(other[i*chunk:][:chunk], memory[i*chunk:]) },
		} {
			b.Run(fmt.Sprintf("%s/threads=%d", name, threads), func(b *testing.B) {
				for b.Loop() {
					pool.Do(64, func(i, _ int) { f(i) })
				}
				bytes := 4 * float64(len(memory))
				if name == "copy" {
					bytes *= 2
				}
				b.ReportMetric(bytes*float64(b.N)/b.Elapsed().Seconds()/1e9, "GB/s")
			})
		}
		pool.Close()
	}
}
