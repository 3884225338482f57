package weights

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
)

func TestReadTorch(t *testing.T) {
	for _, file := range []string{"torch_zip.pt", "torch_protocol4.pt", "torch_legacy.pt"} {
		t.Run(file, func(t *testing.T) {
			got, err := ReadTorchFile(filepath.Join("testdata", file))
			if err != nil {
				t.Fatal(err)
			}
			compare(t, got.Arrays, expected(t, "torch"))
			for name, want := range map[string]struct {
				dtype DType
				shape []int
			}{
				"model.half": {Float16, []int{11}}, "model.bfloat16": {BFloat16, []int{6}}, "model.long": {Int64, []int{2}},
				"model.transposed": {Float32, []int{8, 6}}, "model.window": {Float32, []int{4, 3}},
				"model.channels_last": {Float32, []int{2, 3, 4, 5}}, "model.scalar": {Float32, nil},
			} {
				if a, ok := Find(got.Arrays, name); !ok || a.DType != want.dtype || !slices.Equal(a.Shape, want.shape) {
					t.Errorf("%s: %v %v, want %v", name, a.DType, a.Shape, want)
				}
			}
			for name, want := range map[string]any{
				"epoch": 12, "val_loss": 0.25, "name": "fixture", "flag": true, "tuple.0": 1, "tuple.1": 2.5,
			} {
				if got.Scalars[name] != want {
					t.Errorf("%s = %v, want %v", name, got.Scalars[name], want)
				}
			}
			if len(got.Scalars) != 6 {
				t.Errorf("scalars %v, want 6", got.Scalars)
			}
		})
	}
}

func TestForeignGlobalsAreRefused(t *testing.T) {
	for file, want := range map[string]string{
		"attack_protocol2.pt": `"posix.system"`,
		"attack_protocol4.pt": `"posix.system"`,
		"attack_legacy.pt":    `"posix.system"`,
		"whole_module.pt":     `"torch.nn.modules.linear.Linear"`,
		"torchscript.pt":      "TorchScript",
	} {
		refuses(t, want, func() error {
			_, err := ReadTorchFile(filepath.Join("testdata", file))
			return err
		})
	}
	if _, err := os.Stat("/tmp/condmean-was-here"); err == nil {
		t.Fatal("the attack was executed")
	}
}

// opcodes of a pickle by hand
func global(module, name string) string { return "c" + module + "\n" + name + "\n" }
func str(s string) string {
	return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s
}
func num(n int) string {
	return "J" + string(binary.LittleEndian.AppendUint32(nil, uint32(int32(n))))
}

func long(n int64) string {
	return "\x8a\x08" + string(binary.LittleEndian.AppendUint64(nil, uint64(n)))
}

func tensor(key, count, offset, shape, strides string) string {
	return global("torch._utils", "_rebuild_tensor_v2") + "((" + str("storage") + global("torch", "FloatStorage") +
		str(key) + str("cpu") + count + "tQ" + offset + "(" + shape + "t(" + strides + "t\x89NtR"
}

// torchOf wraps a pickle and storages "0", "1", … into a PyTorch archive.
func torchOf(t testing.TB, pickle string, storages ...string) []byte {
	entries := []entry{{name: "m/data.pkl", data: pickle}}
	for i, s := range storages {
		entries = append(entries, entry{name: fmt.Sprintf("m/data/%d", i), data: s})
	}
	return archiveOf(t, entries...)
}

// laughs is a dictionary in a dictionary …, each holding the former twice.
func laughs(depth int) string {
	s := "}" + "r\x00\x00\x00\x00"
	for i := range depth {
		get := "j" + string(binary.LittleEndian.AppendUint32(nil, uint32(i)))
		s += "}(" + str("a") + get + str("b") + get + "ur" + string(binary.LittleEndian.AppendUint32(nil, uint32(i+1)))
	}
	return s + "."
}

