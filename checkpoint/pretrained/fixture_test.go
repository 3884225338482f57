package pretrained

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/sched"
)

// fixture is a network in testdata, made with another library; see its expected.json.
type fixture struct {
	name    string
	options Options
	layout  Layout
	kind    string // of the schedule
	target  string
	clip    Clip
	steps   int
	learned bool // variance
}

func (f fixture) path() string {
	p := filepath.Join("testdata", f.name)
	if f.layout == LayoutOpenAI {
		p = filepath.Join(p, "model.pt")
	}
	return p
}

var fixtures = []fixture{
	{name: "google-flat", layout: LayoutFlat, kind: "linear", target: "epsilon", clip: Clip{true, 1}, steps: 1000},
	{name: "course-pipeline", layout: LayoutPipeline, kind: "cosine", target: "epsilon", clip: Clip{true, 1}, steps: 1000},
	{name: "scale-shift-resnet", layout: LayoutPipeline, kind: "linear", target: "v", clip: Clip{false, 1}, steps: 1000},
	{name: "fourier", layout: LayoutModel, kind: "linear", target: "epsilon", clip: Clip{true, 1}, steps: 1000},
	{name: "mnist-28", layout: LayoutPipeline, kind: "linear", target: "epsilon", clip: Clip{true, 1}, steps: 1000},
	{name: "odd-groups", layout: LayoutModel, kind: "sigmoid", target: "epsilon", clip: Clip{true, 1}, steps: 200},
	{name: "old-keys-bin", layout: LayoutPipeline, kind: "linear", target: "epsilon", clip: Clip{true, 1}, steps: 1000},
	{name: "learned-sigma", layout: LayoutPipeline, kind: "quadratic", target: "epsilon", clip: Clip{true, 1}, steps: 1000, learned: true},
	{name: "guided-legacy", layout: LayoutOpenAI, kind: "linear", target: "epsilon", clip: Clip{true, 1}, steps: 1000, learned: true,
		options: Options{OpenAI: &OpenAI{ImageSize: 8, NumChannels: 32, ChannelMult: []int{1, 1}, NumResBlocks: 1, AttentionResolutions: []int{4},
			NumHeadChannels: 16, ScaleShift: true, ResblockUpdown: true, LearnSigma: true, DiffusionSteps: 1000, NoiseSchedule: "linear"}}},
	{name: "improved-cosine", layout: LayoutOpenAI, kind: "cosine", target: "epsilon", clip: Clip{true, 1}, steps: 4000, learned: true,
		options: Options{OpenAI: &OpenAI{ImageSize: 8, NumChannels: 32, ChannelMult: []int{1, 1}, NumResBlocks: 1, AttentionResolutions: []int{8, 4},
			NumHeads: 4, ScaleShift: true, LearnSigma: true, DiffusionSteps: 4000, NoiseSchedule: "cosine", RescaleTimesteps: true}}},
}

// expected is what expected.json says of a fixture.
type expected struct {
	Parameters int
	Shape      []int
	Heads      map[string]int
	names      []string // in the order of the state dict
	shapes     map[string][]int
}

func readExpected(t *testing.T, name string) (e expected) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var tensors struct{ Tensors json.RawMessage }
	if err := json.Unmarshal(text, &e); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &tensors); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(tensors.Tensors, &e.shapes); err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(tensors.Tensors))
	for depth := 0; ; {
		token, err := dec.Token()
		if err != nil {
			return e
		}
		if d, ok := token.(json.Delim); ok {
			depth += map[json.Delim]int{'{': 1, '[': 1, '}': -1, ']': -1}[d]
		} else if s, ok := token.(string); ok && depth == 1 {
			e.names = append(e.names, s)
		}
	}
}

