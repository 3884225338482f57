package pretrained

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
)

// version is that of denoising-diffusion-pytorch. It counts anew from 0.1: what is
// below 0.2 came between 0.32 and 1.0. The zero value is unknown.
type version [3]int

func parseVersion(text string) (v version, err error) {
	parts := strings.Split(text, ".")
	for i, p := range parts {
		n, aerr := strconv.ParseUint(p, 10, 16)
		if len(parts) > len(v) || aerr != nil {
			return version{}, configs.Usagef("version %s: want three numbers such as 2.1.1", foreign.Quote(text))
		}
		v[i] = int(n)
	}
	return v, nil
}

func (v version) known() bool { return v != version{} }

// before tells whether v came before another one.
func (v version) before(major, minor, patch int) bool {
	if v.known() && v[0] == 0 && v[1] < 2 {
		v = version{0, 99, 0}
	}
	return slices.Compare(v[:], []int{major, minor, patch}) < 0
}

// lucidrainsPrefix returns what stands in front of the names of the network's tensors:
// in a trainer's file the averaged one's, if there is one.
func lucidrainsPrefix(file *weights.File) (string, bool) {
	const own = "final_res_block.mlp.1.weight" // which other networks, some with an init_conv, do not have
	for _, prefix := range []string{"ema.ema_model.model.", "ema.ema_model.module.model.", "model.model.", "model.module.model.", "ema_model.model.", "model.", ""} {
		if slices.ContainsFunc(file.Keys, func(k weights.Key) bool { return k.Name == prefix+own }) {
			return prefix, true
		}
	}
	return "", false
}

