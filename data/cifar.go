package data

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/condmean/condmean/internal/atomicfile"
)

// The binary version of CIFAR-10: records of one label byte and the 32×32
// planes of red, green and blue, row by row.
const (
	cifarRecord  = 1 + 3*32*32
	cifarClasses = 10
	cifarBatches = 5
	cifarFolder  = "cifar-10-batches-bin" // in the archive
	cifarTest    = "test_batch.bin"
)

func cifarBatch(n int) string { return fmt.Sprintf("data_batch_%d.bin", n) }

// cifar opens the training batches asked for, or those that are there, and the
// test batch.
func (o *opener) cifar(ctx context.Context) (files, error) {
	dir, err := place(o.c.Dir, o.c.Kind)
	if err != nil {
		return files{}, err
	}
	train, test, batches := o.cifarFiles(dir)
	if train == nil || test == "" {
		if err := o.fetchCIFAR(ctx, dir); err != nil {
			return files{}, err
		}
		if train, test, batches = o.cifarFiles(dir); train == nil || test == "" {
			return files{}, fmt.Errorf("data: %s: the archive lacks a batch", dir)
		}
	}
	f := files{name: o.sets[o.c.Kind].part(batches), image: true}
	if f.train, err = openCIFAR(train...); err != nil {
		return f, err
	}
	f.test, err = openCIFAR(test)
	return f, err
}

// cifarFiles returns the batches that are there; train is nil if one of those
// asked for is missing.
func (o *opener) cifarFiles(dir string) (train []string, test string, batches []int) {
	where := []string{dir, filepath.Join(dir, cifarFolder)}
	find := func(name string) string {
		for _, d := range where {
			if p := firstThere(d, name); p != "" {
				return p
			}
		}
		return ""
	}
	for n := 1; n <= cifarBatches; n++ {
		if len(o.c.Batches) > 0 && !slices.Contains(o.c.Batches, n) {
			continue
		}
		p := find(cifarBatch(n))
		if p == "" && len(o.c.Batches) > 0 {
			return nil, "", nil
		}
		if p != "" {
			train, batches = append(train, p), append(batches, n)
		}
	}
	return train, find(cifarTest), batches
}

// openCIFAR reads batches one after the other.
func openCIFAR(paths ...string) (*bytesSource, error) {
	s := &bytesSource{shape: []int{3, 32, 32}, offset: 1, stride: cifarRecord}
	for _, p := range paths {
		if err := withFile(p, func(r *os.File, size int64) error {
			b, err := readCIFAR(r, size)
			s.data = append(s.data, b...)
			return err
		}); err != nil {
			return nil, err
		}
	}
	for at := 0; at < len(s.data); at += cifarRecord {
		s.labels = append(s.labels, s.data[at])
	}
	return s, nil
}

// readCIFAR reads the records of a stream of the given size.
func readCIFAR(r io.Reader, size int64) ([]byte, error) {
	if size == 0 || size%cifarRecord != 0 {
		return nil, fmt.Errorf("%d bytes are no whole number of records of %d bytes; the last one begins at byte %d",
			size, cifarRecord, size/cifarRecord*cifarRecord)
	}
	b, err := readBounded(r, int(size), int(size))
	if err != nil {
		return nil, fmt.Errorf("truncated at byte %d of %d: %w", len(b), size, err)
	}
	for at := 0; at < len(b); at += cifarRecord {
		if b[at] >= cifarClasses {
			return nil, fmt.Errorf("byte %d: label %d of record %d is none of the %d classes", at, b[at], at/cifarRecord, cifarClasses)
		}
	}
	return b, nil
}

// fetchCIFAR unpacks the archive, which is downloaded where it is missing.
func (o *opener) fetchCIFAR(ctx context.Context, dir string) error {
	set := o.sets["cifar10"]
	f := set.files[0]
	archive := filepath.Join(dir, f.name)
	if firstThere(dir, f.name) != "" {
		if err := verify(archive, f); err != nil {
			return err
		}
		return unpackCIFAR(archive, dir)
	}
	if err := o.download(ctx, set, f, dir); err != nil {
		return err
	}
	if err := unpackCIFAR(archive, dir); err != nil {
		return err
	}
	return os.Remove(archive)
}

// unpackCIFAR places the archive's batches in dir.
func unpackCIFAR(archive, dir string) error {
	return withFile(archive, func(r *os.File, _ int64) error {
		z, err := gzip.NewReader(r)
		if err != nil {
			return err
		}
		for t := tar.NewReader(z); ; {
			h, err := t.Next()
			if errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
			name := path.Base(h.Name)
			if h.Typeflag != tar.TypeReg || !strings.HasSuffix(name, "_batch.bin") && !strings.HasPrefix(name, "data_batch_") {
				continue
			}
			if !filepath.IsLocal(name) || h.Size > 1<<26 {
				return fmt.Errorf("entry %q of %d bytes is no batch", h.Name, h.Size)
			}
			if err := atomicfile.WriteFunc(filepath.Join(dir, name), func(w io.Writer) error {
				_, err := io.Copy(w, t)
				return err
			}); err != nil {
				return err
			}
		}
	})
}