func TestHostileTorch(t *testing.T) {
	four := strings.Repeat("\x00", 16)
	wrap := func(p string) string { return "}" + str("w") + p + "s." }
	whole, err := os.ReadFile("testdata/torch_zip.pt")
	if err != nil {
		t.Fatal(err)
	}
	legacy, err := os.ReadFile("testdata/torch_legacy.pt")
	if err != nil {
		t.Fatal(err)
	}
	good := tensor("0", num(4), num(0), num(2)+num(2), num(2)+num(1))
	file := torchOf(t, wrap(good), four)
	if got, err := ReadTorch(bytes.NewReader(file), int64(len(file))); err != nil || len(got.Arrays) != 1 {
		t.Fatalf("the file that the others are spoiled copies of: %v", err)
	}
	many := "}("
	for i := range 200 {
		many += str(fmt.Sprint(i)) + tensor("0", num(4), num(0), num(1<<20), num(0))
	}
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"empty":             {nil, "too short"},
		"text":              {[]byte("hello world"), "neither"},
		"truncated":         {whole[:len(whole)/2], "zip archive"},
		"truncated legacy":  {legacy[:len(legacy)-20], "truncated"},
		"half legacy":       {legacy[:200], "truncated"},
		"no index":          {archiveOf(t, entry{name: "m/other", data: "x"}), "data.pkl"},
		"climbing entry":    {archiveOf(t, entry{name: "../data.pkl", data: "}."}), "inside"},
		"compressed":        {archiveOf(t, entry{name: "m/data.pkl", data: "}.", method: 8}), "compressed"},
		"big-endian":        {archiveOf(t, entry{name: "m/byteorder", data: "big"}, entry{name: "m/data.pkl", data: "}."}), "byte order"},
		"bare tensor":       {torchOf(t, good+".", four), "bare tensor"},
		"os.system":         {torchOf(t, global("os", "system")+"("+str("x")+"tR."), `"os.system"`},
		"eval":              {torchOf(t, str("builtins")+str("eval")+"\x93("+str("1")+"tR."), `"builtins.eval"`},
		"getattr":           {torchOf(t, wrap(global("builtins", "getattr"))), `"builtins.getattr"`},
		"old instance":      {torchOf(t, "(ios\nsystem\n."), "opcode 0x69"},
		"extension":         {torchOf(t, "\x82\x01."), "opcode 0x82"},
		"opcode 255":        {torchOf(t, "\xff."), "opcode 0xff"},
		"no stop":           {torchOf(t, "}"), "truncated"},
		"long string":       {torchOf(t, "X\xff\xff\xff\xffab."), "truncated"},
		"long bytes":        {torchOf(t, "\x8e\xff\xff\xff\xff\xff\xff\xff\xffab."), "truncated"},
		"long frame":        {torchOf(t, "\x95\xff\xff\xff\xff\xff\xff\xff\x7f}."), "truncated"},
		"long integer":      {torchOf(t, "\x8b\x00\x01\x01\x00"+strings.Repeat("\x01", 65792)+"."), "integer"},
		"empty integer":     {torchOf(t, "\x8a\x00."), "integer"},
		"long decimal":      {torchOf(t, "L"+strings.Repeat("9", 1000)+"\n."), "integer"},
		"deep marks":        {torchOf(t, strings.Repeat("(", 5000)+"."), "deep"},
		"many objects":      {torchOf(t, strings.Repeat("}0", 1<<20+1)+"}."), "too many"},
		"odd dictionary":    {torchOf(t, "}("+str("a")+"u."), "malformed"},
		"bytes as key":      {torchOf(t, global("collections", "OrderedDict")+")R(C\x01aNu."), "malformed"},
		"pop nothing":       {torchOf(t, "0."), "malformed"},
		"call a string":     {torchOf(t, str("x")+")R."), "malformed"},
		"billion laughs":    {torchOf(t, laughs(50)), "beyond reason"},
		"endless loop":      {torchOf(t, "}q\x00("+str("a")+"h\x00u."), "beyond reason"},
		"missing storage":   {torchOf(t, wrap(good)), "missing"},
		"short storage":     {torchOf(t, wrap(good), "1234"), "4 bytes"},
		"climbing key":      {torchOf(t, wrap(tensor("../../x", num(4), num(0), num(4), num(1))), four), "missing"},
		"beyond storage":    {torchOf(t, wrap(tensor("0", num(4), num(1), num(2)+num(2), num(2)+num(1))), four), "tensor w: a tensor of shape"},
		"huge stride":       {torchOf(t, wrap(tensor("0", num(4), num(0), num(2), long(1<<62))), four), "tensor w: a tensor of shape"},
		"huge offset":       {torchOf(t, wrap(tensor("0", num(4), long(1<<62), num(1), num(1))), four), "tensor w: a tensor of shape"},
		"negative stride":   {torchOf(t, wrap(tensor("0", num(4), num(0), num(2), num(-1))), four), "tensor w: a tensor of shape"},
		"negative offset":   {torchOf(t, wrap(tensor("0", num(4), num(-1), num(2), num(1))), four), "tensor w: malformed tensor"},
		"huge shape":        {torchOf(t, wrap(tensor("0", num(4), num(0), long(1<<40)+long(1<<40), num(0)+num(0))), four), "tensor w: shape [1099511627776 1099511627776] is too large"},
		"huge storage":      {torchOf(t, wrap(tensor("0", long(1<<61+4), num(0), num(4), num(1))), four), "malformed reference"},
		"negative storage":  {torchOf(t, wrap(tensor("0", num(-4), num(0), num(4), num(1))), four), "malformed reference"},
		"expanded":          {torchOf(t, wrap(tensor("0", num(4), num(0), num(1<<30), num(0))), four), "tensor w: with it the tensors expand"},
		"expanded together": {torchOf(t, many+"u.", four), "expand"},
		"two sizes": {torchOf(t, "}("+str("a")+good+str("b")+tensor("0", num(3), num(0), num(3), num(1))+"u.", four),
			"declared twice"},
		"same name": {torchOf(t, "}("+str("a")+good+str("a")+good+"u.", four), "two arrays"},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			refuses(t, c.want, func() error {
				_, err := ReadTorch(bytes.NewReader(c.file), int64(len(c.file)))
				return err
			})
			runtime.ReadMemStats(&after)
			if got, limit := after.TotalAlloc-before.TotalAlloc, uint64(4<<20+600*len(c.file)+(maxNodes*200)); got > limit {
				t.Errorf("took %d bytes to refuse a file of %d", got, len(c.file))
			}
		})
	}
}

