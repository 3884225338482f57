package pretrained

import (
	"strconv"
	"strings"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
)

// lucidWalk lists the tensors of a network, by the names of version 2.
type lucidWalk struct {
	configs.Lucidrains
	wrapped bool // attention is within two wrappers, as before 1.8: .fn.fn. in names
	list    []piece
}

// lucidPieces returns where a file, with attention wrapped or not, has the tensors of
// a network for samples of so many channels; what is kept aside of final_conv comes last.
func lucidPieces(l configs.Lucidrains, channels int, wrapped bool) []piece {
	w := &lucidWalk{Lucidrains: l, wrapped: wrapped}
	c := l.Widths()
	levels, last := len(l.DimMults), len(c)-1
	w.conv("init_conv", channels, c[0], 7)
	w.linear("time_mlp.1", l.Dim, 4*l.Dim)
	w.linear("time_mlp.3", 4*l.Dim, 4*l.Dim)
	for i := range levels {
		name := "downs." + strconv.Itoa(i)
		w.residual(name+".0", c[i], c[i])
		w.residual(name+".1", c[i], c[i])
		w.attention(name+".2", c[i], l.FullAttn[i])
		switch {
		case i == levels-1:
			w.conv(name+".3", c[i], c[i+1], 3)
		case l.Downsample == "conv":
			w.conv(name+".3", c[i], c[i+1], 4)
		default:
			w.conv(name+".3.1", 4*c[i], c[i+1], 1)
		}
	}
	for j := range levels {
		i := levels - 1 - j
		name, last := "ups."+strconv.Itoa(j), ".3.1"
		if i == 0 {
			last = ".3"
		}
		w.residual(name+".0", c[i+1]+c[i], c[i+1])
		w.residual(name+".1", c[i+1]+c[i], c[i+1])
		w.attention(name+".2", c[i+1], l.FullAttn[i])
		w.conv(name+last, c[i+1], c[i], 3)
	}
	w.residual("mid_block1", c[last], c[last])
	w.attention("mid_attn", c[last], true)
	w.residual("mid_block2", c[last], c[last])
	w.residual("final_res_block", 2*c[0], c[0])
	out := channels
	if l.LearnedVariance {
		out *= 2
	}
	w.conv("final_conv", c[0], out, 1)
	if l.LearnedVariance {
		w.list = aside(w.list, channels, configs.LucidrainsVariance)
	}
	return w.list
}

// add lists a tensor.
func (w *lucidWalk) add(name string, shape ...int) {
	file := name
	if w.wrapped && isAttention(name) {
		file = wrap(name)
	}
	w.list = append(w.list, piece{name: name, shape: shape, file: weights.Key{Name: file, Shape: shape}})
}

// isAttention tells the tensors of an attention: in the middle, or third in a level.
func isAttention(name string) bool {
	parts := strings.Split(name, ".")
	return parts[0] == "mid_attn" || len(parts) > 3 && parts[2] == "2"
}

// wrap returns the name of an attention's tensor before 1.8: of its normalisation
// within a residual connection, of the rest within both.
func wrap(name string) string {
	for _, inner := range []string{".norm.", ".to_qkv.", ".to_out.", ".mem_kv"} {
		if at := strings.Index(name, inner); at >= 0 {
			fn := ".fn.fn"
			if inner == ".norm." {
				fn = ".fn"
			}
			return name[:at] + fn + name[at:]
		}
	}
	return name
}

func (w *lucidWalk) conv(name string, in, out, taps int) {
	w.add(name+".weight", out, in, taps, taps)
	w.add(name+".bias", out)
}

func (w *lucidWalk) linear(name string, in, out int) {
	w.add(name+".weight", out, in)
	w.add(name+".bias", out)
}

// residual lists a residual block from a to b channels.
func (w *lucidWalk) residual(name string, a, b int) {
	w.linear(name+".mlp.1", 4*w.Dim, 2*b)
	for _, block := range []struct {
		name string
		in   int
	}{{".block1", a}, {".block2", b}} {
		w.conv(name+block.name+".proj", block.in, b, 3)
		if w.BlockNorm == "rms" {
			w.add(name+block.name+".norm.g", 1, b, 1, 1)
		} else {
			w.add(name+block.name+".norm.weight", b)
			w.add(name+block.name+".norm.bias", b)
		}
	}
	if a != b {
		w.conv(name+".res_conv", a, b, 1)
	}
}

// attention lists a full or a linear attention at c channels.
func (w *lucidWalk) attention(name string, c int, full bool) {
	inner := w.AttnHeads * w.AttnDimHead
	if n := w.NumMemKV; n > 0 && full {
		w.add(name+".mem_kv", 2, w.AttnHeads, n, w.AttnDimHead)
	} else if n > 0 {
		w.add(name+".mem_kv", 2, w.AttnHeads, w.AttnDimHead, n)
	}
	w.add(name+".norm.g", 1, c, 1, 1)
	w.add(name+".to_qkv.weight", 3*inner, c, 1, 1)
	if full {
		w.conv(name+".to_out", inner, c, 1)
		return
	}
	w.conv(name+".to_out.0", inner, c, 1)
	w.add(name+".to_out.1.g", 1, c, 1, 1)
}
