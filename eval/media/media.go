package media

import (
	"bytes"
	"errors"
	"fmt"
	"io"
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
	"github.com/condmean/condmean/internal/picture"
	"github.com/condmean/condmean/internal/regular"
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
var extensions = map[Kind][]string{Array: {".npy"}, Image: picture.AllExtensions(), Audio: {".wav", ".wave"}}

// Known names the files that Read reads.
const Known = ".npy, .png, .jpg, .tif, .pgm, .ppm or .wav"

// Media are the contents of a file.
type Media struct {
	Kind    Kind
	Shape   []int     // of the elements
	X       []float64 // finite
	Complex bool      // elements of an array are complex: X has two values of each, see Planar
	Note    string    // what a user should know, or ""
	Units   string    // how the file's values become X, or "" if they are as they are

	planar int    // elements of a complex array that have their real parts together
	own    string // extension of files like that which was read
	encode func(to io.Writer, ext string, x []float64) error
	check  func(ext string) error // why no file of that extension can hold it; may be nil
}

// Read reads a file.
func Read(path string) (m *Media, err error) {
	kind := KindOf(path)
	if kind == "" {
		return nil, fmt.Errorf("%s: want an %s file", foreign.Name(path), Known)
	}
	f, size, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if m, err = decode(kind, f, size); err != nil {
		return nil, fmt.Errorf("%s: %w", foreign.Name(path), err)
	}
	return m, nil
}

// Decode reads what is the contents of a file, whose kind it tells from them.
func Decode(b []byte) (*Media, error) {
	kind := kindOf(b)
	if kind == "" {
		return nil, fmt.Errorf("neither an array, an image nor a recording of a known format: begins with bytes % x", b[:min(len(b), 8)])
	}
	return decode(kind, bytes.NewReader(b), int64(len(b)))
}

func decode(kind Kind, r io.ReaderAt, size int64) (*Media, error) {
	switch kind {
	case Array:
		return decodeArray(r, size)
	case Image:
		return decodeImage(r, size)
	}
	return decodeAudio(r, size)
}

// KindOf tells by its name what a file holds, "" if it is nothing that Read reads.
func KindOf(path string) Kind {
	for kind, list := range extensions {
		if slices.Contains(list, extension(path)) {
			return kind
		}
	}
	return ""
}

// kindOf tells the kind by the first bytes.
func kindOf(b []byte) Kind {
	switch {
	case bytes.HasPrefix(b, []byte("\x93NUMPY")):
		return Array
	case bytes.HasPrefix(b, []byte("RIFF")), bytes.HasPrefix(b, []byte("RF64")), bytes.HasPrefix(b, []byte("BW64")):
		return Audio
	case picture.Recognise(b):
		return Image
	}
	return ""
}

func extension(path string) string { return strings.ToLower(filepath.Ext(path)) }

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
		if err := m.check(extension(path)); err != nil {
			return fmt.Errorf("%s: %w", foreign.Name(path), err)
		}
	}
	return nil
}

// Write replaces a file by one like that which was read, with other values x.
func (m *Media) Write(path string, x []float64) error {
	m.mustFit(x)
	if err := m.CheckOutput(path); err != nil {
		return err
	}
	return atomicfile.WriteFunc(path, func(to io.Writer) error { return m.encode(to, extension(path), x) })
}

// Encode writes what Write writes into a file of the type that was read.
func (m *Media) Encode(to io.Writer, x []float64) error {
	m.mustFit(x)
	return m.encode(to, m.own, x)
}

func (m *Media) mustFit(x []float64) {
	if len(x) != len(m.X) {
		panic(fmt.Sprintf("media: %d values in place of %d", len(x), len(m.X)))
	}
}

func (m *Media) description() string {
	if m.Kind == Audio {
		return "a recording"
	}
	return "an " + string(m.Kind)
}

func decodeArray(r io.ReaderAt, size int64) (*Media, error) {
	a, err := weights.ReadNPY(r, size)
	if err != nil {
		return nil, err
	}
	m := &Media{Kind: Array, Shape: a.Shape, X: a.Float64(), Complex: a.DType.Complex(), planar: 1, own: ".npy"}
	if len(m.X) == 0 {
		return nil, fmt.Errorf("its shape is %v; there is nothing in it", a.Shape)
	}
	for i, v := range m.X {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			if m.Complex {
				i /= 2
			}
			return nil, fmt.Errorf("element %v holds %v; want finite numbers", index(i, a.Shape), v)
		}
	}
	m.encode = func(to io.Writer, _ string, x []float64) error { return weights.WriteNPY(to, m.array(a, x)) }
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

func decodeAudio(r io.ReaderAt, size int64) (*Media, error) {
	w, err := data.DecodeWAV(r, size)
	if err != nil {
		return nil, err
	}
	n := len(w.Samples[0])
	if n == 0 {
		return nil, errors.New("the recording is empty")
	}
	m := &Media{Kind: Audio, Shape: []int{w.Channels, n}, X: w.Planes(), Units: "recordings are read as -1 to 1", own: ".wav"}
	if w.Unfinished {
		m.Note = "the header of the recording was never finished; it was read to the end of the file"
	}
	format := w.WAVFormat
	m.encode = func(to io.Writer, _ string, x []float64) error {
		w := data.WAV{WAVFormat: format, Samples: slices.Collect(slices.Chunk(x, n))}
		return w.Encode(to)
	}
	return m, nil
}