// torchDir holds the reference run folders.
const torchDir = "../../model/testdata/torch"

func TestReadAuthors(t *testing.T) {
	b, err := os.ReadFile("testdata/digests.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]struct {
		Tensors int
		SHA256  string
	}
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	for name, w := range want {
		a, err := ReadAuthors(filepath.Join(torchDir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		slices.SortFunc(a.Weights, func(x, y Array) int { return strings.Compare(x.Name, y.Name) })
		h := sha256.New()
		for _, x := range a.Weights {
			fmt.Fprintf(h, "%s %v\n", x.Name, x.Shape)
			h.Write(FromFloat32(x.Name, x.Shape, x.Float32()).bytes())
		}
		if got := hex.EncodeToString(h.Sum(nil)); len(a.Weights) != w.Tensors || got != w.SHA256 {
			t.Errorf("%s: %d tensors with digest %s, want %v", name, len(a.Weights), got, w)
		}
	}

	a, err := ReadAuthors(filepath.Join(torchDir, "unet2d_mnist"))
	if err != nil {
		t.Fatal(err)
	}
	settings := struct {
		shape     []int
		complex   bool
		model     configs.Model
		objective configs.Objective
	}{a.Shape, a.Complex, a.Model, a.Objective}
	wanted := settings
	wanted.shape, wanted.complex = []int{1, 28, 28}, false
	wanted.model = configs.Model{Kind: "unet", Channels: 8, Multipliers: []int{1, 2, 4}, Blocks: 2, Norm: "batch"}
	wanted.objective = configs.Objective{Target: "epsilon", Loss: "mse", Weighting: "none"}
	if !reflect.DeepEqual(settings, wanted) {
		t.Errorf("settings\n%+v, want\n%+v", settings, wanted)
	}
	if s := a.Schedule; s.Kind != "linear" || s.Steps != 20 || s.BetaStart != 9.999000099991662e-05 || s.BetaEnd != 0.45 {
		t.Errorf("schedule %+v", s)
	}
	betas, ok := Find(a.Buffers, "betas")
	if !ok || betas.Len() != 20 || betas.Float32()[19] != 0.45 {
		t.Errorf("buffer betas: %v", betas)
	}
	if a.Scalars["epoch"] != 8 || a.Scalars["val_loss"] != 0.5 {
		t.Errorf("scalars %v", a.Scalars)
	}
}

func TestAuthorsChoosesTheBest(t *testing.T) {
	pt := func(loss string) []byte {
		p := "}" + str("val_loss") + "F" + loss + "\ns"
		if loss == "" {
			p = "}"
		}
		return torchOf(t, p+".")
	}
	for want, files := range map[string]map[string][]byte{
		"model-3.pt":  {"model-3.pt": pt("0.1"), "model-20.pt": pt("0.2"), "model-100.pt": pt("0.3")},
		"model-20.pt": {"model-3.pt": pt("0.1"), "model-20.pt": pt("0.1")},
		"model-10.pt": {"model-9.pt": pt("0.1"), "model-10.pt": pt("")},
		"other.pt":    {"other.pt": pt("0.1"), "notes.txt": nil},
	} {
		dir := t.TempDir()
		for name, b := range files {
			if err := os.WriteFile(filepath.Join(dir, name), b, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		got, err := chooseModel(dir)
		if err != nil || filepath.Base(got) != want {
			t.Errorf("chose %s (%v), want %s", got, err, want)
		}
	}
}

func TestAuthorsRefusals(t *testing.T) {
	good, err := os.ReadFile(filepath.Join(torchDir, "unet1d_gmm", "sim_params.json"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ old, new, want string }{
		"not JSON":  {"{", "[", "sim_params.json"},
		"schedule":  {`"linear"`, `"spiral"`, `which_schedule: "spiral"`},
		"objective": {`"pred_noise"`, `"pred_moon"`, "pred_moon"},
		"kernel":    {`"kernel_size": 3`, `"kernel_size": 5`, "kernel_size: 5"},
		"mode":      {`"mode": "1D",` + "\n  \"ch_mult", `"mode": "2D",` + "\n  \"ch_mult", "unet_dict.mode"},
		"channels":  {`"ch_data": 1`, `"ch_data": 2`, "ch_data 2"},
		"no models": {"", "", "train_models"},
	} {
		dir := t.TempDir()
		b := bytes.Replace(good, []byte(c.old), []byte(c.new), 1)
		if c.old != "" && bytes.Equal(b, good) {
			t.Fatalf("%s: nothing replaced", name)
		}
		if err := os.WriteFile(filepath.Join(dir, "sim_params.json"), b, 0o666); err != nil {
			t.Fatal(err)
		}
		refuses(t, c.want, func() error {
			_, err := ReadAuthors(dir)
			return err
		})
	}
	if IsAuthors(t.TempDir()) || !IsAuthors(filepath.Join(torchDir, "unet1d_gmm")) {
		t.Error("IsAuthors errs")
	}
}

func FuzzReadTorch(f *testing.F) {
	err := filepath.WalkDir("testdata", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".pt" {
			return err
		}
		b, err := os.ReadFile(path)
		f.Add(b)
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := ReadTorch(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		for _, a := range got.Arrays {
			if len(a.Float32()) != a.Len() {
				t.Errorf("%s: %d elements for shape %v", a.Name, len(a.Float32()), a.Shape)
			}
		}
	})
}

// FuzzPickle goes past the archive's checksums.
func FuzzPickle(f *testing.F) {
	f.Add([]byte("}" + str("w") + tensor("0", num(4), num(0), num(2)+num(2), num(2)+num(1)) + "s."))
	f.Add([]byte(laughs(5)))
	f.Add([]byte("\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00}\x94K\x01."))
	f.Add([]byte(global("collections", "OrderedDict") + ")R(" + str("a") + num(1) + "u}b."))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, _, err := loadPickle(b, make(storages).resolve)
		if err != nil {
			return
		}
		var l leaves
		if err := l.collect(v); err != nil {
			return
		}
		for _, x := range l.tensors {
			s := x.view.storage
			if s.count > 1<<16 {
				return
			}
			if n, err := elements(x.view.shape); err != nil || n > 1<<16 {
				return
			}
			s.data = make([]byte, s.count*s.dtype.Size())
			x.view.array(x.name, x.view.storage.data)
		}
	})
}

// PyTorch keeps the sign of some views, such as imag of a conjugate, beside the
// storage: without it every number would be the wrong one.
func TestNegatedTensor(t *testing.T) {
	four := strings.Repeat("\x00", 16)
	for metadata, refused := range map[string]bool{
		"}" + str("neg") + "\x88s": true,
		"}" + str("neg") + "\x89s": false,
		"}":                        false,
		"N":                        false,
		"}" + str("other") + "Ns":  false,
	} {
		plain := tensor("0", num(4), num(0), num(4), num(1))
		file := torchOf(t, "}"+str("w")+strings.TrimSuffix(plain, "tR")+metadata+"tRs.", four)
		got, err := ReadTorch(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		_, err = Choose(&Contents{Arrays: got.Arrays, Unread: got.Unread})
		switch {
		case refused && (err == nil || !strings.HasPrefix(err.Error(), "tensor w: its sign is kept apart")):
			t.Errorf("metadata %q: %v, want a refusal", metadata, err)
		case !refused && err != nil:
			t.Errorf("metadata %q: %v", metadata, err)
		}
	}
}
