package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/atomicfile"
	"github.com/condmean/condmean/internal/hostile"
	"github.com/condmean/condmean/model"
)

// hostileConfigs are settings that no network has, as YAML.
func hostileConfigs() map[string]string {
	long := strings.Repeat("x", 100_000)
	c := map[string]string{"empty": "", "not YAML": "a: [b", "list": "[]", "documents": "seed: 1\n---\nseed: 2", "large": strings.Repeat("#", 2<<20), "deep": strings.Repeat("[", 100_000),
		"merge itself": "model: &a {<<: *a}", "no key": long, "long key": long + ": 1", "control": "\"\\e[2J\": 1", "many keys": strings.Repeat("a: 1\n", 50_000)}
	for i, v := range []string{
		"model: {blocks: 10000000}", "model: {blocks: 0}", "model: {blocks: -1}", "model: {channels: 0}", "model: {channels: 1000000000}", "model: {channels: 7}", "model: {channels: 4e18}",
		"model: {multipliers: []}", "model: {multipliers: [0]}", "model: {multipliers: [-1]}", "model: {multipliers: [1, 4611686018427387904]}", "model: {dropout: .nan}", "model: {dropout: 1}",
		"model: {norm: none}", "model: {kind: vit}", "model: {kind: ''}", "model: {kind: " + long + "}", "model: {channels: 12, norm: group}", "model: {kind: cnn, cnn: {pre: []}}", "model: {kind: cnn, cnn: {pre: [0]}}",
		"model: {kind: cnn, cnn: {time_layers: 1000000000}}", "model: {kind: cnn, cnn: {embedding: 3}}", "schedule: {steps: 100000000}", "schedule: {steps: 0}", "schedule: {steps: 1}",
		"schedule: {beta_start: .nan}", "schedule: {beta_end: .inf}", "schedule: {beta_end: 2}", "schedule: {beta_start: 0.9, beta_end: 0.1}", "schedule: {kind: none}", "schedule: {snr_max_db: 30}",
		"schedule: {snr_max_db: .inf, snr_min_db: 0}", "schedule: {snr_max_db: 1e300, snr_min_db: -1e300}", "objective: {target: all}", "objective: {loss: none}", "objective: {weighting: paper, target: v}",
		"adapt: {levels: {kind: linear, steps: 1000000000}}", "adapt: {lora: {rank: -1}}", "adapt: {freeze: ['(']}", "data: {noise: pink}", "data: 3", "model: [1]",
	} {
		c[fmt.Sprintf("%d, %.40s", i, v)] = v
	}
	c["many multipliers"] = "model: {multipliers: [1" + strings.Repeat(", 1", 100) + "]}"
	c["far too many multipliers"] = "model: {multipliers: [1" + strings.Repeat(", 1", 200_000) + "]}"
	c["many layers"] = "model: {kind: cnn, cnn: {pre: [1" + strings.Repeat(", 1", 200_000) + "]}}"
	return c
}

// hostileMeta are other metadata, by key.
var hostileMeta = map[string][]string{
	metaSample: {"", "null1", "3", `"1,16"`, "{}", "[]", "[16]", "[1,2,3,4]", "[0,16]", "[1,-16]", "[1,1e300]", "[1,1.5]", "[1,9223372036854775808]", "[1,4194305]", "[2097152,2097152]", "[[1],[16]]", `["1","16"]`, "[1,15]",
		"[1" + strings.Repeat(",1", 100_000) + "]", strings.Repeat("[", 100_000)},
	metaNorm: {"", "3", "[]", `{"mean":[1]}`, `{"mean":[],"scale":[]}`, `{"mean":[1],"scale":[1]}`, `{"mean":[[1]]}`, `{"mean":"a"}`, `{"mean":[1e400]}`, `{"mean":{"a":1}}`, `{"a\nb":[1]}`, `{"mean":[1,2],"scale":[0]}`,
		`{"mean":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"scale":[0]}`, `{"mean":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"scale":[-1]}`, `{"mean":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"scale":[1,2]}`,
		`{"` + strings.Repeat("x", 100_000) + `":[1]}`, `{"mean":[` + strings.Repeat("0,", 100_000) + `0],"scale":[1]}`},
	metaData:   {"", "3", "[]", "null", "{}", `{"shape":"1,16"}`, `{"shape":[1,-16]}`, `{"shape":[1,16],"train":-1}`, `{"shape":[1,16],"hash":7}`, strings.Repeat("[", 100_000), `{"shape":[1` + strings.Repeat(",1", 100_000) + `]}`},
	metaOrigin: {"", "3", "[]", `{"layout":"x"}`, `{"layout":7}`, `{"layout":"openai"}`, `{"layout":"lucidrains"}`, `{"openai":{"image_size":1e300}}`, strings.Repeat("[", 100_000)},
	metaStep:   {"", "-1", "1.5", `"7"`, "[]", "4611686018427387904", "9223372036854775808", "1e400", "2147483648", strings.Repeat("9", 100_000), "{}", "true"},
}

