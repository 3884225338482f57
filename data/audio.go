package data

import (
	"cmp"
	"context"
	"os"
	"sort"
	"sync"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
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
	all := make([]recording, len(paths))
	bad, err := o.each(ctx, "reading WAV files", paths, func(i int) error {
		return withFile(paths[i], func(r *os.File, size int64) (err error) {
			all[i] = recording{path: paths[i], size: size}
			if all[i].wavHeader, err = readWAVHeader(r, size); err == nil && all[i].Float {
				err = all[i].each(r, func(int, []float64) error { return nil }) // its numbers may be not finite
			}
			return err
		})
	})
	if err != nil {
		return f, err
	}
	_, good, err := without(o, bad, paths, all)
	if err != nil {
		return f, err
	}
	if good, err = o.withSamples(good); err != nil {
		return f, err
	}
	f.skipped = len(paths) - len(good)
	s := &audioSource{recordings: good, starts: []int{0}, length: o.c.Length}
	s.pool.New = func() any { return &recorder{stft: NewSTFT(o.c.Length, o.c.Hop)} }
	t := NewSTFT(o.c.Length, o.c.Hop)
	paths = nil
	for i, r := range good {
		if r.Rate != good[0].Rate {
			return f, configs.Usagef("data: %s has %d samples a second, but %s has %d; want one rate", foreign.Name(r.path), r.Rate, foreign.Name(good[0].path), good[0].Rate)
		}
		paths = append(paths, r.path)
		s.starts = append(s.starts, s.starts[i]+t.Frames(r.frames))
	}
	f.splits = o.splitByFolder(paths, s.starts, s)
	return f, nil
}

// withSamples leaves out empty recordings, and logs which, and which do not say
// how long they are.
func (o *opener) withSamples(all []recording) (good []recording, err error) {
	unfinished, first := 0, ""
	for _, r := range all {
		if r.frames == 0 {
			o.log.Warn("recording left out: it holds no samples", "file", r.path)
			continue
		}
		if good = append(good, r); r.unfinished {
			unfinished, first = unfinished+1, cmp.Or(first, r.path)
		}
	}
	if len(good) == 0 {
		return nil, configs.Usagef("data: %s: none of %d recordings holds a sample", foreign.Name(o.c.Dir), len(all))
	}
	if unfinished > 0 {
		o.log.Warn("the headers of some recordings were never finished; these are read to the ends of their files", "recordings", unfinished, "first", first)
	}
	return good, nil
}

// recording is a WAV file as it was when the data set was opened.
type recording struct {
	path string
	size int64 // of the file, in bytes
	wavHeader
}

// audioSource is a source of frames, two channels of as many values as there
// are frequencies: the real parts and the imaginary ones. Recordings of several
// channels are averaged to one.
type audioSource struct {
	recordings []recording
	starts     []int // first frame of each recording, and the number of frames
	length     int
	pool       sync.Pool // of *recorder
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

func (s *audioSource) Len() int     { return s.starts[len(s.recordings)] }
func (s *audioSource) Shape() []int { return []int{2, s.length} }

// blocks keeps recordings whole, or pieces of 64 frames if there are but few.
func (s *audioSource) blocks() []int {
	const few, piece = 20, 64
	if len(s.recordings) >= few {
		return s.starts[:len(s.recordings)]
	}
	var all []int
	for i := range s.recordings {
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
	k := sort.SearchInts(s.starts, index+1) - 1
	r := s.pool.Get().(*recorder)
	defer s.pool.Put(r)
	if err := r.read(&s.recordings[k], index-s.starts[k]); err != nil {
		return err
	}
	for k, v := range r.out {
		dst[k] = float32(v)
	}
	return nil
}

// read transforms one frame of a recording into r.out.
func (r *recorder) read(from *recording, frame int) error {
	if r.out == nil {
		r.out = make([]float64, 2*r.stft.Length)
	}
	x := r.stft.frame
	clear(x)
	at := r.stft.start(frame)
	lo, hi := max(at, 0), min(at+len(x), from.frames)
	bytes, values := (hi-lo)*from.frameBytes(), (hi-lo)*from.Channels
	if cap(r.raw) < bytes || cap(r.samples) < values {
		r.raw, r.samples = make([]byte, len(x)*from.frameBytes()), make([]float64, len(x)*from.Channels)
	}
	raw, samples := r.raw[:bytes], r.samples[:values]
	err := withFile(from.path, func(f *os.File, size int64) error {
		if err := sameSize(from.size, size); err != nil {
			return err
		}
		return from.read(f, raw, lo)
	})
	if err != nil {
		return err
	}
	from.decode(samples, raw)
	for i, v := range samples {
		x[lo-at+i/from.Channels] += v / float64(from.Channels)
	}
	r.stft.forward(r.out)
	return nil
}
