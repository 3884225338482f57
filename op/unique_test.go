package op

import (
	"fmt"
	"hash"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// TestHashCollisions builds graphs of two nodes that would hash alike, a leaf or
// an operation each, and demands that they run and compute what they should.
// The pairs are found by their number: of two lists of n hashes some agree if n²
// is far above 2³².
func TestHashCollisions(t *testing.T) {
	const n = 1 << 17
	name := func(kind string, i int) string { return fmt.Sprintf("%s%x", kind, uint64(i)*0x9e3779b97f4a7c15) }
	leafHash := func(i int, kind string) uint32 {
		return nodeHash(tensor.Shape{1}, func(h hash.Hash) { h.Write([]byte(name(kind, i))) }, nil)
	}
	// reluHash is that of a ReLU, the node with the given number, of a leaf.
	reluHash := func(i int, kind string, id uint64) uint32 {
		g := G.NewGraph()
		o := &ReLU{newCore(nil, "relu", plain, 1)}
		o.id = id
		leaf := NewInput(g, name(kind, i), []float32{0}, 1)
		return nodeHash(o.shape, func(h hash.Hash) { o.WriteHash(h) }, G.Nodes{leaf})
	}
	pair := func(t *testing.T, a, b func(i int) uint32) (int, int) {
		t.Helper()
		seen := map[uint32]int{}
		for i := range n {
			seen[a(i)] = i
		}
		for i := range n {
			if k, ok := seen[b(i)]; ok {
				return k, i
			}
		}
		t.Fatal("no two hashes agree")
		return 0, 0
	}
	for _, c := range []struct {
		what              string
		firstOp, secondOp bool
	}{{"leaves", false, false}, {"operation after leaf", false, true}, {"leaf after operation", true, false}, {"operations", true, true}} {
		t.Run(c.what, func(t *testing.T) {
			a := func(i int) uint32 { return leafHash(i, "a") }
			if c.firstOp {
				a = func(i int) uint32 { return reluHash(i, "a", 1) }
			}
			b := func(i int) uint32 { return leafHash(i, "b") }
			if c.secondOp {
				id := uint64(2)
				if c.firstOp {
					id = 3
				}
				b = func(i int) uint32 { return reluHash(i, "b", id) }
			}
			i, k := pair(t, a, b)
			rt := newRuntime(t, 1)
			g := G.NewGraph()
			build := func(leaf string, isOp bool, value float32) *G.Node {
				x := NewInput(g, leaf, []float32{value}, 1)
				if !isOp {
					return x
				}
				y, err := NewReLU(rt, x)
				if err != nil {
					t.Fatal(err)
				}
				return y
			}
			first := build(name("a", i), c.firstOp, 2)
			second := build(name("b", k), c.secondOp, 3)
			if first == second || first.Hashcode() == second.Hashcode() {
				t.Fatalf("%v and %v hash alike", first, second)
			}
			if first.Hashcode() != a(i) {
				t.Fatalf("Gorgonia's hash is %x, expected %x", first.Hashcode(), a(i))
			}
			if !c.secondOp && second.Name() != name("b", k) {
				t.Errorf("the leaf is named %s", second.Name())
			}
			sum, err := Add(rt, first, second)
			if err != nil {
				t.Fatal(err)
			}
			p, err := NewProgram(sum)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			if got := p.Output(0)[0]; got != 5 {
				t.Errorf("2 + 3 = %v", got)
			}
		})
	}
}

// Two inputs of one name hold two values.
func TestEqualNames(t *testing.T) {
	rt := newRuntime(t, 1)
	g := G.NewGraph()
	sum, err := Add(rt, NewInput(g, "x", []float32{1, 2}, 2), NewInput(g, "x", []float32{3, 4}, 2))
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewProgram(sum)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	if got := p.Output(0); got[0] != 4 || got[1] != 6 {
		t.Errorf("[1 2] + [3 4] = %v", got)
	}
}
