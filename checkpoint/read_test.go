package checkpoint

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/limit"
)

// v1Dir is the fixture of format version 1. It was written once, with
// CONDMEAN_WRITE_V1=1 in the environment, and is never written again.
const v1Dir = "testdata/v1/step-2000"

// A checkpoint of format version 1 stays readable for ever.
func TestVersion1StaysReadable(t *testing.T) {
	if os.Getenv("CONDMEAN_WRITE_V1") != "" {
		if _, err := os.Stat(v1Dir); err == nil {
			t.Fatalf("%s exists and is not to be replaced", v1Dir)
		}
		if err := Write(v1Dir, sample(2000)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Read(v1Dir)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(sample(2000), got, sameBits); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// While 1 is the newest version, what is written is what is in the fixture.
func TestVersion1Bytes(t *testing.T) {
	if Version != 1 {
		t.Skip("a newer version is written")
	}
	dir := filepath.Join(t.TempDir(), "step-2000")
	if err := Write(dir, sample(2000)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{manifestFile, weightsFile, emaFile, optimizerFile, normFile, stateFile} {
		want, errW := os.ReadFile(filepath.Join(v1Dir, name))
		got, errG := os.ReadFile(filepath.Join(dir, name))
		if errW != nil || errG != nil || !bytes.Equal(want, got) {
			t.Errorf("%s differs from the fixture (%v, %v)", name, errW, errG)
		}
	}
}

// Any damage to any file is noticed, the file is named and the last good
// checkpoint offered.
func TestDamage(t *testing.T) {
	spoil := map[string]func(*node){
		"first byte": func(n *node) { n.data[0] ^= 1 },
		"middle":     func(n *node) { n.data[len(n.data)/2] ^= 0x10 },
		"last byte":  func(n *node) { n.data[len(n.data)-1] ^= 4 },
		"truncated":  func(n *node) { n.data = n.data[:len(n.data)/2] },
		"emptied":    func(n *node) { n.data = nil },
		"longer":     func(n *node) { n.data = append(n.data, 0) },
		"folder":     func(n *node) { *n = *newFolder() },
		"missing":    nil,
	}
	for _, file := range []string{manifestFile, weightsFile, emaFile, optimizerFile, normFile, stateFile} {
		for how, do := range spoil {
			t.Run(file+" "+how, func(t *testing.T) {
				disk := newMemFS()
				run := &Run{Dir: "run", FS: disk}
				for _, s := range []*Snapshot{sample(1), sample(2)} {
					if _, err := run.Save(s); err != nil {
						t.Fatal(err)
					}
				}
				name := filepath.Join(run.StepDir(2), file)
				n, err := disk.find("open", name)
				if err != nil {
					t.Fatal(err)
				}
				if do != nil {
					do(n)
				} else if err := disk.RemoveAll(name); err != nil {
					t.Fatal(err)
				}
				_, err = ReadFS(disk, run.StepDir(2))
				var damaged *DamagedError
				if !errors.As(err, &damaged) || !configs.IsUsage(err) {
					t.Fatalf("error %v, want a *DamagedError for the user to mend", err)
				}
				if damaged.File != name || damaged.LastGood != run.StepDir(1) {
					t.Errorf("names %s and offers %s", damaged.File, damaged.LastGood)
				}
				if s := err.Error(); !strings.Contains(s, name) || !strings.Contains(s, run.StepDir(1)) || strings.Contains(s, "\n") {
					t.Errorf("message %q", s)
				}
				if got, err := run.LastGood(); err != nil || got != run.StepDir(1) {
					t.Errorf("LastGood: %s, %v", got, err)
				}
			})
		}
	}
}

func TestEveryBitOfTheManifestCounts(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(v1Dir, manifestFile))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := decodeManifest(b); err != nil {
		t.Fatal(err)
	}
	for i := range b {
		for bit := range 8 {
			b[i] ^= 1 << bit
			if _, err := decodeManifest(b); err == nil {
				t.Errorf("bit %d of byte %d (%q) does not matter", bit, i, b[i])
			}
			b[i] ^= 1 << bit
		}
	}
}

// A manifest can be consistent and still lie.
func TestCraftedManifest(t *testing.T) {
	part := func(m *Manifest, name string) *Part {
		for i := range m.Files {
			if m.Files[i].Name == name {
				return &m.Files[i]
			}
		}
		t.Fatal("no", name)
		return nil
	}
	for name, c := range map[string]struct {
		craft func(*Manifest)
		want  string
	}{
		"newer version": {func(m *Manifest) { m.Version = 2 }, "format version 2; this program reads versions 1 to 1"},
		"version 0":     {func(m *Manifest) { m.Version = 0 }, "format version 0"},
		"foreign":       {func(m *Manifest) { m.Format = "zarr" }, `format "zarr"`},
		"statistics":    {func(m *Manifest) { m.Normalization = "../x\n" }, `normalization "../x\n"`},
		"none listed":   {func(m *Manifest) { part(m, normFile).Name = adaptersFile }, `normalization "norm.npz": want`},
		"climbs out":    {func(m *Manifest) { part(m, emaFile).Name = "../../etc/passwd" }, `"../../etc/passwd" has no place`},
		"listed twice":  {func(m *Manifest) { part(m, emaFile).Name = normFile }, "listed twice"},
		"no weights":    {func(m *Manifest) { m.Files = m.Files[1:] }, "weights.npz is not listed"},
		"negative step": {func(m *Manifest) { m.Step = -4 }, "step -4"},
		"negative size": {func(m *Manifest) { part(m, emaFile).Size = -1 }, "negative size"},
		"huge size":     {func(m *Manifest) { part(m, emaFile).Size = 1 << 60 }, "bytes instead of 1152921504606846976"},
		"other shape":   {func(m *Manifest) { part(m, emaFile).Tensors["conv.weight"] = []int{24} }, "conv.weight: shape [4 2 3], the manifest declares [24]"},
		"other name": {func(m *Manifest) {
			p := part(m, emaFile)
			delete(p.Tensors, "count")
			p.Tensors["x"] = nil
		}, `"count" is not declared`},
		"fewer tensors":   {func(m *Manifest) { part(m, emaFile).Tensors = nil }, "3 tensors, the manifest declares 0"},
		"swapped content": {func(m *Manifest) { *part(m, normFile) = Part{Name: normFile, Size: part(m, weightsFile).Size} }, "norm.npz"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "step-1")
			if err := Write(dir, sample(1)); err != nil {
				t.Fatal(err)
			}
			m, err := ReadManifest(dir)
			if err != nil {
				t.Fatal(err)
			}
			c.craft(m)
			b, err := m.encode()
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, manifestFile), b, 0o666)
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Read(dir); !configs.IsUsage(err) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want a UsageError with %q", err, c.want)
			}
		})
	}
}

