package data

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/limit"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/internal/picture"
)

// cacheBytes is how much memory the decoded images of a folder may take, one
// byte a value or two if the file has 16 bits; larger folders are decoded anew
// when they are read.
const cacheBytes = 1 << 30

// images opens the PNG, JPEG, TIFF, PGM and PPM images below data.dir. Subfolders train, val
// and test make up the splits where there is one named train.
func (o *opener) images(ctx context.Context) (files, error) {
	paths, err := findFiles(o.c.Dir, picture.AllExtensions()...)
	if err != nil {
		return files{}, err
	}
	most, err := limit.Values()
	if err != nil {
		return files{}, configs.Usagef("%w", err)
	}
	s := &imageSource{gate: newGate(most)}
	f := files{name: o.c.Dir, image: true}
	all := len(paths)
	if paths, err = o.headers(ctx, paths, s); err != nil {
		return f, err
	}
	if s.shape, err = o.imageShape(s.images); err != nil {
		return f, err
	}
	if o.check != nil {
		if err := o.check([]int{s.shape.channels, s.shape.height, s.shape.width}); err != nil {
			return f, err
		}
	}
	if paths, err = o.decodable(ctx, paths, s); err != nil {
		return f, err
	}
	f.skipped = all - len(paths)
	f.splits = o.splitByFolder(paths, count(len(paths)+1), s)
	return f, nil
}

// openedImage is an image file as it was when the data set was opened.
type openedImage struct {
	path   string
	size   int64 // of the file, in bytes
	header picture.Header
	pixels pixels // if the images are kept in memory
}

// imageSource is a source of image files, scaled to [0,1].
type imageSource struct {
	shape  imageShape
	images []openedImage
	cached bool
	gate   *gate
}

var _ Source = (*imageSource)(nil)

func (s *imageSource) Len() int     { return len(s.images) }
func (s *imageSource) Shape() []int { return []int{s.shape.channels, s.shape.height, s.shape.width} }

func (s *imageSource) Read(dst []float32, index int) error {
	if err := inRange(index, len(s.images)); err != nil {
		return err
	}
	p, err := s.images[index].pixels, error(nil)
	if !s.cached {
		p, err = s.read(s.images[index])
	}
	if err != nil {
		return err
	}
	p.unitInterval(dst)
	return nil
}

// read decodes a file that must not have changed since it was opened.
func (s *imageSource) read(m openedImage) (p pixels, err error) {
	err = withFile(m.path, func(r *os.File, size int64) error {
		if err := sameSize(m.size, size); err != nil {
			return err
		}
		s.gate.enter(m.header.Values())
		defer s.gate.leave(m.header.Values())
		p, err = decodeImage(r, size, m.header, s.shape)
		return err
	})
	return p, err
}

// headers reads the headers of all images. It keeps the good ones in s, and
// returns their paths.
func (o *opener) headers(ctx context.Context, paths []string, s *imageSource) ([]string, error) {
	images := make([]openedImage, len(paths))
	bad, err := o.each(ctx, "reading image headers", paths, func(i int) error {
		return withFile(paths[i], func(r *os.File, size int64) (err error) {
			images[i] = openedImage{path: paths[i], size: size}
			images[i].header, err = picture.ReadHeader(r, size)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	paths, s.images, err = without(o, bad, paths, images)
	return paths, err
}

// imageShape decides what form these images are brought into.
func (o *opener) imageShape(images []openedImage) (imageShape, error) {
	first := images[0].header
	s := imageShape{o.c.Channels, cmp.Or(o.c.Size, first.Height), cmp.Or(o.c.Size, first.Width)}
	if s.channels == 0 {
		s.channels = 1
		if slices.ContainsFunc(images, func(m openedImage) bool { return !m.header.Grey }) {
			s.channels = 3
		}
	}
	if differ := slices.IndexFunc(images, func(m openedImage) bool { return m.header.Width != s.width || m.header.Height != s.height }); o.c.Size > 0 && differ >= 0 {
		h := images[differ].header
		o.log.Info("images are resized and cropped (data.size)", "to", fmt.Sprintf("%d×%d", s.width, s.height), "from", fmt.Sprintf("%d×%d", h.Width, h.Height), "first", images[differ].path)
	}
	for _, m := range images {
		if o.c.Size == 0 && (m.header.Width != s.width || m.header.Height != s.height) {
			return s, configs.Usagef("data: %s is %d×%d, but %s is %d×%d; set data.size to resize and crop all images to one size",
				foreign.Name(m.path), m.header.Width, m.header.Height, foreign.Name(images[0].path), s.width, s.height)
		}
	}
	return s, nil
}

// decodable decodes every image once, so that no broken one ends a run later,
// keeps the good ones in s, and returns their paths. Their pixels stay in memory
// if they fit.
func (o *opener) decodable(ctx context.Context, paths []string, s *imageSource) ([]string, error) {
	total := int64(0)
	for _, m := range s.images {
		total += s.shape.bytes(m.header)
	}
	s.cached = total <= cacheBytes
	bad, err := o.each(ctx, "decoding images", paths, func(i int) error {
		p, err := s.read(s.images[i])
		if s.cached {
			s.images[i].pixels = p
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	paths, s.images, err = without(o, bad, paths, s.images)
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
