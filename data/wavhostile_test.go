package data

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/limit"
)

// riff returns a WAV file of chunks.
func riff(id string, chunks ...[]byte) []byte {
	body := slices.Concat(chunks...)
	return append(append(binary.LittleEndian.AppendUint32([]byte(id), uint32(4+len(body))), "WAVE"...), body...)
}

// riffChunk returns a chunk that announces n bytes.
func riffChunk(id string, n uint32, body ...byte) []byte {
	return append(binary.LittleEndian.AppendUint32([]byte(id), n), body...)
}

// riffFormat returns the chunk with a sample format of the given numbers.
func riffFormat(format, channels, bits, block uint16, rate uint32) []byte {
	le := binary.LittleEndian
	b := le.AppendUint16(le.AppendUint16(nil, format), channels)
	b = le.AppendUint32(le.AppendUint32(b, rate), rate*uint32(block))
	return riffChunk("fmt ", 16, le.AppendUint16(le.AppendUint16(b, block), bits)...)
}

// ds64 returns the chunk with the 64-bit sizes of RF64.
func ds64(samples uint64) []byte {
	le := binary.LittleEndian
	b := le.AppendUint64(le.AppendUint64(nil, 0), samples)
	return riffChunk("ds64", 28, append(le.AppendUint64(b, 0), 0, 0, 0, 0)...)
}

// mono is a format of 8 bits: a byte a sample, 128 is zero.
var mono = riffFormat(1, 1, 8, 1, 8000)

