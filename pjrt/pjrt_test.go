//go:build xla && (linux || darwin)

package pjrt

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/lower/hlo"
)

// clientOptions are those of CONDMEAN_PJRT_OPTIONS: two clients of a GPU need
// preallocate=false.
func clientOptions(t *testing.T) Options {
	t.Helper()
	o, err := ParseOptions(os.Getenv("CONDMEAN_PJRT_OPTIONS"))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// newClient returns a client of the plugin that CONDMEAN_PJRT names.
func newClient(t *testing.T) *Client {
	t.Helper()
	path := os.Getenv("CONDMEAN_PJRT")
	if path == "" {
		t.Skip("CONDMEAN_PJRT names no plugin")
	}
	p, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if major, minor := p.Version(); major != 0 || minor < 81 {
		t.Errorf("version %d.%d", major, minor)
	}
	c, err := p.NewClient(clientOptions(t), 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// What is no plugin, or one of another interface, is a usage error of one line that
// names the file.
func TestHostilePlugins(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cases := map[string]string{
		filepath.Join(dir, "missing.so"):   "no such file",
		dir:                                "folder",
		file("empty.so", ""):               "no PJRT plugin that can be used",
		file("text.so", "not a library\n"): "no PJRT plugin that can be used",
		file("cut.so", "\x7fELF\x02\x01\x01\x00"): "no PJRT plugin that can be used",
	}
	if cc, err := exec.LookPath("cc"); err != nil {
		t.Log("without a C compiler there are no libraries to be refused")
	} else {
		for name, source := range map[string]string{
			"it has no function GetPjrtApi":       `int f(void) { return 1; }`,
			"it hands out no table of functions":  `void *GetPjrtApi(void) { return 0; }`,
			"version 1.0 of the interface":        `struct { unsigned long size, ext, vsize, vext; int major, minor; void *fn[200]; } api = {sizeof api, 0, 24, 0, 1, 0}; void *GetPjrtApi(void) { return &api; }`,
			"version 0.40 of the interface":       `struct { unsigned long size, ext, vsize, vext; int major, minor; void *fn[200]; } api = {sizeof api, 0, 24, 0, 0, 40}; void *GetPjrtApi(void) { return &api; }`,
			"its table of functions has 56 bytes": `struct { unsigned long size, ext, vsize, vext; int major, minor; void *fn[200]; } api = {56, 0, 24, 0, 0, 90}; void *GetPjrtApi(void) { return &api; }`,
			"function 0 of its table is missing":  `struct { unsigned long size, ext, vsize, vext; int major, minor; void *fn[200]; } api = {sizeof api, 0, 24, 0, 0, 90}; void *GetPjrtApi(void) { return &api; }`,
		} {
			path := filepath.Join(dir, strings.ReplaceAll(name, " ", "_")+".so")
			build := exec.Command(cc, "-shared", "-fPIC", "-w", "-x", "c", "-o", path, "-")
			build.Stdin = strings.NewReader(source)
			if out, err := build.CombinedOutput(); err != nil {
				t.Skipf("no shared library can be built: %v\n%s", err, out)
			}
			cases[path] = name
		}
	}
	for path, want := range cases {
		_, err := Open(path)
		if err == nil || !configs.IsUsage(err) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want a usage error of one line with %q", path, err, want)
		}
	}
}

// A module with a result in the memory of its argument, run again on its own result.
func TestRunDonates(t *testing.T) {
	c := newClient(t)
	m := hlo.New()
	x, by := m.Arg(hlo.F32, 2, 3), m.Arg(hlo.F32)
	m.Alias(0, 0)
	e, err := c.Compile(m.Text(m.Add(x, m.Broadcast(by, x.Shape)), m.Total(x)), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	upload := func(data []float32, shape ...int) *Buffer {
		b, err := c.Upload(data, shape...)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	number := upload([]float32{0.5})
	defer number.Close()
	at := upload([]float32{1, 2, 3, 4, 5, 6}, 2, 3)
	for range 3 {
		out, err := e.Run(at, number)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Run(at, number); err == nil {
			t.Error("a buffer that was taken over can be used again")
		}
		at.Close()
		out[1].Close()
		at = out[0]
	}
	defer at.Close()
	got := make([]float32, 6)
	if err := at.Download(got); err != nil {
		t.Fatal(err)
	}
	if want := []float32{2.5, 3.5, 4.5, 5.5, 6.5, 7.5}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if err := at.Download(make([]float32, 5)); err == nil || !strings.Contains(err.Error(), "24 bytes") {
		t.Errorf("a download of another size: %v", err)
	}
}

// A module that the plugin refuses is an error with code and message, of one line.
func TestCompileRefuses(t *testing.T) {
	c := newClient(t)
	_, err := c.Compile([]byte("module { nonsense }"), nil)
	var refused *Error
	if !errors.As(err, &refused) || refused.Code == 0 || refused.Message == "" || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v", err)
	}
	if _, err := c.Load([]byte("no executable")); err == nil {
		t.Error("nonsense is an executable")
	}
	if _, err := c.p.NewClient(clientOptions(t), 99); !configs.IsUsage(err) || !strings.Contains(err.Error(), "device 99") {
		t.Errorf("device 99: %v", err)
	}
}

// A serialized executable computes what the first did.
func TestSerialize(t *testing.T) {
	c := newClient(t)
	m := hlo.New()
	x := m.Arg(hlo.F32, 4)
	e, err := c.Compile(m.Text(m.Mul(x, x)), nil)
	if err != nil {
		t.Fatal(err)
	}
	code, err := e.Serialize()
	e.Close()
	if err != nil {
		t.Skipf("the plugin does not serialize: %v", err)
	}
	if e, err = c.Load(code); err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	b, err := c.Upload([]float32{1, 2, 3, 4}, 4)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	out, err := e.Run(b)
	if err != nil {
		t.Fatal(err)
	}
	defer out[0].Close()
	got := make([]float32, 4)
	if err := out[0].Download(got); err != nil || !slices.Equal(got, []float32{1, 4, 9, 16}) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestParseOptions(t *testing.T) {
	o, err := ParseOptions(" memory_fraction=0.5, preallocate=false,visible_devices=1:3,node_id=2,allocator=bfc,")
	if err != nil {
		t.Fatal(err)
	}
	want := Options{"memory_fraction": 0.5, "preallocate": false, "visible_devices": []int64{1, 3}, "node_id": int64(2), "allocator": "bfc"}
	if !reflect.DeepEqual(o, want) {
		t.Errorf("%v, want %v", o, want)
	}
	if s := o.String(); s != "allocator=bfc,memory_fraction=0.5,node_id=2,preallocate=false,visible_devices=1:3" {
		t.Errorf("as text: %s", s)
	}
	for _, text := range []string{"preallocate", "=1", "memory_fraction=half", "visible_devices=a", "visible_devices="} {
		if _, err := ParseOptions(text); !configs.IsUsage(err) {
			t.Errorf("%q: error %v", text, err)
		}
	}
	// What looks like a whole number has the kind that the plugin of a GPU demands.
	o, err = ParseOptions("memory_fraction=1,visible_devices=0")
	if want := (Options{"memory_fraction": 1.0, "visible_devices": []int64{0}}); err != nil || !reflect.DeepEqual(o, want) {
		t.Errorf("%v, %v, want %v", o, err, want)
	}
	named := o.named()
	if len(named) != 2 || named[0].kind != 3 || named[1].kind != 2 || named[1].n != 1 {
		t.Errorf("for the plugin %+v, want a float and a list of one", named)
	}
}

// An option that the plugin does not know is a usage error that names it.
func TestClientRefusesOptions(t *testing.T) {
	c := newClient(t)
	_, err := c.p.NewClient(Options{"no_such_option": int64(1)}, 0)
	if !configs.IsUsage(err) || !strings.Contains(err.Error(), "no_such_option") || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v", err)
	}
}
