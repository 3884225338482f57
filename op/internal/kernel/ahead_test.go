package kernel

import "testing"

// TestRuns demands that runs cover all work in order, none of them empty or longer
// than the one before or than a fair part, and single pieces last.
func TestRuns(t *testing.T) {
	for n := 1; n <= 300; n++ {
		for workers := 1; workers <= 64; workers *= 2 {
			ends := runs(n, workers)
			if ends[0] != 0 || ends[len(ends)-1] != n {
				t.Fatalf("runs(%d, %d) = %v", n, workers, ends)
			}
			longest := (n + workers - 1) / workers
			for i, end := range ends[1:] {
				length := end - ends[i]
				if length < 1 || length > longest {
					t.Fatalf("runs(%d, %d) = %v: a run of %d, want 1 to %d", n, workers, ends, length, longest)
				}
				longest = length
			}
			if longest != 1 {
				t.Errorf("runs(%d, %d) = %v: the last run is of %d", n, workers, ends, longest)
			}
		}
	}
}
