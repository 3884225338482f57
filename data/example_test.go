package data_test

import (
	"context"
	"fmt"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
)

// Batches of normalised images in an order that the seed decides.
func Example() {
	c := configs.Default().Data
	c.Kind, c.Dir = "mnist", "testdata" // the first 200 images
	ctx := context.Background()
	set, err := data.Open(ctx, c, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	loader, err := set.Loader(32, 1, data.Cursor{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer loader.Close()
	batch, err := loader.Next(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(set.Name, set.Shape(), set.Train.Len(), set.Val.Len(), set.Test.Len())
	fmt.Println(len(batch.IDs), "images of", len(batch.X)/len(batch.IDs), "values; go on from", batch.Next)
	// Output:
	// MNIST [1 28 28] 180 20 60
	// 32 images of 784 values; go on from {0 32}
}

// A spectrogram and back.
func ExampleSTFT() {
	transform := data.NewSTFT(256, 0)
	signal := make([]float64, 8000)
	frames := transform.Forward(signal)
	fmt.Println(transform.Frames(len(signal)), len(frames), len(transform.Inverse(frames, len(signal))))
	// Output: 33 16896 8000
}