// openLucidrains opens a .pt file of denoising-diffusion-pytorch. The tensors tell
// nearly all of the network, the version the rest.
func openLucidrains(name string, file *weights.File, prefix string, o Options) (*Model, error) {
	there := map[string]weights.Key{}
	for _, k := range file.Keys {
		if short, ok := strings.CutPrefix(k.Name, prefix); ok {
			there[short] = k
		}
	}
	if err := o.Lucidrains.check(); err != nil {
		return nil, err
	}
	text, _ := file.Scalars["version"].(string)
	text, v, err := o.Lucidrains.version(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	buffers := strings.TrimSuffix(prefix, "model.") // the schedule's tables lie beside the network
	for _, k := range file.Keys {
		if short, ok := strings.CutPrefix(k.Name, buffers); ok && !strings.Contains(short, ".") && buffers == prefix {
			delete(there, short)
		}
	}
	n, wrapped, err := inferLucidrains(there, v, o.Lucidrains.AttnDimHead)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if !v.known() && !wrapped { // by the names
		v = version{1, 8, 0}
	}
	s, err := lucidSchedule(file, buffers, v, o.Lucidrains)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if strings.HasPrefix(prefix, "ema") {
		n.notes = append(n.notes, "the averaged weights are taken")
	}
	origin := Origin{Layout: LayoutLucidrains, Lucidrains: &LucidrainsFile{Version: text, Wrapped: wrapped}}
	return assemble(opened{name, file, there, lucidPieces(*n.lucid, n.channels, wrapped)}, n, s, origin, o)
}

// inferLucidrains reads the settings off the tensors, and what those do not tell off
// the version. width is that of a head, if somebody tells it. wrapped tells that
// attention has its names before 1.8.
func inferLucidrains(there map[string]weights.Key, v version, width int) (n *network, wrapped bool, err error) {
	n = &network{lucid: &configs.Lucidrains{}}
	l := n.lucid
	if _, ok := there["time_mlp.0.weights"]; ok {
		return nil, false, configs.Usagef("time_mlp.0.weights: networks with learned frequencies are not supported")
	}
	if _, ok := there["mid_attn.fn.norm.b"]; ok {
		return nil, false, configs.Usagef("mid_attn.fn.norm.b: normalisations with a bias, as versions before 0.27 have, are not supported")
	}
	// dim returns a size of a tensor, 0 where there is none of that name and rank.
	dim := func(name string, rank, axis int) int {
		if k := there[name]; len(k.Shape) == rank {
			return k.Shape[axis]
		}
		return 0
	}
	first, last, d := dim("init_conv.weight", 4, 1), dim("final_conv.weight", 4, 0), dim("time_mlp.1.weight", 2, 1)
	switch {
	case first == 0 || last == 0 || d == 0:
		return nil, false, configs.Usagef("not the Unet of denoising-diffusion-pytorch for images: init_conv.weight, final_conv.weight or time_mlp.1.weight are missing or have another rank")
	case first == 2*last:
		return nil, false, configs.Usagef("init_conv.weight: networks with self-conditioning are not supported")
	case first != last && 2*first != last:
		return nil, false, configs.Usagef("final_conv.weight: %d outputs of %d inputs: want as many, or twice as many with a learned variance", last, first)
	}
	n.channels, l.Dim, l.LearnedVariance = first, d, first != last
	if l.InitDim = dim("init_conv.weight", 4, 0); l.InitDim == d {
		l.InitDim = 0
	}
	_, wrapped = there["mid_attn.fn.norm.g"]
	l.Downsample = "unshuffle"
	for i := 0; i <= 10; i++ { // more levels than there may be are refused below
		name := "downs." + strconv.Itoa(i) + "."
		width := max(dim(name+"3.1.weight", 4, 0), dim(name+"3.weight", 4, 0))
		if width == 0 {
			break
		}
		if width%d != 0 {
			return nil, false, configs.Usagef("downs.%d.3: %d channels are no multiple of dim = %d", i, width, d)
		}
		if dim(name+"3.weight", 4, 2) == 4 {
			l.Downsample = "conv"
		}
		attention := name + "2.to_out.weight"
		if wrapped {
			attention = wrap(attention)
		}
		_, full := there[attention]
		l.DimMults, l.FullAttn = append(l.DimMults, width/d), append(l.FullAttn, full)
	}
	if err := n.heads(there, wrapped, width); err != nil {
		return nil, false, err
	}
	l.BlockNorm = "group"
	if _, ok := there["mid_block1.block1.norm.g"]; ok {
		l.BlockNorm = "rms"
	}
	n.byVersion(v, wrapped)
	if err := l.Validate(); err != nil {
		return nil, false, configs.Usagef("%s", settingsLine(err))
	}
	return n, wrapped, nil
}

// heads finds the number and the width of the attentions' heads, which only the
// learned columns tell apart; else the width is as told, or the library's.
func (n *network) heads(there map[string]weights.Key, wrapped bool, width int) error {
	l := n.lucid
	if k := there["mid_attn.mem_kv"]; len(k.Shape) == 4 {
		l.AttnHeads, l.NumMemKV, l.AttnDimHead = k.Shape[1], k.Shape[2], k.Shape[3]
		if width != 0 && width != l.AttnDimHead {
			return configs.Usagef("attn_dim_head=%d: mid_attn.mem_kv has %d columns", width, l.AttnDimHead)
		}
		return nil
	}
	name := "mid_attn.to_qkv.weight"
	if wrapped {
		name = wrap(name)
	}
	if l.AttnDimHead = width; width == 0 {
		l.AttnDimHead = 32
		n.notes = append(n.notes, fmt.Sprintf("the heads of attention are taken to be %d values wide (attn_dim_head), as they are by default", l.AttnDimHead))
	}
	if k := there[name]; len(k.Shape) == 4 {
		if k.Shape[0]%(3*l.AttnDimHead) != 0 {
			return configs.Usagef("%s: %d rows are not queries, keys and values of heads that are attn_dim_head=%d wide", foreign.Name(k.Name), k.Shape[0], l.AttnDimHead)
		}
		l.AttnHeads = k.Shape[0] / (3 * l.AttnDimHead)
	}
	return nil
}

// byVersion sets what names do not tell.
func (n *network) byVersion(v version, wrapped bool) {
	l := n.lucid
	l.AttnNorm, l.Standardize = "rms", "none"
	if !wrapped { // of 1.8 or later
		if v.known() && v.before(1, 8, 0) {
			n.notes = append(n.notes, "the tensors have the names of a later version than the file says")
		}
		return
	}
	if !v.known() {
		taken := "0.32"
		if v = (version{0, 32, 0}); l.Downsample == "conv" {
			v, taken = version{0, 27, 4}, "0.27.4, with products of unit queries and keys times 10"
		}
		n.notes = append(n.notes, "the file does not tell its version, which decides on normalisations: it is taken as "+taken+" (version)")
	}
	if v.before(1, 7, 0) {
		l.AttnNorm = "layer"
	}
	l.DivideValues = !v.before(0, 26, 4) && v.before(1, 7, 4)
	switch {
	case v.before(0, 27, 3):
	case v.before(1, 7, 1):
		l.Standardize = "added"
	case v.before(1, 7, 2):
		l.Standardize = "floor"
	}
	switch {
	case v.before(0, 26, 0) || !v.before(0, 28, 0):
	case v.before(0, 27, 3):
		l.UnitScale = 16
	default:
		l.UnitScale = 10
	}
}
