package pretrained

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/internal/hostile"
	"github.com/condmean/condmean/sched"
)

func openLucid(t testing.TB, name string) *Model {
	t.Helper()
	return open(t, fixture{name: name + "/model-1.pt", options: Options{Size: []int{8, 8}}})
}

// Both fixtures tell what they were made with: settings, schedule, target.
func TestLucidrainsOpens(t *testing.T) {
	for name, want := range map[string]struct {
		settings  configs.Lucidrains
		objective configs.Objective
		kind      string
	}{
		"lucid-2.3.1": {configs.Lucidrains{Dim: 8, DimMults: []int{1, 2}, AttnHeads: 2, AttnDimHead: 8, FullAttn: []bool{false, true}, NumMemKV: 4,
			BlockNorm: "rms", AttnNorm: "rms", Downsample: "unshuffle", Standardize: "none"}, configs.Objective{Target: "v", Loss: "mse", Weighting: "none"}, "custom"},
		"lucid-1.5.8": {configs.Lucidrains{Dim: 8, DimMults: []int{1, 2}, AttnHeads: 4, AttnDimHead: 32, FullAttn: []bool{false, false},
			BlockNorm: "group", AttnNorm: "layer", Downsample: "unshuffle", Standardize: "added", DivideValues: true}, configs.Objective{Target: "epsilon", Loss: "mse", Weighting: "none"}, "cosine"},
	} {
		m, e := openLucid(t, name), readExpected(t, name)
		if m.Network.Kind != "lucidrains" || !reflect.DeepEqual(m.Network.Lucidrains, want.settings) || m.Objective != want.objective || m.Schedule.Kind != want.kind ||
			!slices.Equal(m.Sample, e.Shape) || m.Clip != (Clip{true, 1}) {
			t.Errorf("%s: %+v %+v %s %v", name, m.Network.Lucidrains, m.Objective, m.Schedule.Kind, m.Sample)
		}
		n := 0
		var names []string
		for _, x := range m.Tensors {
			n += dims.Count(x.Shape)
			names = append(names, x.Name)
		}
		if n != e.Parameters || name == "lucid-2.3.1" && !slices.Equal(names, e.names) {
			t.Errorf("%s: %d values, want %d; %v", name, n, e.Parameters, names)
		}
		s, err := sched.New(m.Schedule)
		if err != nil {
			t.Fatal(err)
		}
		arrays, err := weights.ReadNPZFile(filepath.Join("testdata", name, "expected.npz"))
		if err != nil {
			t.Fatal(err)
		}
		index, _ := weights.Find(arrays, "schedule/index")
		beta, _ := weights.Find(arrays, "schedule/beta")
		bar, _ := weights.Find(arrays, "schedule/alpha_bar")
		for j, i := range index.Float64() {
			for _, c := range []struct{ got, want float64 }{{s.Beta[int(i)], beta.Float64()[j]}, {s.AlphaBar[int(i)], bar.Float64()[j]}} {
				if !(math.Abs(c.got-c.want) <= 1e-12*c.want+1e-15) {
					t.Errorf("%s: level %v: %.17g, want %.17g", name, i, c.got, c.want)
				}
			}
		}
		if _, err := Open(m.From, Options{}); err == nil {
			t.Error("opens without a size")
		}
	}
}

// Values are the averaged ones of the file.
func TestLucidrainsValues(t *testing.T) {
	for _, name := range []string{"lucid-2.3.1", "lucid-1.5.8"} {
		m := openLucid(t, name)
		file, err := weights.ReadFile(m.From)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range m.Tensors {
			got, err := x.Read()
			if err != nil {
				t.Fatal(err)
			}
			old := x.Name
			if name == "lucid-1.5.8" {
				for _, part := range []string{".to_qkv.", ".to_out."} {
					old = strings.Replace(old, part, ".fn.fn"+part, 1)
				}
				if strings.HasPrefix(old, "mid_attn.") || strings.Count(old, ".") == 4 && strings.Contains(old, ".2.") {
					old = strings.Replace(old, ".norm.", ".fn.norm.", 1)
				}
			}
			a, ok := weights.Find(file.Arrays, "ema.ema_model.model."+old)
			if !ok {
				t.Fatalf("%s: no %s", name, old)
			}
			if !slices.Equal(got, a.Float32()) {
				t.Errorf("%s: %s differs", name, x.Name)
			}
		}
	}
}

