package weights

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// network of three tensors, all of one value.
var netShapes = map[string][]int{"conv.weight": {2, 1, 3}, "conv.bias": {2}, "norm.running_mean": {2}}

func netOf(value float32, prefix string, without ...string) TorchDict {
	var d TorchDict
	for _, name := range []string{"conv.weight", "conv.bias", "norm.running_mean"} {
		if slices.Contains(without, name) {
			continue
		}
		n := 1
		for _, s := range netShapes[name] {
			n *= s
		}
		d = append(d, TorchItem{prefix + name, FromFloat32(name, netShapes[name], slices.Repeat([]float32{value}, n))})
	}
	return d
}

func adamOf() TorchDict {
	moments := TorchDict{{"exp_avg", FromFloat32("", []int{2}, []float32{5, 5})}, {"step", FromFloat32("", nil, []float32{5})}}
	return TorchDict{{"state", TorchDict{{"0", moments}, {"1", moments}}}}
}

// One layout a common trainer: the network is 1 everywhere, its average 2, and
// what is not to be taken something else.
func TestChoose(t *testing.T) {
	tables := TorchDict{{"betas", FromFloat32("", []int{1}, []float32{9})}, {"p2_weight", FromFloat32("", []int{1}, []float32{9})}}
	for name, c := range map[string]struct {
		file    TorchDict
		average bool
		prefix  string // in front of the network's names
		note    string
	}{
		"state dict":                       {netOf(1, ""), false, "", ""},
		"data parallel":                    {netOf(1, "module."), false, "module.", ""},
		"one container":                    {TorchDict{{"model", netOf(1, "")}, {"epoch", 3}}, false, "model.", ""},
		"optimizer":                        {TorchDict{{"model", netOf(1, "")}, {"optimizer", adamOf()}, {"epoch", 3}}, false, "", "optimizer (4)"},
		"model_state_dict":                 {TorchDict{{"epoch", 3}, {"model_state_dict", netOf(1, "module.")}, {"optimizer_state_dict", adamOf()}, {"head", netOf(9, "")}}, false, "module.", "head (3)"},
		"another key":                      {TorchDict{{"unet", netOf(1, "")}, {"opt", adamOf()}}, false, "", "opt (4)"},
		"beside":                           {append(netOf(1, ""), TorchItem{"optimizer", adamOf()}), false, "", "optimizer (4)"},
		"Lightning":                        {TorchDict{{"state_dict", netOf(1, "model.")}, {"optimizer_states", TorchDict{{"0", adamOf()}}}, {"callbacks", TorchDict{}}}, false, "", "optimizer_states (4)"},
		"Lightning, a loss":                {TorchDict{{"state_dict", append(netOf(1, "model."), netOf(9, "teacher.")...)}}, false, "", "state_dict (3)"},
		"Lightning, average in the module": {TorchDict{{"state_dict", append(netOf(1, "model."), netOf(2, "model_ema.")...)}}, true, "", ""},
		"Lightning, average in a callback": {TorchDict{{"state_dict", netOf(1, "model.")}, {"callbacks", TorchDict{{"EMACallback", TorchDict{{"ema_state_dict", netOf(2, "model.")}}}}}}, true, "", ""},
		"Lightning, its averaging": {TorchDict{{"state_dict", netOf(2, "model.")}, {"current_model_state", netOf(1, "model.")},
			{"averaging_state", TorchDict{{"n_averaged", FromFloat32("", nil, []float32{4})}}}}, true, "", "averaging_state (1)"},
		"average":          {TorchDict{{"model", netOf(1, "")}, {"ema", netOf(2, "")}}, true, "", "averaged weights are those under ema."},
		"average, wrapped": {TorchDict{{"model", netOf(1, "module.")}, {"model_ema", netOf(2, "")}, {"optimizer", adamOf()}}, true, "module.", ""},
		"diffusion": {TorchDict{{"step", 3}, {"model", append(netOf(1, "model."), tables...)}, {"opt", adamOf()},
			{"ema", append(append(netOf(9, "online_model.model."), netOf(2, "ema_model.model.")...), TorchItem{"step", FromFloat32("", []int{1}, []float32{3})})}},
			true, "", "averaged weights are those under ema.ema_model.model."},
		"statistics not averaged": {TorchDict{{"model", netOf(1, "")}, {"ema", netOf(2, "", "norm.running_mean")}}, true, "", ""},
		"incomplete average":      {TorchDict{{"model", netOf(1, "")}, {"ema", netOf(2, "", "conv.bias")}}, false, "", "lack 1 of the network's tensors"},
		"average alone":           {TorchDict{{"ema", netOf(1, "")}}, false, "ema.", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := WriteTorch(&b, c.file); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "x.pt")
			if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			contents, err := ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Choose(contents)
			if err != nil {
				t.Fatal(err)
			}
			check := func(what string, arrays []Array, want float32) {
				if len(arrays) != 3 {
					t.Errorf("%s: %d tensors", what, len(arrays))
				}
				for name, shape := range netShapes {
					a, ok := Find(arrays, c.prefix+name)
					expect := want
					if strings.HasPrefix(name, "norm") && strings.Contains(t.Name(), "statistics_not") {
						expect = 1
					}
					if !ok || !slices.Equal(a.Shape, shape) || slices.ContainsFunc(a.Float32(), func(v float32) bool { return v != expect }) {
						t.Errorf("%s: %s is %v %v, want %v", what, c.prefix+name, a.Shape, a.Float32(), expect)
					}
				}
			}
			check("network", got.Weights, 1)
			if (got.Average != nil) != c.average {
				t.Errorf("an average: %v, want %v", got.Average != nil, c.average)
			}
			if c.average {
				check("average", got.Average, 2)
			}
			if notes := strings.Join(got.Notes, "; "); !strings.Contains(notes, c.note) || c.note == "" && strings.Contains(notes, "left aside") && !c.average {
				t.Errorf("notes %q, want %q", notes, c.note)
			}
		})
	}
}