// Headers that were never finished, of 64-bit sizes, of unpadded chunks, and
// several data chunks: all samples are read, by ReadWAV and in training.
func TestUnusualWAV(t *testing.T) {
	samples := []byte{128, 192, 64, 0, 129, 200, 32} // odd: a padding byte should follow
	for name, c := range map[string]struct {
		file       []byte
		want       []byte
		unfinished bool
	}{
		"plain":                   {riff("RIFF", mono, riffChunk("data", 7, samples...)), samples, false},
		"padded":                  {riff("RIFF", mono, riffChunk("data", 7, append(slices.Clone(samples), 0)...)), samples, false},
		"size 0":                  {riff("RIFF", mono, riffChunk("data", 0, samples...)), samples, true},
		"size 0 of silence":       {riff("RIFF", mono, riffChunk("data", 0, make([]byte, 64)...)), make([]byte, 64), true},
		"size 0 meant":            {riff("RIFF", mono, riffChunk("data", 0), riffChunk("LIST", 4, 'I', 'N', 'F', 'O')), nil, false},
		"size 0, then samples":    {riff("RIFF", mono, riffChunk("data", 0), riffChunk("data", 4, samples[:4]...)), samples[:4], false},
		"nothing":                 {riff("RIFF", mono, riffChunk("data", 0)), nil, false},
		"nothing yet":             {riff("RIFF", mono, riffChunk("data", 0x80000000)), nil, true},
		"2^32-1":                  {riff("RIFF", mono, riffChunk("data", 0xffffffff, samples...)), samples, true},
		"sox":                     {riff("RIFF", mono, riffChunk("data", 0x7ffff000, samples...)), samples, true},
		"arecord":                 {riff("RIFF", mono, riffChunk("data", 0x80000000, samples...)), samples, true},
		"RF64":                    {riff("RF64", ds64(7), mono, riffChunk("data", 0xffffffff, samples...)), samples, false},
		"BW64 and a chunk behind": {riff("BW64", ds64(4), mono, riffChunk("data", 0xffffffff, samples[:4]...), riffChunk("LIST", 2, 1, 2)), samples[:4], false},
		"RF64 unfinished":         {riff("RF64", ds64(0), mono, riffChunk("data", 0xffffffff, samples...)), samples, true},
		"RF64 of a small file":    {riff("RF64", ds64(7), mono, riffChunk("data", 7, samples...)), samples, false},
		"odd chunk":               {riff("RIFF", riffChunk("LIST", 3, 1, 2, 3, 0), mono, riffChunk("data", 7, samples...)), samples, false},
		"odd chunk, unpadded":     {riff("RIFF", mono, riffChunk("LIST", 3, 'a', 'b', 'c'), riffChunk("data", 7, samples...)), samples, false},
		"odd chunk, padded by x":  {riff("RIFF", mono, riffChunk("LIST", 3, 'a', 'b', 'c', 'x'), riffChunk("data", 7, samples...)), samples, false},
		"two data chunks":         {riff("RIFF", mono, riffChunk("data", 4, samples[:4]...), riffChunk("LIST", 2, 1, 2), riffChunk("data", 3, samples[4:]...)), samples, false},
		"three, one odd":          {riff("RIFF", mono, riffChunk("data", 1, samples[0], 0), riffChunk("data", 0), riffChunk("data", 6, samples[1:]...)), samples, false},
		"two, the last one open":  {riff("RIFF", mono, riffChunk("data", 4, samples[:4]...), riffChunk("data", 0xffffffff, samples[4:]...)), samples, true},
		"junk behind":             {append(riff("RIFF", mono, riffChunk("data", 6, samples[:6]...)), "\x00\x01junk that is no chunk"...), samples[:6], false},
		"a cut chunk behind":      {riff("RIFF", mono, riffChunk("data", 6, samples[:6]...), riffChunk("LIST", 999, 1)), samples[:6], false},
		"half a sample":           {riff("RIFF", riffFormat(1, 2, 8, 2, 8000), riffChunk("data", 0, samples...)), samples[:6], true},
	} {
		path := filepath.Join(t.TempDir(), "x.wav")
		if err := os.WriteFile(path, c.file, 0o600); err != nil {
			t.Fatal(err)
		}
		w, err := ReadWAV(path)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []byte
		for i := range w.Planes() {
			got = append(got, byte(w.Samples[i%w.Channels][i/w.Channels]*128+128))
		}
		if !bytes.Equal(got, c.want) || w.Unfinished != c.unfinished {
			t.Errorf("%s: samples %v, unfinished %v; want %v, %v", name, got, w.Unfinished, c.want, c.unfinished)
		}
		f, err := testOpener(configs.Data{Dir: path, Length: 3}).audio(t.Context())
		if len(c.want) == 0 {
			if err == nil || !configs.IsUsage(err) || !strings.Contains(err.Error(), "none of 1 recordings holds a sample") {
				t.Errorf("%s: trained on: %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		mono := make([]float64, len(c.want)/w.Channels)
		for i, v := range c.want {
			mono[i/w.Channels] += (float64(v) - 128) / 128 / float64(w.Channels)
		}
		want := NewSTFT(3, 0).Forward(mono)
		for i, v := range slices.Concat(readAll(t, f.train)...) {
			if math.Abs(float64(v)-want[i]) > 1e-6 {
				t.Errorf("%s: value %d of the frames is %v, want %v", name, i, v, want[i])
				break
			}
		}
	}
}

// Every hostile recording is refused in a line, at once, and for little memory.
func TestHostileWAV(t *testing.T) {
	le := binary.LittleEndian
	data := func(n uint32, body ...byte) []byte { return riffChunk("data", n, body...) }
	four := []byte{1, 2, 3, 4}
	floats := riffFormat(3, 1, 32, 4, 8000)
	float := func(v float64) []byte { return le.AppendUint32(nil, math.Float32bits(float32(v))) }
	hostile := map[string]struct {
		file []byte
		want string
	}{
		"empty":               {nil, "truncated at byte 0"},
		"cut id":              {[]byte("RIF"), "truncated at byte 3"},
		"cut header":          {[]byte("RIFF\x00\x00\x00\x00WAV"), "truncated at byte 11"},
		"AIFF":                {[]byte("FORM\x00\x00\x00\x00AIFFCOMM"), "not a WAV file"},
		"big-endian":          {riff("RIFX", mono, data(4, four...)), "not a WAV file"},
		"AVI":                 {[]byte("RIFF\x00\x00\x00\x00AVI LIST"), "not a WAV file"},
		"text":                {[]byte("a line\nand \x1b[2Jmore"), "not a WAV file"},
		"no chunk":            {riff("RIFF"), "truncated at byte 12"},
		"no data":             {riff("RIFF", mono), "truncated at byte 36"},
		"no format":           {riff("RIFF", data(4, four...)), "before the format"},
		"data before format":  {riff("RIFF", data(4, four...), mono), "before the format"},
		"cut format":          {riff("RIFF", riffChunk("fmt ", 16, 1, 0, 1)), `chunk "fmt " of 16 bytes, 3 are left`},
		"short format":        {riff("RIFF", riffChunk("fmt ", 4, four...), data(4, four...)), "a format of 4 bytes"},
		"format of 2^32":      {riff("RIFF", riffChunk("fmt ", 0xffffffff, four...)), "of 4294967295 bytes, 4 are left"},
		"chunk of 2^32":       {riff("RIFF", mono, riffChunk("LIST", 0xffffffff), data(4, four...)), "of 4294967295 bytes, 12 are left"},
		"control characters":  {riff("RIFF", mono, riffChunk("\x1b[2\n", 999)), `chunk "\x1b[2\n"`},
		"ADPCM":               {riff("RIFF", riffFormat(2, 1, 4, 1, 8000), data(4, four...)), "format 2 with 4 bits"},
		"MP3":                 {riff("RIFF", riffFormat(85, 2, 0, 1, 8000), data(4, four...)), "format 85"},
		"0 bits":              {riff("RIFF", riffFormat(1, 1, 0, 0, 8000), data(4, four...)), "format 1 with 0 bits"},
		"65535 bits":          {riff("RIFF", riffFormat(1, 1, 65535, 8191, 8000), data(4, four...)), "65535 bits"},
		"float of 16 bits":    {riff("RIFF", riffFormat(3, 1, 16, 2, 8000), data(4, four...)), "format 3 with 16 bits"},
		"0 channels":          {riff("RIFF", riffFormat(1, 0, 8, 0, 8000), data(4, four...)), "0 channels"},
		"65535 channels":      {riff("RIFF", riffFormat(1, 65535, 8, 65535, 8000), data(4, four...)), "65535 channels"},
		"0 Hz":                {riff("RIFF", riffFormat(1, 1, 8, 1, 0), data(4, four...)), "at 0 Hz"},
		"block of 0":          {riff("RIFF", riffFormat(1, 1, 16, 0, 8000), data(4, four...)), "in blocks of 0 bytes"},
		"wrong block":         {riff("RIFF", riffFormat(1, 2, 16, 3, 8000), data(4, four...)), "in blocks of 3 bytes"},
		"extension of nobody": {riff("RIFF", riffChunk("fmt ", 40, append(riffFormat(0xfffe, 1, 16, 2, 8000)[8:], make([]byte, 24)...)...), data(4, four...)), "format 0 with 16 bits"},
		"extension cut":       {riff("RIFF", riffChunk("fmt ", 18, append(riffFormat(0xfffe, 1, 16, 2, 8000)[8:], 0, 0)...), data(4, four...)), "format 65534"},
		"truncated":           {riff("RIFF", mono, data(1000, four...)), "1000 bytes of samples are announced, 4 are there"},
		"truncated at 2^30":   {riff("RIFF", mono, data(1<<30, four...)), "1073741824 bytes of samples are announced"},
		"second truncated":    {riff("RIFF", mono, data(4, four...), data(1000, four...)), "1000 bytes of samples are announced"},
		"half a sample":       {riff("RIFF", riffFormat(1, 2, 16, 4, 8000), data(6, 1, 2, 3, 4, 5, 6)), "no whole number of samples"},
		"ds64 too short":      {riff("RF64", riffChunk("ds64", 8, make([]byte, 8)...), mono, data(4, four...)), "sizes of 8 bytes"},
		"ds64 cut":            {riff("RF64", riffChunk("ds64", 28, four...)), `chunk "ds64" of 28 bytes, 4 are left`},
		"ds64 of 2^62":        {riff("RF64", ds64(1<<62), mono, data(0xffffffff, four...)), "4611686018427387904 bytes of samples are announced"},
		"ds64 of 2^63":        {riff("RF64", ds64(1<<63), mono, data(0xffffffff, four...)), "9223372036854775808 bytes of samples are announced"},
		"ds64 of one more":    {riff("RF64", ds64(5), mono, data(0xffffffff, four...)), "5 bytes of samples are announced, 4 are there"},
		"many chunks":         {riff("RIFF", mono, bytes.Repeat(riffChunk("LIST", 0), 1<<20)), "more than 10000 chunks"},
		"many data chunks":    {riff("RIFF", mono, bytes.Repeat(data(1, 9, 0), 1<<20)), "more than 10000 chunks"},
		"NaN":                 {riff("RIFF", floats, data(8, append(float(0), float(math.NaN())...)...)), "sample 1 of channel 0 holds NaN"},
		"infinity":            {riff("RIFF", floats, data(0, append(float(1), float(math.Inf(-1))...)...)), "holds -Inf"},
	}
	if len(hostile) < 40 {
		t.Errorf("only %d recordings", len(hostile))
	}
	for name, c := range hostile {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.wav")
			if err := os.WriteFile(path, c.file, 0o600); err != nil {
				t.Fatal(err)
			}
			for by, read := range map[string]func() error{
				"ReadWAV": func() error { _, err := ReadWAV(path); return err },
				"audio":   func() error { _, err := testOpener(configs.Data{Dir: path, Length: 3}).audio(t.Context()); return err },
			} {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				start := time.Now()
				err := read()
				took := time.Since(start)
				runtime.ReadMemStats(&after)
				if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) || strings.ContainsAny(err.Error(), "\n\x1b") {
					t.Errorf("%s: error %v\nwant the file's name and %q", by, err, c.want)
				}
				if memory := after.TotalAlloc - before.TotalAlloc; memory > 4<<20 || took > 2*time.Second {
					t.Errorf("%s: takes %d bytes and %v for a file of %d bytes", by, memory, took, len(c.file))
				}
			}
		})
	}
}

// ReadWAV takes the memory of its samples, and nothing beyond the limit.
func TestWAVMemory(t *testing.T) {
	const n = 1 << 20
	path := filepath.Join(t.TempDir(), "x.wav")
	if err := os.WriteFile(path, riff("RIFF", mono, riffChunk("data", n, make([]byte, n)...)), 0o600); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	w, err := ReadWAV(path)
	if err != nil {
		t.Fatal(err)
	}
	if x := w.Planes(); &x[0] != &w.Samples[0][0] {
		t.Error("Planes is a copy")
	}
	if err := WriteWAV(filepath.Join(t.TempDir(), "y.wav"), w); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 8*n+1<<20 {
		t.Errorf("%d bytes for %d samples", took, n)
	}
	t.Setenv(limit.Variable, "1048575")
	if _, err := ReadWAV(path); err == nil || !strings.Contains(err.Error(), limit.Variable) {
		t.Errorf("beyond the limit: %v", err)
	}
	// Training reads frame by frame: there the length of a recording is no matter.
	if _, err := testOpener(configs.Data{Dir: path, Length: 16}).audio(t.Context()); err != nil {
		t.Error(err)
	}
}
