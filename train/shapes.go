package train

import (
	"fmt"
	"slices"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/model"
)

// reshape turns the data of a tensor into those of another shape.
type reshape func(x []float32) []float32

// dimensions refuses weights of 2-D convolutions for a 1-D network, and the
// reverse: taps along an axis that the other does not have cannot be dropped, or
// made up, without changing what the network computes.
func dimensions(r weights.Report) error {
	name := map[int]string{3: "1-D", 4: "2-D"}
	var err error
	for i, row := range r {
		if row.Status != weights.ShapeMismatch {
			continue
		}
		from, to := name[len(row.Source.Shape)], name[len(row.Target.Shape)]
		if from == "" || to == "" || from == to {
			continue
		}
		r[i].Note = fmt.Sprintf("a %s convolution cannot serve a %s network", from, to)
		if err == nil {
			err = fmt.Errorf("tensor %s is the weight of a %s convolution and the network is %s: taps along an axis that the data do not have mean nothing; use weights of a %s network", row.Source.Name, from, to, to)
		}
	}
	return err
}

// adaptShapes lets the first and the last convolution take other channels where
// the options of init.shapes allow it. Each new input channel of the first gets the sum of the
// old ones divided by the number of new ones, so that equal channels give the
// result they gave; each new output channel of the last gets the old ones' mean.
func (b *beginning) adaptShapes(options []string, net *model.Network) {
	first, last := net.Ends()
	b.shapes = map[string]reshape{}
	for i, row := range b.report {
		if row.Status != weights.ShapeMismatch {
			continue
		}
		from, to := row.Source.Shape, row.Target.Shape
		var f reshape
		var what, option string
		switch row.Target.Name {
		case first + ".weight": // (O,C,…)
			option = "first"
			if len(from) == len(to) && from[0] == to[0] && slices.Equal(from[2:], to[2:]) {
				f = meanAlong(from, 1, to[1], float32(from[1])/float32(to[1]))
				what = fmt.Sprintf("input channels %d → %d", from[1], to[1])
			}
		case last + ".weight", last + ".bias": // (C,O,…) and (C)
			option = "last"
			if len(from) == len(to) && slices.Equal(from[1:], to[1:]) {
				f = meanAlong(from, 0, to[0], 1)
				what = fmt.Sprintf("output channels %d → %d", from[0], to[0])
			}
		}
		switch {
		case f == nil:
		case slices.Contains(options, option):
			b.shapes[row.Target.Name] = f
			b.report[i].Status = weights.Matched
			if row.Rule != nil {
				b.report[i].Status = weights.Renamed
			}
			b.report[i].Note = "adapted: " + what
		default:
			b.report[i].Note = fmt.Sprintf("%s; --adapt %s would adapt it", what, option)
		}
	}
}

// meanAlong replaces axis 0 or 1 of a tensor by n entries, each the mean over
// the axis times a factor.
func meanAlong(shape []int, axis, n int, factor float32) reshape {
	outer, inner := 1, 1
	for i, d := range shape {
		if i < axis {
			outer *= d
		} else if i > axis {
			inner *= d
		}
	}
	c := shape[axis]
	return func(x []float32) []float32 {
		y := make([]float32, outer*n*inner)
		for o := range outer {
			for k := range inner {
				sum := 0.0
				for j := range c {
					sum += float64(x[(o*c+j)*inner+k])
				}
				v := float32(sum/float64(c)) * factor
				for j := range n {
					y[(o*n+j)*inner+k] = v
				}
			}
		}
		return y
	}
}
