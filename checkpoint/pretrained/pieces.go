package pretrained

import (
	"slices"
	"strings"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
)

// A piece says where in a file a tensor of the network lies: in which tensor, and
// which rows (of its first axis) of that. It is read both ways.
type piece struct {
	name  string      // in the network
	shape []int       // in the network
	file  weights.Key // the file's tensor
	rows  []int       // of the file's tensor, in the network's order; nil: all, as they are
}

// scheme is how a file names tensors.
type scheme int

const (
	diffusers    scheme = iota
	openaiLegacy        // rows of queries, keys and values of one head after the other
	openaiNew           // all queries, all keys, all values
)

// pieces returns where a file has the tensors of a network, in the order of the
// library's state dict; what is kept aside of conv_out comes last.
func pieces(u configs.UNet2D, channels int, s scheme) []piece {
	var list []piece
	for _, p := range partsOf(u, channels) {
		list = append(list, p.piece(".weight", p.shape, s))
		if p.bias {
			list = append(list, p.piece(".bias", p.shape[:1], s))
		}
	}
	if u.LearnedVariance {
		list = aside(list, channels, configs.UNet2DVariance)
	}
	return list
}

// aside cuts the last two tensors, a weight and a bias, to the rows of the prediction
// and adds the others under a name of their own.
func aside(list []piece, channels int, name string) []piece {
	n := len(list)
	for i := n - 2; i < n; i++ {
		p := list[i]
		p.shape = slices.Clone(p.shape)
		p.shape[0] = channels
		rest := p
		p.rows, rest.rows = upTo(0, channels), upTo(channels, 2*channels)
		rest.name = name + p.name[strings.LastIndexByte(p.name, '.'):]
		list[i] = p
		list = append(list, rest)
	}
	return list
}

// piece returns where a file has the weight or the bias of a part.
func (p part) piece(suffix string, shape []int, s scheme) piece {
	x := piece{name: p.name + suffix, shape: shape, file: weights.Key{Name: p.name + suffix, Shape: shape}}
	if s == diffusers {
		return x
	}
	x.file.Name, x.file.Shape = p.openai+suffix, slices.Clone(shape)
	if p.joint > 0 {
		x.file.Shape[0] *= 3
		x.rows = jointRows(p.heads, p.joint-1, s)
	}
	if (p.flat || p.joint > 0) && len(shape) == 2 {
		x.file.Shape = append(x.file.Shape, 1)
	}
	return x
}

// jointRows returns which rows of a joint weight are the queries (0), keys (1) or
// values (2) of all heads.
func jointRows(heads [2]int, which int, s scheme) []int {
	number, width := heads[0], heads[1]
	rows := make([]int, 0, number*width)
	for h := range number {
		for i := range width {
			if s == openaiLegacy {
				rows = append(rows, (3*h+which)*width+i)
			} else {
				rows = append(rows, (which*number+h)*width+i)
			}
		}
	}
	return rows
}

// take cuts the piece out of the file's tensor.
func (p piece) take(whole []float32) []float32 {
	if p.rows == nil {
		return whole
	}
	width := len(whole) / p.file.Shape[0]
	out := make([]float32, 0, len(p.rows)*width)
	for _, r := range p.rows {
		out = append(out, whole[r*width:(r+1)*width]...)
	}
	return out
}

// put is the inverse of take: it writes the piece into the file's tensor.
func (p piece) put(whole, values []float32) {
	if p.rows == nil {
		copy(whole, values)
		return
	}
	width := len(whole) / p.file.Shape[0]
	for i, r := range p.rows {
		copy(whole[r*width:(r+1)*width], values[i*width:(i+1)*width])
	}
}

// fileKeys returns the tensors that a file of these pieces has, in their order.
func fileKeys(list []piece) []weights.Key {
	var keys []weights.Key
	seen := map[string]bool{}
	for _, p := range list {
		if !seen[p.file.Name] {
			seen[p.file.Name] = true
			keys = append(keys, p.file)
		}
	}
	return keys
}

func upTo(from, to int) []int {
	rows := make([]int, 0, to-from)
	for i := from; i < to; i++ {
		rows = append(rows, i)
	}
	return rows
}