func open(t testing.TB, f fixture) *Model {
	t.Helper()
	m, err := Open(f.path(), f.options)
	if err != nil {
		t.Fatalf("%s: %v", f.name, err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// All fixtures open and are described as they were made: tensors in the order and
// the shapes of the library's state dict, shape, schedule, heads.
func TestFixturesOpen(t *testing.T) {
	for _, f := range fixtures {
		t.Run(f.name, func(t *testing.T) {
			m, e := open(t, f), readExpected(t, f.name)
			if m.Origin.Layout != f.layout || m.Schedule.Kind != f.kind || m.Schedule.Steps != f.steps || m.Objective.Target != f.target || m.Clip != f.clip {
				t.Errorf("%s, schedule %v, target %s, clip %v", m.Origin.Layout, m.Schedule, m.Objective.Target, m.Clip)
			}
			if !slices.Equal(m.Sample, e.Shape) || m.Network.UNet2D.LearnedVariance != f.learned {
				t.Errorf("shape %v, want %v", m.Sample, e.Shape)
			}
			n := 0
			var names []string
			for _, x := range m.Tensors {
				n += dims.Count(x.Shape)
				if f.layout != LayoutOpenAI && !strings.HasPrefix(x.Name, configs.UNet2DVariance) {
					names = append(names, x.Name)
					if want := e.shapes[x.Name]; !slices.Equal(x.Shape, want) && !strings.HasPrefix(x.Name, "conv_out") {
						t.Errorf("%s %v, want %v", x.Name, x.Shape, want)
					}
				}
			}
			if n != e.Parameters {
				t.Errorf("%d values, want %d", n, e.Parameters)
			}
			if f.layout != LayoutOpenAI && !slices.Equal(names, e.names) {
				t.Errorf("names\n%v, want\n%v", names, e.names)
			}
			for _, p := range partsOf(m.Network.UNet2D, m.Sample[0]) {
				if name, ok := strings.CutSuffix(p.name, ".to_q"); ok && e.Heads != nil && p.heads[0] != e.Heads[name] {
					t.Errorf("%s: %d heads, want %d", name, p.heads[0], e.Heads[name])
				}
			}
			if got := m.Norm(); len(got["mean"]) != dims.Count(m.Sample) || configs.CheckNorm(got, m.Sample) != nil || got["mean"][0] != 0.5 || got["scale"][0] != 0.5 {
				t.Error("normalisation")
			}
			if f.layout == LayoutOpenAI && !slices.Equal(sortedKeys(fileKeys(pieces(m.Network.UNet2D, 3, openaiLegacy))), sortedShapes(e)) {
				t.Error("other tensors than the file's")
			}
		})
	}
}

func sortedKeys(keys []weights.Key) (list []string) {
	for _, k := range keys {
		list = append(list, fmt.Sprint(k.Name, k.Shape))
	}
	slices.Sort(list)
	return list
}

func sortedShapes(e expected) (list []string) {
	for name, shape := range e.shapes {
		list = append(list, fmt.Sprint(name, shape))
	}
	slices.Sort(list)
	return list
}

// Every value is that of the file, bit by bit, where the file has it; heads' rows are
// where the code that wrote the file has them.
func TestFixturesValues(t *testing.T) {
	for _, f := range fixtures {
		t.Run(f.name, func(t *testing.T) {
			m := open(t, f)
			file, err := weights.ReadFile(m.From)
			if err != nil {
				t.Fatal(err)
			}
			values, total := map[string][]float32{}, 0
			for _, x := range m.Tensors {
				v, err := x.Read()
				if err != nil || len(v) != dims.Count(x.Shape) {
					t.Fatalf("%s: %d values, %v", x.Name, len(v), err)
				}
				values[x.Name] = v
				total += len(v)
			}
			for _, a := range file.Arrays {
				width := a.Len() / a.Shape[0]
				want := a.Float32()
				for r := range a.Shape[0] {
					name, row := nameOf(t, f, m, a.Name, r)
					got := values[name]
					if len(got) < (row+1)*width || !slices.Equal(got[row*width:(row+1)*width], want[r*width:(r+1)*width]) {
						t.Fatalf("%s, row %d: not what row %d of %s holds", a.Name, r, row, name)
					}
				}
				total -= a.Len()
			}
			if total != 0 {
				t.Errorf("%d values more than the file has", total)
			}
		})
	}
}

// nameOf returns where the network has a row of a file's tensor: the specification of
// the key maps, written the other way round.
func nameOf(t *testing.T, f fixture, m *Model, name string, row int) (string, int) {
	dot := strings.LastIndexByte(name, '.')
	prefix, suffix := name[:dot], name[dot:]
	if f.layout != LayoutOpenAI {
		for old, today := range map[string]string{".query": ".to_q", ".key": ".to_k", ".value": ".to_v", ".proj_attn": ".to_out.0"} {
			prefix = strings.Replace(prefix, old, today, 1)
		}
	} else {
		joint := strings.HasSuffix(prefix, ".qkv")
		prefix = toDiffusers(prefix, m.Network.UNet2D)
		if joint {
			_, d := m.Network.UNet2D.HeadsAt(32)
			prefix += ".to_" + []string{"q", "k", "v"}[row/d%3]
			row = row/(3*d)*d + row%d
		}
	}
	if prefix == "conv_out" && row >= m.Sample[0] && f.learned {
		return configs.UNet2DVariance + suffix, row - m.Sample[0]
	}
	return prefix + suffix, row
}

// toDiffusers maps names of the two small networks of OpenAI's kind, which have two
// levels of one block: the table of their specification, spelled out.
func toDiffusers(prefix string, u configs.UNet2D) string {
	blocks := [][2]string{
		{"input_blocks.0.0", "conv_in"}, {"time_embed.0", "time_embedding.linear_1"}, {"time_embed.2", "time_embedding.linear_2"},
		{"input_blocks.1.0", "down_blocks.0.resnets.0"}, {"input_blocks.1.1", "down_blocks.0.attentions.0"},
		{"input_blocks.2.0.op", "down_blocks.0.downsamplers.0.conv"}, {"input_blocks.2.0", "down_blocks.0.downsamplers.0"},
		{"input_blocks.3.0", "down_blocks.1.resnets.0"}, {"input_blocks.3.1", "down_blocks.1.attentions.0"},
		{"middle_block.0", "mid_block.resnets.0"}, {"middle_block.1", "mid_block.attentions.0"}, {"middle_block.2", "mid_block.resnets.1"},
		{"output_blocks.0.0", "up_blocks.0.resnets.0"}, {"output_blocks.0.1", "up_blocks.0.attentions.0"},
		{"output_blocks.1.0", "up_blocks.0.resnets.1"}, {"output_blocks.1.1", "up_blocks.0.attentions.1"},
		{"output_blocks.1.2.conv", "up_blocks.0.upsamplers.0.conv"}, {"output_blocks.1.2", "up_blocks.0.upsamplers.0"},
		{"output_blocks.2.0", "up_blocks.1.resnets.0"}, {"output_blocks.2.1", "up_blocks.1.attentions.0"},
		{"output_blocks.3.0", "up_blocks.1.resnets.1"}, {"output_blocks.3.1", "up_blocks.1.attentions.1"},
		{"out.0", "conv_norm_out"}, {"out.2", "conv_out"},
	}
	inner := map[string]string{"": "", ".in_layers.0": ".norm1", ".in_layers.2": ".conv1", ".emb_layers.1": ".time_emb_proj", ".out_layers.0": ".norm2",
		".out_layers.3": ".conv2", ".skip_connection": ".conv_shortcut", ".norm": ".group_norm", ".qkv": "", ".proj_out": ".to_out.0"}
	for _, b := range blocks {
		if rest, ok := strings.CutPrefix(prefix, b[0]); ok {
			if to, ok := inner[rest]; ok {
				return b[1] + to
			}
		}
	}
	return "no place for " + prefix
}

// Schedules are those that the files mean, to the accuracy of float64.
func TestFixturesSchedules(t *testing.T) {
	tested := 0
	for _, f := range fixtures {
		m := open(t, f)
		arrays, err := weights.ReadNPZFile(filepath.Join("testdata", f.name, "expected.npz"))
		if err != nil {
			t.Fatal(err)
		}
		index, ok := weights.Find(arrays, "schedule/index")
		if !ok {
			continue
		}
		tested++
		beta, _ := weights.Find(arrays, "schedule/beta")
		bar, _ := weights.Find(arrays, "schedule/alpha_bar")
		s, err := sched.New(m.Schedule)
		if err != nil {
			t.Fatal(err)
		}
		for j, i := range index.Float64() {
			for _, c := range []struct {
				what      string
				got, want float64
			}{{"β", s.Beta[int(i)], beta.Float64()[j]}, {"ᾱ", s.AlphaBar[int(i)], bar.Float64()[j]}} {
				// Of the cosine, β is one less a ratio that is rounded in its 16th digit.
				if math.Abs(c.got-c.want) > 1e-12*c.want+1e-15 {
					t.Errorf("%s: %s[%v] = %.17g, want %.17g", f.name, c.what, i, c.got, c.want)
				}
			}
		}
	}
	if tested < 9 {
		t.Errorf("only %d schedules", tested)
	}
}
