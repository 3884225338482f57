package weights_test

import (
	"fmt"
	"log"

	"github.com/condmean/condmean/checkpoint/weights"
)

func ExampleReadAuthors() {
	a, err := weights.ReadAuthors("../../model/testdata/torch/unet2d_mnist")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(a.Model.Kind, a.Model.Channels, a.Model.Multipliers, a.Model.Norm, a.Shape)
	fmt.Println(a.Schedule.Kind, a.Schedule.Steps, a.Objective.Target)
	w := a.Weights[0]
	fmt.Println(len(a.Weights), w.Name, w.Shape, w.DType)
	// Output:
	// unet 8 [1 2 4] batch [1 28 28]
	// linear 20 epsilon
	// 291 init_conv.weight [8 1 3 3] float32
}
