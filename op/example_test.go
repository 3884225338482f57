package op_test

import (
	"fmt"
	"log"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op"
)

// A layer is nodes of a Gorgonia graph; Grad adds the nodes of its gradients,
// and a Program runs both.
func Example() {
	rt, err := op.NewRuntime(1)
	if err != nil {
		log.Fatal(err)
	}
	defer rt.Close()
	g := G.NewGraph()
	x := op.NewInput(g, "x", []float32{1, 2, 3, 4}, 1, 1, 4) // one signal, one channel, four values
	w := op.NewInput(g, "w", []float32{1, 0, -1}, 1, 1, 3)
	b := op.NewInput(g, "b", []float32{0.5}, 1)
	target := op.NewInput(g, "target", make([]float32, 4), 1, 1, 4)
	weight := op.NewInput(g, "weight", []float32{1}, 1)

	y, err := op.NewConv(rt, op.Input{X: x}, w, b, op.ConvOptions{Padding: op.Replicate})
	if err != nil {
		log.Fatal(err)
	}
	loss, err := op.NewLoss(rt, op.MSE, y, target, weight)
	if err != nil {
		log.Fatal(err)
	}
	grads, err := op.Grad(rt, loss, w, b)
	if err != nil {
		log.Fatal(err)
	}
	p, err := op.NewProgram(loss, grads[0], grads[1])
	if err != nil {
		log.Fatal(err)
	}
	defer p.Close()
	if err := p.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("loss", p.Output(0)[0], "dw", p.Output(1), "db", p.Output(2)[0])
	// Output: loss 1.25 dw [-3.25 -5 -6.75] db -2
}
