package data

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/limit"
)

// The IDX format of MNIST and Fashion-MNIST, all numbers big-endian: two zero
// bytes, the element type, the rank, the lengths of the axes as 32 bits each,
// then the elements.
const (
	idxUint8 = 8
	idxImage = 3 // rank of images (n, rows, columns)
	idxLabel = 1 // rank of labels (n)

	maxDeflate = 1032 // DEFLATE packs at most so many bytes into one
)

// idx opens MNIST or Fashion-MNIST.
func (o *opener) idx(ctx context.Context) (files, error) {
	dir, err := place(o.c.Dir, o.c.Kind)
	if err != nil {
		return files{}, err
	}
	paths, err := o.idxFiles(ctx, dir)
	if err != nil {
		return files{}, err
	}
	f := files{name: o.sets[o.c.Kind].title, image: true}
	if f.train, err = openIDX(paths[0], paths[1]); err != nil {
		return f, err
	}
	f.test, err = openIDX(paths[2], paths[3])
	return f, err
}

// idxFiles returns the paths of the images and labels for training and testing,
// gzipped or not, under the names in use, and downloads what is missing.
func (o *opener) idxFiles(ctx context.Context, dir string) ([]string, error) {
	set := o.sets[o.c.Kind]
	var paths []string
	for _, f := range set.files {
		plain := strings.TrimSuffix(f.name, ".gz")
		dotted := strings.Replace(plain, "-idx", ".idx", 1)
		path := firstThere(dir, f.name, plain, dotted+".gz", dotted)
		if path == "" {
			if err := o.download(ctx, set, f, dir); err != nil {
				return nil, err
			}
			path = filepath.Join(dir, f.name)
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// openIDX reads images and their labels.
func openIDX(images, labels string) (*bytesSource, error) {
	axes, pixels, err := readIDXFile(images, idxImage)
	if err != nil {
		return nil, err
	}
	n, classes, err := readIDXFile(labels, idxLabel)
	if err != nil {
		return nil, err
	}
	if n[0] != axes[0] {
		return nil, fmt.Errorf("data: %s has %d images, but %s %d labels", images, axes[0], labels, n[0])
	}
	if axes[0] == 0 || axes[1] == 0 || axes[2] == 0 {
		return nil, fmt.Errorf("data: %s holds no images: its axes are %v", images, axes)
	}
	return &bytesSource{shape: []int{1, axes[1], axes[2]}, data: pixels, stride: axes[1] * axes[2], labels: classes}, nil
}

// readIDXFile reads a file of unsigned bytes of the given rank.
func readIDXFile(path string, rank int) (axes []int, b []byte, err error) {
	err = withFile(path, func(r *os.File, size int64) error {
		axes, b, err = readIDX(r, size, rank)
		return err
	})
	return axes, b, err
}

// readIDX reads an IDX stream of the given size, which may be gzipped. Memory
// grows with what is really there.
func readIDX(r io.Reader, size int64, rank int) (axes []int, b []byte, err error) {
	buffered := bufio.NewReaderSize(r, 1<<16)
	r = buffered
	most, packed := size, false
	if head, err := buffered.Peek(2); err == nil && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, nil, fmt.Errorf("gzip header: %w", err)
		}
		r, most, packed = z, size*maxDeflate, true
	}
	header := make([]byte, 4+4*rank)
	if n, err := io.ReadFull(r, header); err != nil {
		return nil, nil, fmt.Errorf("truncated at byte %d, within the IDX header of %d bytes: %w", n, len(header), err)
	}
	if want := []byte{0, 0, idxUint8, byte(rank)}; string(header[:4]) != string(want) {
		return nil, nil, fmt.Errorf("begins with bytes % x, want % x: an IDX file of unsigned bytes with %d axes", header[:4], want, rank)
	}
	total := int64(1)
	for i := range rank {
		at := 4 + 4*i
		n := int64(binary.BigEndian.Uint32(header[at:]))
		axes = append(axes, int(n))
		if n > 0 && total > most/n {
			return nil, nil, fmt.Errorf("byte %d: axes of lengths %v hold more values than a file of %d bytes can", at, axes, size)
		}
		total *= n
	}
	if packed {
		if err := limit.Check("compressed pixels", total); err != nil {
			return nil, nil, configs.Usagef("%w; or unpack the file (gunzip)", err)
		}
	}
	b, err = readBounded(r, int(total), int(min(8*size, total)))
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, nil, fmt.Errorf("truncated at byte %d of %d: %w", len(header)+len(b), int64(len(header))+total, err)
	} else if err != nil {
		return nil, nil, fmt.Errorf("after byte %d: %w", len(header)+len(b), err)
	}
	// The end of the stream is also where gzip compares the checksum.
	switch n, err := io.ReadFull(r, make([]byte, 1)); {
	case n > 0:
		return nil, nil, fmt.Errorf("goes on after byte %d, where the values of its header end", int64(len(header))+total)
	case !errors.Is(err, io.EOF):
		return nil, nil, fmt.Errorf("after byte %d: %w", int64(len(header))+total, err)
	}
	return axes, b, nil
}