func writeMeta(t testing.TB, im *Imported, change map[string]string) string {
	t.Helper()
	meta, err := im.metadata()
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range change {
		meta[k] = v
	}
	path := filepath.Join(t.TempDir(), "x.safetensors")
	if err := atomicfile.WriteFunc(path, func(w io.Writer) error { return weights.WriteSafetensors(w, im.Weights, meta) }); err != nil {
		t.Fatal(err)
	}
	return path
}

// Settings, shapes, statistics and steps that come with a file are refused before
// anything is sized by them.
func TestHostileMetadata(t *testing.T) {
	im := imported(t, nil)
	withstand := func(name, key, value string) {
		t.Run(name, func(t *testing.T) {
			path := writeMeta(t, im, map[string]string{key: value})
			hostile.Withstands(t, true, func() error {
				_, err := Import(path)
				return err
			})
		})
	}
	for name, text := range hostileConfigs() {
		withstand("settings, "+name, metaConfig, text)
	}
	for key, values := range hostileMeta {
		for i, v := range values {
			withstand(fmt.Sprintf("%s %d, %.40s", key, i, v), key, v)
		}
	}
}

// The same in a checkpoint whose checksums are all right, which Load and Import
// refuse, and with numbers that are not finite.
func TestHostileCheckpoint(t *testing.T) {
	im := imported(t, nil)
	text, err := configs.Marshal(*im.Config)
	if err != nil {
		t.Fatal(err)
	}
	good := func() *Snapshot {
		return &Snapshot{Step: 7, Config: string(text), Sample: im.Sample, Weights: Tensors(im.Weights), EMA: Tensors(im.Weights), Norm: im.Norm}
	}
	changes := map[string]func(*Snapshot){
		"huge step":  func(s *Snapshot) { s.Step = 1 << 62 },
		"short mean": func(s *Snapshot) { s.Norm = map[string][]float64{"mean": {1}, "scale": {1}} },
		"NaN mean": func(s *Snapshot) {
			s.Norm = map[string][]float64{"mean": slices.Repeat([]float64{math.NaN()}, 16), "scale": {1}}
		},
		"no scale":         func(s *Snapshot) { s.Norm = map[string][]float64{"mean": make([]float64, 16), "scale": {0}} },
		"other statistics": func(s *Snapshot) { s.Norm = map[string][]float64{"a": {1}} },
		"other shape":      func(s *Snapshot) { s.Sample = []int{1, 17} },
		"large shape":      func(s *Snapshot) { s.Sample = []int{1, 1 << 23} },
		"flat shape":       func(s *Snapshot) { s.Sample = []int{16} },
		"other channels":   func(s *Snapshot) { s.Sample = []int{2, 16} },
		"images":           func(s *Snapshot) { s.Sample, s.Norm = []int{1, 4, 4}, nil },
		"missing tensor":   func(s *Snapshot) { s.Weights = s.Weights[1:] },
		"missing average":  func(s *Snapshot) { s.EMA = s.EMA[1:] },
		"negative variance": func(s *Snapshot) {
			s.Weights = slices.Clone(s.Weights)
			for i, w := range s.Weights {
				if strings.HasSuffix(w.Name, "running_var") {
					s.Weights[i].Data = slices.Repeat([]float32{-1}, len(w.Data))
				}
			}
		},
		"NaN in the optimizer": func(s *Snapshot) { s.Optimizer = spoil(s.Weights, float32(math.NaN())) },
		"negative squares in the optimizer": func(s *Snapshot) {
			s.Optimizer = []model.Tensor{{Name: "a.exp_avg_sq", Shape: []int{2}, Data: []float32{1, -1}}}
		},
		"infinite adapter":  func(s *Snapshot) { s.Adapters = spoil(s.Weights, float32(math.Inf(1))) },
		"other fingerprint": func(s *Snapshot) { s.Data = json.RawMessage(`{"a":1}`) },
		"NaN":               func(s *Snapshot) { s.Weights = spoil(s.Weights, float32(math.NaN())) },
		"infinite":          func(s *Snapshot) { s.Weights = spoil(s.Weights, float32(math.Inf(-1))) },
		"NaN in average":    func(s *Snapshot) { s.EMA = spoil(s.EMA, float32(math.NaN())) },
	}
	for name, config := range hostileConfigs() {
		changes["settings, "+name] = func(s *Snapshot) { s.Config = config }
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "step-7")
			s := good()
			change(s)
			if err := Write(dir, s); err != nil {
				t.Fatal(err)
			}
			hostile.Withstands(t, true, func() error {
				_, _, err := Load(dir)
				return err
			})
			hostile.Withstands(t, true, func() error {
				_, err := Import(dir)
				return err
			})
		})
	}
	dir := filepath.Join(t.TempDir(), "step-7")
	if err := Write(dir, good()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Load(dir); err != nil {
		t.Errorf("the checkpoint that the others are spoiled copies of: %v", err)
	}
}

func spoil(tensors []model.Tensor, v float32) []model.Tensor {
	out := slices.Clone(tensors)
	out[0].Data = slices.Clone(out[0].Data)
	out[0].Data[1] = v
	return out
}