// What has no decoder is refused where it is needed, by its name, and else not.
func TestChooseUnread(t *testing.T) {
	complexOf := strings.Replace(tensor("0", num(1), num(0), num(1), num(1)), "FloatStorage", "ComplexFloatStorage", 1)
	float8 := global("torch._utils", "_rebuild_tensor_v3") + "((" + str("storage") + global("torch.storage", "UntypedStorage") + str("0") + str("cpu") +
		num(1) + "tQ" + num(0) + "(" + num(1) + "t(" + num(1) + "t\x89N" + global("torch", "float8_e4m3fn") + "NtR"
	good := strings.Replace(tensor("1", num(1), num(0), num(1), num(1)), "0", "0", 1)
	for name, c := range map[string]struct{ pickle, want string }{
		"complex":                  {"}(" + str("w") + complexOf + "u.", "tensor w: element type complex64 is not supported"},
		"float8":                   {"}(" + str("w") + float8 + "u.", "tensor w: element type float8_e4m3fn is not supported"},
		"complex in the optimizer": {"}(" + str("w") + good + str("optimizer") + "}(" + str("m") + complexOf + "uu.", ""},
	} {
		file := torchOf(t, c.pickle, "12345678", "1234")
		got, err := ReadTorch(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		choice, err := Choose(&Contents{Arrays: got.Arrays, Unread: got.Unread})
		if c.want != "" && (err == nil || err.Error() != c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
		if c.want == "" && (err != nil || len(choice.Weights) != 1) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Text beside weights, as numpy.savez writes it.
	path := filepath.Join(t.TempDir(), "x.npz")
	file := archiveOf(t, entry{name: "w.npy", data: npyOf("'<f4'", "(1,)", "1234")}, entry{name: "note.npy", data: npyOf("'<U3'", "()", "a\x00\x00\x00b\x00\x00\x00c\x00\x00\x00")})
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	contents, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Choose(contents)
	if err != nil || len(got.Weights) != 1 || len(got.Notes) != 1 || !strings.Contains(got.Notes[0], "note (1)") {
		t.Errorf("%+v: %v", got, err)
	}
}

// A rule of a key map leaves tensors out for good.
func TestDrop(t *testing.T) {
	m, err := ParseKeyMap([]byte("- {match: '^net\\.'}\n- {match: '^(opt|bias)', drop: true}\n"))
	if err != nil {
		t.Fatal(err)
	}
	source := []Key{{Name: "net.w", Shape: []int{1}}, {Name: "opt.0"}, {Name: "net.bias"}}
	r := Compare(source, []Key{{Name: "w", Shape: []int{1}}}, m)
	if err := r.Strict(); err != nil {
		t.Error(err)
	}
	if got, want := r.Summary(), "0 matched, 1 renamed, 0 shape mismatch, 0 missing, 0 unused, 2 dropped"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if _, err := ParseKeyMap([]byte("- {match: a, replace: b, drop: true}")); err == nil {
		t.Error("a rule both renames and leaves out")
	}
}