func TestReadManifest(t *testing.T) {
	m, err := ReadManifest(v1Dir)
	if err != nil {
		t.Fatal(err)
	}
	want := sample(2000)
	if m.Step != 2000 || m.Config != want.Config || m.Program != want.Program || m.Normalization != normFile || len(m.Files) != 5 {
		t.Errorf("%+v", m)
	}
	if _, err := ReadManifest(filepath.Join(t.TempDir(), "nowhere")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

func TestReadFileRefuses(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(name, make([]byte, 10), 0o666); err != nil {
		t.Fatal(err)
	}
	if b, err := (OS{}).ReadFile(name, 10); err != nil || len(b) != 10 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	if _, err := (OS{}).ReadFile(name, 9); err == nil {
		t.Error("a file above the limit is read")
	}
	if _, err := (OS{}).ReadFile(os.DevNull, 9); err == nil {
		t.Error("a device is read")
	}
}

func FuzzManifest(f *testing.F) {
	b, err := os.ReadFile(filepath.Join(v1Dir, manifestFile))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"format":"condmean checkpoint","version":1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := decodeManifest(b)
		if err != nil {
			return
		}
		again, err := m.encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decodeManifest(again); err != nil {
			t.Errorf("accepted, but not after writing it again: %v", err)
		}
	})
}

// TestLimitIsNoDamage: weights that the limit on values refuses are not called damaged,
// whether the files or what they unpack to is too large; where the manifest lies they are.
func TestLimitIsNoDamage(t *testing.T) {
	for _, most := range []string{"1", "4", "x"} {
		fsys := newMemFS()
		if err := WriteFS(fsys, "c", sample(3)); err != nil {
			t.Fatal(err)
		}
		t.Setenv(limit.Variable, most)
		_, err := ReadFS(fsys, "c")
		var damage *DamagedError
		if !configs.IsUsage(err) || errors.As(err, &damage) || !strings.Contains(err.Error(), limit.Variable) || !strings.Contains(err.Error(), "c/") {
			t.Errorf("%s: error %v, want one of the limit that names the file", most, err)
		}
	}
}