// Manifests with valid checksums and each field replaced.
func TestHostileManifest(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "step-7")
	if err := Write(dir, sample(7)); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, manifestFile)
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil {
		t.Fatal(err)
	}
	delete(fields, "manifest_sha256")
	long := strings.Repeat("9", 100_000)
	values := []string{"null", "-1", "1.5", "1e400", long, "{}", "[]", `"a\nb"`, `"` + long + `"`, "[null]", "[1]", `[{"name":"../x"}]`, `[{"name":"weights.npz","size":-1}]`, `[{"name":"weights.npz","size":9223372036854775807}]`,
		`[{"name":"weights.npz","tensors":{"a":[-1]}}]`, `[{"name":"\u001b[2J"}]`, `[{"name":"weights.npz"},{"name":"weights.npz"}]`, `{"a":{"b":[]}}`, "true"}
	for _, key := range []string{"format", "version", "step", "counters", "config", "files", "sample", "program"} {
		for i, value := range values {
			t.Run(fmt.Sprint(key, " ", i), func(t *testing.T) {
				changed := map[string]json.RawMessage{}
				for k, v := range fields {
					changed[k] = v
				}
				changed[key] = json.RawMessage(value)
				body, err := json.Marshal(changed)
				if err != nil {
					t.Fatal(err)
				}
				body = body[:len(body)-1]
				text := fmt.Appendf(body, "%s%x%s", checksumStart, sha256.Sum256(body), checksumEnd)
				if err := os.WriteFile(name, text, 0o600); err != nil {
					t.Fatal(err)
				}
				hostile.Withstands(t, key == "format" || key == "version" || key == "files", func() error {
					_, err := Read(dir)
					if err != nil {
						err = fmt.Errorf("%s", strings.ReplaceAll(err.Error(), dir, ""))
					}
					return err
				})
			})
		}
	}
}

func FuzzManifestBody(f *testing.F) {
	m := &Manifest{Format: formatName, Version: Version, Step: 3, Sample: []int{1, 4}, Config: "name: a", Files: []Part{{Name: weightsFile, Size: 9, Tensors: map[string][]int{"a": {1}}}}}
	b, err := m.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b[:bytes.LastIndex(b, []byte(checksumStart))])
	f.Fuzz(func(t *testing.T, body []byte) {
		// The checksum is put right, so that what it covers is read.
		text := fmt.Appendf(slices.Clone(body), "%s%x%s", checksumStart, sha256.Sum256(body), checksumEnd)
		hostile.Withstands(t, false, func() error {
			m, err := decodeManifest(text)
			if err == nil {
				_, err = m.encode()
			}
			return err
		})
	})
}

// FuzzState is a whole checkpoint in memory with any state.json and norm.npz, all
// checksums right.
func FuzzState(f *testing.F) {
	f.Add([]byte(`{"rng":{"key":1},"cursor":[1]}`), []byte("x"))
	f.Fuzz(func(t *testing.T, state, norm []byte) {
		disk := newMemFS()
		if err := WriteFS(disk, "step-1", &Snapshot{Step: 1, Weights: []model.Tensor{{Name: "w", Shape: []int{1}, Data: []float32{1}}}}); err != nil {
			t.Fatal(err)
		}
		b, err := disk.ReadFile("step-1/"+manifestFile, maxManifestBytes)
		if err != nil {
			t.Fatal(err)
		}
		m, err := decodeManifest(b)
		if err != nil {
			t.Fatal(err)
		}
		for name, content := range map[string][]byte{stateFile: state, normFile: norm} {
			part, err := writeFile(disk, "step-1/"+name, writeBytes(content))
			if err != nil {
				t.Fatal(err)
			}
			part.Name = name
			m.Files = append(m.Files, part)
		}
		if b, err = m.encode(); err != nil {
			t.Fatal(err)
		}
		if err := disk.RemoveAll("step-1/" + manifestFile); err != nil {
			t.Fatal(err)
		}
		if _, err := writeFile(disk, "step-1/"+manifestFile, writeBytes(b)); err != nil {
			t.Fatal(err)
		}
		hostile.Withstands(t, false, func() error {
			_, err := read(disk, "step-1")
			return err
		})
	})
}

// FuzzMetadata takes settings, shape, statistics and step from a file as far as a
// laid-out network.
func FuzzMetadata(f *testing.F) {
	f.Add("model: {channels: 8, multipliers: [1, 2], blocks: 1}", "[1,16]", `{"mean":[0],"scale":[1]}`, "7")
	f.Add("model: {kind: cnn, cnn: {pre: [4]}}\nschedule: {kind: cosine}", "[1,4,4]", "null", "0")
	f.Fuzz(func(t *testing.T, config, shape, norm, step string) {
		hostile.Withstands(t, false, func() error {
			im := &Imported{From: "f"}
			for text, to := range map[string]any{shape: &im.Sample, norm: &im.Norm, step: &im.Step} {
				if err := json.Unmarshal([]byte(text), to); err != nil {
					return nil
				}
			}
			if err := im.configure(config); err != nil {
				return err
			}
			return im.vet()
		})
	})
}