// What is written back has the file's names and shapes, tables and version, and opens
// as the same network, bit by bit.
func TestLucidrainsWrites(t *testing.T) {
	for _, name := range []string{"lucid-2.3.1", "lucid-1.5.8"} {
		m := openLucid(t, name)
		text, err := json.Marshal(m.Origin)
		if err != nil {
			t.Fatal(err)
		}
		var origin Origin
		if err := json.Unmarshal(text, &origin); err != nil {
			t.Fatal(err)
		}
		x := trained(t, m)
		var b bytes.Buffer
		if err := writeTorch(&b, origin, x); err != nil {
			t.Fatal(err)
		}
		dir := write(t, []File{{"model.pt", func(w io.Writer) error { _, err := w.Write(b.Bytes()); return err }}})
		again, err := Open(filepath.Join(dir, "model.pt"), Options{Size: []int{8, 8}})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(again.Network, m.Network) || !reflect.DeepEqual(again.Schedule, m.Schedule) || again.Objective != m.Objective || !reflect.DeepEqual(again.Origin, m.Origin) {
			t.Errorf("%s: %+v, want %+v", name, again, m)
		}
		if !reflect.DeepEqual(trained(t, again), x) {
			t.Errorf("%s: the tensors differ", name)
		}
		got, err := weights.ReadTorch(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		want, err := weights.ReadFile(m.From)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range want.Arrays {
			short, ok := strings.CutPrefix(w.Name, "model.")
			g, found := weights.Find(got.Arrays, w.Name)
			if ok && (!found || !slices.Equal(g.Shape, w.Shape)) {
				t.Errorf("%s: %s is missing", name, w.Name)
			}
			if !ok || strings.Contains(short, ".") {
				continue
			}
			for i, v := range w.Float64() { // the tables; 1-ᾱ is coarse in theirs
				if d := math.Abs(g.Float64()[i] - v); d > 1e-5*math.Abs(v)+1e-9 {
					t.Errorf("%s: %s[%d] = %v, want %v", name, w.Name, i, g.Float64()[i], v)
					break
				}
			}
		}
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Networks have as many parameters as the library's, of each generation.
func TestLucidrainsSizes(t *testing.T) {
	for _, c := range []struct {
		dim, channels int
		mults         []int
		want          [4]int // 2.x, 1.9, 1.5, 0.27
	}{
		{64, 3, []int{1, 2, 4, 8}, [4]int{35_711_491, 35_719_555, 35_711_107, 36_251_779}},
		{32, 1, []int{1, 2, 4, 8}, [4]int{9_196_161, 9_200_193, 9_191_361, 9_326_529}},
		{128, 3, []int{1, 2, 2, 2}, [4]int{28_537_347, 28_545_283, 28_536_579, 29_912_835}},
	} {
		for i, change := range []func(*configs.Lucidrains){
			func(*configs.Lucidrains) {},
			func(l *configs.Lucidrains) { l.BlockNorm = "group" },
			func(l *configs.Lucidrains) {
				l.BlockNorm, l.AttnNorm, l.NumMemKV, l.FullAttn = "group", "layer", 0, []bool{false, false, false, false}
			},
			func(l *configs.Lucidrains) {
				l.BlockNorm, l.AttnNorm, l.NumMemKV, l.FullAttn, l.Downsample = "group", "layer", 0, []bool{false, false, false, false}, "conv"
			},
		} {
			l := configs.DefaultLucidrains()
			l.Dim, l.DimMults = c.dim, c.mults
			change(&l)
			n := 0
			for _, p := range lucidPieces(l, c.channels, false) {
				n += dims.Count(p.shape)
			}
			if n != c.want[i] {
				t.Errorf("dim %d, generation %d: %d parameters, want %d", c.dim, i, n, c.want[i])
			}
		}
	}
}

// What names do not tell follows from the version.
func TestLucidrainsVersions(t *testing.T) {
	base := configs.DefaultLucidrains()
	base.BlockNorm, base.NumMemKV, base.FullAttn = "group", 0, []bool{false, false, false, false}
	for _, c := range []struct {
		version   string
		down      string
		norm      string
		divide    bool
		scale     float64
		standard  string
		noteworth bool
	}{
		{"1.7.4", "unshuffle", "rms", false, 0, "none", false},
		{"1.7.3", "unshuffle", "rms", true, 0, "none", false},
		{"1.7.2", "unshuffle", "rms", true, 0, "none", false},
		{"1.7.1", "unshuffle", "rms", true, 0, "floor", false},
		{"1.7.0", "unshuffle", "rms", true, 0, "added", false},
		{"1.6.4", "unshuffle", "layer", true, 0, "added", false},
		{"0.1.7", "unshuffle", "layer", true, 0, "added", false},
		{"", "unshuffle", "layer", true, 0, "added", true},
		{"", "conv", "layer", true, 10, "added", true},
		{"0.28.0", "conv", "layer", true, 0, "added", false},
		{"0.27.12", "conv", "layer", true, 10, "added", false},
		{"0.27.3", "conv", "layer", true, 10, "added", false},
		{"0.27.2", "conv", "layer", true, 16, "none", false},
		{"0.26.3", "conv", "layer", false, 16, "none", false},
		{"0.25.0", "conv", "layer", false, 0, "none", false},
	} {
		v := version{}
		if c.version != "" {
			var err error
			if v, err = parseVersion(c.version); err != nil {
				t.Fatal(err)
			}
		}
		l := base.Clone()
		l.Downsample = c.down
		there := map[string]weights.Key{}
		for _, p := range lucidPieces(l, 3, true) {
			there[p.file.Name] = p.file
		}
		n, wrapped, err := inferLucidrains(there, v, 0)
		if err != nil {
			t.Fatal(err)
		}
		l.AttnNorm, l.DivideValues, l.UnitScale, l.Standardize = c.norm, c.divide, c.scale, c.standard
		if !reflect.DeepEqual(*n.lucid, l) || !wrapped || slices.ContainsFunc(n.notes, func(s string) bool { return strings.Contains(s, "version") }) != c.noteworth {
			t.Errorf("%s %s: %+v %v %q, want %+v", c.version, c.down, *n.lucid, wrapped, n.notes, l)
		}
	}
	for _, text := range []string{"2", "a.b.c", "1.2.3.4", "-1.0.0", "\x1b", "99999999999.0.0"} {
		if v, err := parseVersion(text); err == nil && text != "2" {
			t.Errorf("%q is version %v", text, v)
		} else if err != nil {
			oneLine(t, text, err, "version")
		}
	}
}

// The weights of the loss tell the target, clamped or not.
func TestRecogniseTarget(t *testing.T) {
	s, err := sched.Cosine(200)
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{"epsilon", "x0", "v"} {
		for _, gamma := range []float64{math.Inf(1), 5, 2} {
			w := make([]float64, s.T)
			for i, snr := range s.SNR {
				w[i] = float64(float32(map[string]float64{"epsilon": min(snr, gamma) / snr, "x0": min(snr, gamma), "v": min(snr, gamma) / (snr + 1)}[target]))
			}
			if got, g := recogniseTarget(w, s); got != target || math.Abs(g-gamma) > 1e-3*gamma {
				t.Errorf("%s with γ = %v: %s with %v", target, gamma, got, g)
			}
		}
	}
	if got, _ := recogniseTarget(slices.Repeat([]float64{2}, s.T), s); got != "" {
		t.Errorf("2 everywhere is that of %s", got)
	}
}

// What is no network of the library, or one that is not supported, is refused.
func TestLucidrainsIsRefused(t *testing.T) {
	l := configs.DefaultLucidrains()
	l.Dim, l.DimMults, l.FullAttn = 8, []int{1, 2}, []bool{false, true}
	for want, change := range map[string]func(map[string][]int){
		"time_mlp.0.weights":                       func(s map[string][]int) { s["model.model.time_mlp.0.weights"] = []int{4} },
		"before 0.27":                              func(s map[string][]int) { s["model.model.mid_attn.fn.norm.b"] = []int{1, 16, 1, 1} },
		"self-conditioning":                        func(s map[string][]int) { s["model.model.init_conv.weight"] = []int{8, 6, 7, 7} },
		"final_conv.weight":                        func(s map[string][]int) { s["model.model.final_conv.weight"] = []int{5, 8, 1, 1} },
		"for images":                               func(s map[string][]int) { s["model.model.init_conv.weight"] = []int{8, 3, 7} },
		"missing: ups.1.0.mlp.1.weight":            func(s map[string][]int) { delete(s, "model.model.ups.1.0.mlp.1.weight") },
		"1 unexpected: other":                      func(s map[string][]int) { s["model.model.other"] = []int{1} },
		"of another shape: model.model.time_mlp.3": func(s map[string][]int) { s["model.model.time_mlp.3.weight"] = []int{1, 1} },
		"betas has shape":                          func(s map[string][]int) { s["model.betas"] = []int{3, 3} },
		"betas: ":                                  func(s map[string][]int) { s["model.betas"] = []int{300} },
		"no multiple of dim":                       func(s map[string][]int) { s["model.model.downs.0.3.1.weight"] = []int{9, 32, 1, 1} },
		"dim_mults":                                func(s map[string][]int) { s["model.model.downs.0.3.1.weight"] = []int{1 << 20, 1, 1, 1} },
	} {
		shapes := map[string][]int{}
		for _, p := range lucidPieces(l, 3, false) {
			shapes["model.model."+p.name] = p.shape
		}
		change(shapes)
		hostile.Withstands(t, true, func() error {
			_, err := Open(torchFile(t, "model-1.pt", shapes), Options{Size: []int{8, 8}})
			oneLine(t, want, err, want)
			return err
		})
	}
}

// What a file does not tell is told; what it tells may be said, but not otherwise.
func TestLucidrainsTold(t *testing.T) {
	const bare, old = "lucid-variants/model-1.pt", "lucid-0.27.12/model-1.pt"
	for _, c := range []struct {
		file   string
		told   LucidrainsTold
		target string
		steps  int
		kind   string
		change func(*configs.Lucidrains)
	}{
		{bare, LucidrainsTold{}, "v", 1000, "custom", nil},
		{bare, LucidrainsTold{Version: "1.5.8"}, "epsilon", 1000, "custom", nil},
		{bare, LucidrainsTold{Objective: "pred_x0", BetaSchedule: "linear", Timesteps: 50, AttnDimHead: 5}, "x0", 50, "linear", nil},
		{bare, LucidrainsTold{BetaSchedule: "cosine"}, "v", 1000, "cosine", nil},
		{old, LucidrainsTold{}, "epsilon", 1000, "cosine", nil},
		{old, LucidrainsTold{Objective: "pred_x0"}, "x0", 1000, "cosine", nil},
		{old, LucidrainsTold{AttnDimHead: 16}, "epsilon", 1000, "cosine", func(l *configs.Lucidrains) { l.AttnDimHead, l.AttnHeads = 16, 8 }},
		{old, LucidrainsTold{Version: "0.30.0"}, "epsilon", 1000, "cosine", func(l *configs.Lucidrains) { l.UnitScale = 0 }},
		{old, LucidrainsTold{Version: "0.27.0"}, "epsilon", 1000, "cosine", func(l *configs.Lucidrains) { l.UnitScale, l.Standardize = 16, "none" }},
		{"lucid-2.3.1/model-1.pt", LucidrainsTold{Version: "2.3.1", Objective: "pred_v", AttnDimHead: 8}, "v", 1000, "custom", nil},
	} {
		m := open(t, fixture{name: c.file, options: Options{Size: []int{8, 8}, Lucidrains: c.told}})
		want := open(t, fixture{name: c.file, options: Options{Size: []int{8, 8}}}).Network.Lucidrains.Clone()
		if c.change != nil {
			c.change(&want)
		}
		if m.Objective.Target != c.target || m.Schedule.Steps != c.steps || m.Schedule.Kind != c.kind || !reflect.DeepEqual(m.Network.Lucidrains, want) {
			t.Errorf("%s, %+v: %s, %s with %d levels, %+v, want %+v", c.file, c.told, m.Objective.Target, m.Schedule.Kind, m.Schedule.Steps, m.Network.Lucidrains, want)
		}
	}
	for want, c := range map[string]struct {
		file string
		told LucidrainsTold
	}{
		"the file says that it is of version": {"lucid-2.3.1/model-1.pt", LucidrainsTold{Version: "1.5.8"}},
		"are those of pred_v":                 {"lucid-2.3.1/model-1.pt", LucidrainsTold{Objective: "pred_noise"}},
		"mid_attn.mem_kv has 8":               {"lucid-2.3.1/model-1.pt", LucidrainsTold{AttnDimHead: 32}},
		"the file has its schedule":           {"lucid-2.3.1/model-1.pt", LucidrainsTold{Timesteps: 1000}},
		"attn_dim_head=7":                     {old, LucidrainsTold{AttnDimHead: 7}},
		"timesteps=100001: want at most":      {bare, LucidrainsTold{Timesteps: 100_001}},
		"beta_schedule=x: want":               {bare, LucidrainsTold{BetaSchedule: "x"}},
		"timesteps, attn_dim_head: -1":        {bare, LucidrainsTold{Timesteps: -1}},
	} {
		_, err := Open(filepath.Join("testdata", c.file), Options{Size: []int{8, 8}, Lucidrains: c.told})
		oneLine(t, want, err, want)
	}
}
