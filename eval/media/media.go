package media

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/internal/atomicfile"
	"github.com/condmean/condmean/internal/foreign"
)

// Kind is what a file holds.
type Kind string

// The kinds of media.
const (
	Array Kind = "array"
	Image Kind = "image"
	Audio Kind = "recording"
)

// extensions lists those of each kind; the first one is that of new files.
var extensions = map[Kind][]string{Array: {".npy"}, Image: {".png", ".jpg", ".jpeg"}, Audio: {".wav", ".wave"}}

// Media are the contents of a file.
type Media struct {
	Kind    Kind
	Shape   []int     // of the elements
	X       []float64 // finite
	Complex bool      // elements of an array are complex: X has two values of each, see Planar
	Note    string    // what a user should know, or ""
	Units   string    // how the file's values become X, or "" if they are as they are

	planar int // elements of a complex array that have their real parts together
	write  func(path string, x []float64) error
	check  func(path string) error // why that file cannot be written; may be nil
}

// Read reads a file.
func Read(path string) (*Media, error) {
	switch KindOf(path) {
	case Array:
		return readArray(path)
	case Image:
		return readImage(path)
	case Audio:
		return readAudio(path)
	}
	return nil, fmt.Errorf("%s: want an .npy, .png, .jpg or .wav file", foreign.Name(path))
}

// KindOf tells by its name what a file holds, "" if it is nothing that Read reads.
func KindOf(path string) Kind {
	for kind, list := range extensions {
		if slices.Contains(list, strings.ToLower(filepath.Ext(path))) {
			return kind
		}
	}
	return ""
}

// CheckOutput tells what keeps Write from writing a file, as far as that can be
// known before.
func (m *Media) CheckOutput(path string) error {
	if KindOf(path) != m.Kind {
		return fmt.Errorf("%s: the input is %s, so name a file of type %s", foreign.Name(path), m.description(), strings.Join(extensions[m.Kind], ", "))
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil {
		var bare *fs.PathError
		if errors.As(err, &bare) {
			err = bare.Err
		}
		return fmt.Errorf("%s: %w", foreign.Name(filepath.Dir(path)), err)
	} else if !info.IsDir() {
		return fmt.Errorf("%s is not a folder", foreign.Name(filepath.Dir(path)))
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", foreign.Name(path))
	}
	if err := atomicfile.Check(path); err != nil {
		return err
	}
	if m.check != nil {
		return m.check(path)
	}
	return nil
}

// Write replaces a file by one like that which was read, with other values x.
func (m *Media) Write(path string, x []float64) error {
	if len(x) != len(m.X) {
		panic(fmt.Sprintf("media: %d values in place of %d", len(x), len(m.X)))
	}
	if err := m.CheckOutput(path); err != nil {
		return err
	}
	return m.write(path, x)
}

func (m *Media) description() string {
	if m.Kind == Audio {
		return "a recording"
	}
	return "an " + string(m.Kind)
}

func readArray(path string) (*Media, error) {
	a, err := weights.ReadNPYFile(path)
	if err != nil {
		return nil, err
	}
	m := &Media{Kind: Array, Shape: a.Shape, X: a.Float64(), Complex: a.DType.Complex(), planar: 1}
	if len(m.X) == 0 {
		return nil, fmt.Errorf("%s: its shape is %v; there is nothing in it", path, a.Shape)
	}
	for i, v := range m.X {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			if m.Complex {
				i /= 2
			}
			return nil, fmt.Errorf("%s: element %v holds %v; want finite numbers", path, index(i, a.Shape), v)
		}
	}
	m.write = func(path string, x []float64) error {
		var b bytes.Buffer
		if err := weights.WriteNPY(&b, m.array(a, x)); err != nil {
			return err
		}
		return atomicfile.Write(path, b.Bytes())
	}
	return m, nil
}

// index returns the place of an element along all axes.
func index(i int, shape []int) []int {
	at := make([]int, len(shape))
	for k := len(shape) - 1; k >= 0; k-- {
		at[k] = i % shape[k]
		i /= shape[k]
	}
	return at
}

func readAudio(path string) (*Media, error) {
	w, err := data.ReadWAV(path)
	if err != nil {
		return nil, err
	}
	n := len(w.Samples[0])
	if n == 0 {
		return nil, fmt.Errorf("%s: the recording is empty", foreign.Name(path))
	}
	m := &Media{Kind: Audio, Shape: []int{w.Channels, n}, X: w.Planes(), Units: "recordings are read as -1 to 1"}
	if w.Unfinished {
		m.Note = "the header of the recording was never finished; it was read to the end of the file"
	}
	format := w.WAVFormat
	m.write = func(path string, x []float64) error {
		return data.WriteWAV(path, &data.WAV{WAVFormat: format, Samples: slices.Collect(slices.Chunk(x, n))})
	}
	return m, nil
}
