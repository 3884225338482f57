package sched_test

import (
	"context"
	"fmt"
	"log"

	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/sched"
)

// A standard normal prior, where the best estimate of x from y = x + n at 0 dB
// is y/2. The chain reaches it up to the grid, and oneshot at the exact SNR
// reaches it exactly.
func ExampleSchedule_Denoise() {
	prior, err := gmm.New([]float64{1}, []float64{0}, []float64{1})
	if err != nil {
		log.Fatal(err)
	}
	s, err := sched.Paper(300)
	if err != nil {
		log.Fatal(err)
	}
	predictor := gmm.NewEstimator(prior, nil)
	y := []float64{1, -3}
	for _, o := range []sched.Options{
		{},
		{Method: sched.MethodOneShot, Match: sched.MatchExact},
	} {
		r, err := s.Denoise(context.Background(), predictor, y, 1, o)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%.4f after %d calls from level %.2f\n", r.X, r.Calls, r.THat)
	}
	// Output:
	// [0.5013 -1.5038] after 108 calls from level 107.00
	// [0.5000 -1.5000] after 1 calls from level 107.39
}

func ExampleParseMethod() {
	m, err := sched.ParseMethod("average:8")
	fmt.Println(m.Kind, m.M, err)
	_, err = sched.ParseMethod("average")
	fmt.Println(err)
	// Output:
	// average 8 <nil>
	// method "average": average needs a number of chains from 1 to 1000, as in average:8
}
