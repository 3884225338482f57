package data

import (
	"cmp"
	"context"
	"os"
	"slices"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/par"
)

// cacheBytes is how much memory the decoded images of a folder may take; larger
// folders are decoded anew when they are read.
const cacheBytes = 1 << 30

// images opens the PNG and JPEG images below data.dir. Subfolders train, val
// and test make up the splits where there is one named train.
func (o *opener) images(ctx context.Context) (files, error) {
	paths, err := findFiles(o.c.Dir, ".png", ".jpg", ".jpeg")
	if err != nil {
		return files{}, err
	}
	f := files{name: o.c.Dir, image: true}
	all := len(paths)
	paths, headers, err := o.headers(ctx, paths)
	if err != nil {
		return f, err
	}
	shape, err := o.imageShape(paths, headers)
	if err != nil {
		return f, err
	}
	s := &imageSource{shape: shape}
	if s.paths, err = o.decodable(ctx, paths, s); err != nil {
		return f, err
	}
	f.skipped = all - len(s.paths)
	f.splits = splitByFolder(o.c.Dir, s.paths, count(len(s.paths)+1), s)
	return f, nil
}

// imageSource is a source of image files, scaled to [0,1].
type imageSource struct {
	shape imageShape
	paths []string
	cache [][]byte // of each path, or nil
}

var _ Source = (*imageSource)(nil)

func (s *imageSource) Len() int     { return len(s.paths) }
func (s *imageSource) Shape() []int { return []int{s.shape.channels, s.shape.height, s.shape.width} }

func (s *imageSource) Read(dst []float32, index int) error {
	if err := inRange(index, len(s.paths)); err != nil {
		return err
	}
	if s.cache != nil {
		unitInterval(dst, s.cache[index])
		return nil
	}
	b := make([]byte, dim(s.Shape()))
	if err := readImageFile(s.paths[index], b, s.shape); err != nil {
		return err
	}
	unitInterval(dst, b)
	return nil
}

// headers reads the headers of all images and returns those of the good ones.
func (o *opener) headers(ctx context.Context, paths []string) ([]string, []imageHeader, error) {
	headers := make([]imageHeader, len(paths))
	bad, err := o.each(ctx, "reading image headers", paths, func(i int) error {
		return withFile(paths[i], func(r *os.File, size int64) (err error) {
			headers[i], err = readImageHeader(r, size)
			return err
		})
	})
	if err != nil {
		return nil, nil, err
	}
	return without(o, bad, paths, headers)
}

// imageShape decides what form images of these headers are brought into.
func (o *opener) imageShape(paths []string, headers []imageHeader) (imageShape, error) {
	first := headers[0]
	s := imageShape{o.c.Channels, cmp.Or(o.c.Size, first.height), cmp.Or(o.c.Size, first.width)}
	if s.channels == 0 {
		s.channels = 1
		if slices.ContainsFunc(headers, func(h imageHeader) bool { return !h.grey }) {
			s.channels = 3
		}
	}
	for i, h := range headers {
		if o.c.Size == 0 && (h.width != s.width || h.height != s.height) {
			return s, configs.Usagef("data: %s is %d×%d, but %s is %d×%d; set data.size to resize and crop all images to one size",
				paths[i], h.width, h.height, paths[0], s.width, s.height)
		}
	}
	return s, nil
}

// decodable decodes every image once, so that no broken one ends a run later,
// and returns the paths of the good ones. It fills the cache if they fit.
func (o *opener) decodable(ctx context.Context, paths []string, s *imageSource) ([]string, error) {
	size := dim(s.Shape())
	var cache [][]byte
	if len(paths) <= cacheBytes/size {
		cache = make([][]byte, len(paths))
	}
	bad, err := o.each(ctx, "decoding images", paths, func(i int) error {
		b := make([]byte, size)
		if cache != nil {
			cache[i] = b
		}
		return readImageFile(paths[i], b, s.shape)
	})
	if err != nil {
		return nil, err
	}
	paths, kept, err := without(o, bad, paths, cache)
	s.cache = kept
	return paths, err
}

// each calls f for all files, in parallel, and returns the errors by file; nil
// if there are none.
func (o *opener) each(ctx context.Context, task string, paths []string, f func(i int) error) ([]error, error) {
	pool := par.New(o.threads)
	defer pool.Close()
	bad := make([]error, len(paths))
	const round = 256
	for first := 0; first < len(paths); first += round {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n := min(round, len(paths)-first)
		pool.Do(n, func(c, _ int) { bad[first+c] = f(first + c) })
		o.progress(task, int64(first+n), int64(len(paths)))
	}
	return bad, nil
}
