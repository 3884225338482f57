package data

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"sort"
	"sync"

	"github.com/condmean/condmean/configs"
)

// audio opens the WAV files below data.dir as frames of their short-time Fourier
// transforms. Subfolders train, val and test make up the splits where there is
// one named train; else whole recordings go to each.
func (o *opener) audio(ctx context.Context) (files, error) {
	paths, err := findFiles(o.c.Dir, ".wav", ".wave")
	if err != nil {
		return files{}, err
	}
	f := files{name: o.c.Dir, complex: true}
	headers := make([]wavHeader, len(paths))
	bad, err := o.each(ctx, "reading WAV files", paths, func(i int) error {
		return withFile(paths[i], func(r *os.File, size int64) (err error) {
			if headers[i], err = readWAVHeader(r, size); err == nil {
				err = headers[i].check(r)
			}
			return err
		})
	})
	if err != nil {
		return f, err
	}
	good, headers, err := without(o, bad, paths, headers)
	if err != nil {
		return f, err
	}
	f.skipped = len(paths) - len(good)
	s := &audioSource{paths: good, headers: headers, starts: []int{0}, length: o.c.Length}
	s.pool.New = func() any { return &recorder{stft: NewSTFT(o.c.Length, o.c.Hop)} }
	t := NewSTFT(o.c.Length, o.c.Hop)
	for i, h := range headers {
		if h.Rate != headers[0].Rate {
			return f, configs.Usagef("data: %s has %d samples a second, but %s has %d; want one rate", good[i], h.Rate, good[0], headers[0].Rate)
		}
		s.starts = append(s.starts, s.starts[i]+t.Frames(h.frames))
	}
	f.splits = splitByFolder(o.c.Dir, good, s.starts, s)
	return f, nil
}

// check reads through the samples of a file whose numbers may be not finite.
func (h wavHeader) check(r io.ReaderAt) error {
	if !h.Float {
		return nil
	}
	const some = 1 << 12
	b, x := make([]byte, some*h.frameBytes()), make([]float64, some*h.Channels)
	for at := 0; at < h.frames; at += some {
		n := min(some, h.frames-at)
		if _, err := r.ReadAt(b[:n*h.frameBytes()], h.offset+int64(at)*int64(h.frameBytes())); err != nil && err != io.EOF {
			return err
		}
		h.decode(x[:n*h.Channels], b)
		for i, v := range x[:n*h.Channels] {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("byte %d: sample %d holds %v; want finite numbers", h.offset+int64(at*h.frameBytes()+i*h.Bits/8), at+i/h.Channels, v)
			}
		}
	}
	return nil
}

// audioSource is a source of frames, two channels of as many values as there
// are frequencies: the real parts and the imaginary ones. Recordings of several
// channels are averaged to one.
type audioSource struct {
	paths   []string
	headers []wavHeader
	starts  []int // first frame of each file, and the number of frames
	length  int
	pool    sync.Pool // of *recorder
}

var (
	_ Source  = (*audioSource)(nil)
	_ blocked = (*audioSource)(nil)
)

// recorder is what one goroutine needs to read frames.
type recorder struct {
	stft    *STFT
	raw     []byte
	samples []float64
	out     []float64
}

func (s *audioSource) Len() int     { return s.starts[len(s.paths)] }
func (s *audioSource) Shape() []int { return []int{2, s.length} }

// blocks keeps recordings whole, or pieces of 64 frames if there are but few.
func (s *audioSource) blocks() []int {
	const few, piece = 20, 64
	if len(s.paths) >= few {
		return s.starts[:len(s.paths)]
	}
	var all []int
	for i := range s.paths {
		for at := s.starts[i]; at < s.starts[i+1]; at += piece {
			all = append(all, at)
		}
	}
	return all
}

func (s *audioSource) Read(dst []float32, index int) error {
	if err := inRange(index, s.Len()); err != nil {
		return err
	}
	// Files without samples have no frames: the last one that begins here.
	file := sort.SearchInts(s.starts, index+1) - 1
	r := s.pool.Get().(*recorder)
	defer s.pool.Put(r)
	if err := r.read(s.paths[file], s.headers[file], index-s.starts[file]); err != nil {
		return fmt.Errorf("data: %s: %w", s.paths[file], err)
	}
	for k, v := range r.out {
		dst[k] = float32(v)
	}
	return nil
}

// read transforms one frame of a file into r.out.
func (r *recorder) read(path string, h wavHeader, frame int) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
	}()
	if r.out == nil {
		r.out = make([]float64, 2*r.stft.Length)
	}
	x := r.stft.frame
	clear(x)
	at := r.stft.start(frame)
	lo, hi := max(at, 0), min(at+len(x), h.frames)
	n := (hi - lo) * h.frameBytes()
	if cap(r.raw) < n || cap(r.samples) < (hi-lo)*h.Channels {
		r.raw, r.samples = make([]byte, len(x)*h.frameBytes()), make([]float64, len(x)*h.Channels)
	}
	raw, samples := r.raw[:n], r.samples[:(hi-lo)*h.Channels]
	if k, err := f.ReadAt(raw, h.offset+int64(lo)*int64(h.frameBytes())); k < n {
		return fmt.Errorf("truncated at byte %d since it was opened: %w", h.offset+int64(lo*h.frameBytes()+k), err)
	}
	h.decode(samples, raw)
	for i, v := range samples {
		x[lo-at+i/h.Channels] += v / float64(h.Channels)
	}
	r.stft.forward(r.out)
	return nil
}
