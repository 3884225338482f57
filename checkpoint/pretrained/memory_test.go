package pretrained

import (
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/dims"
)

// sparse writes the folder of a network whose tensors are zeros that take no disk.
func sparse(t *testing.T, u configs.UNet2D, sample []int) string {
	t.Helper()
	dir := t.TempDir()
	config, err := newConfig(Trained{Network: configs.Model{Kind: "unet2d", UNet2D: u}, Sample: sample})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, configName), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	header, at := map[string]any{}, 0
	for _, k := range fileKeys(pieces(u, sample[0], diffusers)) {
		size := 4 * dims.Count(k.Shape)
		header[k.Name] = map[string]any{"dtype": "F32", "shape": k.Shape, "data_offsets": []int{at, at + size}}
		at += size
	}
	text, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, weightsName+".safetensors")
	begin := append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...)
	if err := os.WriteFile(name, begin, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(name, int64(len(begin)+at)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// A network of 74 MB is opened without reading it, and read tensor by tensor: no more
// memory is held than the largest takes twice, as bytes and as numbers.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("counts memory, of which the race detector, which runs the short tests, takes its own")
	}
	u := configs.DefaultUNet2D()
	dir := sparse(t, u, []int{3, 32, 32})
	allocated := func() uint64 {
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		return s.TotalAlloc
	}
	before := allocated()
	m, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := allocated() - before; got > 8<<20 {
		t.Errorf("opening takes %d bytes", got)
	}
	for _, x := range m.Tensors {
		before, size := allocated(), uint64(4*dims.Count(x.Shape))
		v, err := x.Read()
		if err != nil {
			t.Fatal(err)
		}
		if got := allocated() - before; got > 2*size+size/4+1<<16 || len(v) != dims.Count(x.Shape) {
			t.Errorf("%s of %d bytes: takes %d", x.Name, size, got)
		}
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
}

// Networks above the limit on decoded values are refused by it when they are opened.
func TestLimit(t *testing.T) {
	dir := sparse(t, configs.DefaultUNet2D(), []int{3, 32, 32})
	t.Setenv("CONDMEAN_MAX_VALUES", "1000000")
	_, err := Open(dir, Options{})
	oneLine(t, "limit", err, "set CONDMEAN_MAX_VALUES to allow more")
}
