package model_test

import (
	"fmt"
	"log"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
)

// A network holds its weights; prediction and training build what graphs they
// need over them.
func Example() {
	rt, err := op.NewRuntime(0)
	if err != nil {
		log.Fatal(err)
	}
	defer rt.Close()
	c := configs.Model{Channels: 16, Multipliers: []int{1, 2, 4}, Blocks: 2, Norm: "batch"}
	net, err := model.New(rt, c, []int{1, 28, 28}, 1)
	if err != nil {
		log.Fatal(err)
	}
	x, eps := make([]float32, 2*net.Dim()), make([]float32, 2*net.Dim())
	if err := net.Predict(eps, x, []float32{0, 41.5}); err != nil { // two images at two levels
		log.Fatal(err)
	}
	fmt.Println(net.NumParams(), "parameters, the first is", net.Params()[0].Name, net.Params()[0].Shape)
	// Output: 1061441 parameters, the first is init_conv.weight [16 1 3 3]
}
