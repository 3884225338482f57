package data

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/limit"
	"github.com/condmean/condmean/internal/npy"
)

// splitNames are the names of arrays that make up the splits of a data set.
var splitNames = [3][]string{{"train"}, {"val", "valid", "validation"}, {"test"}}

// arrays opens data.dir: an .npy file; an .npz archive with one array, the
// array data.array, or arrays named train, val and test; or a folder with files
// of these names.
func (o *opener) arrays() (files, error) {
	found, err := o.findArrays()
	if err != nil {
		return files{}, err
	}
	f := files{name: o.c.Dir}
	for i, to := range []*Source{&f.train, &f.val, &f.test} {
		a := found[i]
		if a == nil {
			continue
		}
		if *to = a; !slices.Equal(a.Shape(), found[0].Shape()) {
			return f, configs.Usagef("data: %s has samples of shape %v, but %s of shape %v", found[0].name, found[0].Shape(), a.name, a.Shape())
		}
	}
	o.noteLayout(found[0])
	f.complex = found[0].element.Values() == 2
	f.image = len(found[0].shape) == 3 && !f.complex
	return f, nil
}

// noteLayout says what samples of two axes are taken for, which could be two things.
func (o *opener) noteLayout(a *array) {
	if len(a.axes) != 2 || o.c.Layout != "auto" && o.c.Layout != "" {
		return
	}
	as, other := "images of one channel", "cl"
	if len(a.shape) == 2 {
		as, other = fmt.Sprintf("signals of %d channels", a.axes[0]), "hw"
	}
	o.log.Info("samples of two axes are taken for "+as+"; set data.layout if they are not", "axes", a.axes, "or", "data.layout="+other)
}

// findArrays returns the arrays of the three splits; only the first is never
// nil.
func (o *opener) findArrays() (found [3]*array, err error) {
	info, err := os.Stat(o.c.Dir)
	if err != nil {
		return found, configs.Usagef("data.dir: %w", err)
	}
	if !info.IsDir() {
		return o.openArrays(o.c.Dir)
	}
	for i, names := range splitNames {
		for _, name := range names {
			if path := firstThere(o.c.Dir, name+".npy", name+".npz"); path != "" && found[i] == nil {
				one, err := o.openArrays(path)
				if err != nil {
					return found, err
				}
				found[i] = one[0]
			}
		}
	}
	if found[0] == nil {
		return found, configs.Usagef("data.dir: %s has no train.npy or train.npz; name a file, or put train.npy, and if there are val.npy and test.npy, there", o.c.Dir)
	}
	return found, nil
}

// openArrays opens a file. It stays open as long as the arrays are in use.
func (o *opener) openArrays(path string) (found [3]*array, err error) {
	f, err := openSteady(path)
	if err != nil {
		return found, cannotOpen(path, err)
	}
	if strings.EqualFold(filepath.Ext(path), ".npz") {
		found, err = o.openNPZ(path, f, f.size)
	} else {
		found[0], err = newArray(path, f, f.size, o.c.Layout)
	}
	if err != nil {
		return found, firstOf(err, f.f.Close())
	}
	return found, nil
}

// openNPZ picks arrays of an archive.
func (o *opener) openNPZ(path string, r io.ReaderAt, size int64) (found [3]*array, err error) {
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // nothing is unpacked to a path
		return found, fmt.Errorf("data: %s: not a complete .npz archive: %w", path, err)
	}
	entries, names := map[string]*zip.File{}, []string(nil)
	for _, e := range z.File {
		name := strings.TrimSuffix(e.Name, ".npy")
		entries[name], names = e, append(names, name)
	}
	open := func(name string) (*array, error) {
		inside := path + ": array " + foreign.Name(name)
		at, n, err := openEntry(entries[name], r, size)
		if err != nil {
			return nil, fmt.Errorf("data: %s: %w", inside, err)
		}
		return newArray(inside, at, n, o.c.Layout)
	}
	switch {
	case o.c.Array != "" && entries[o.c.Array] == nil:
		return found, configs.Usagef("data.array: %s has no array %q, only %s", path, o.c.Array, foreign.Names(names))
	case o.c.Array != "":
		found[0], err = open(o.c.Array)
		return found, err
	case len(names) == 1:
		found[0], err = open(names[0])
		return found, err
	case entries["train"] == nil:
		return found, configs.Usagef("data.array: %s holds the arrays %s; name one of them", path, foreign.Names(names))
	}
	for i, names := range splitNames {
		for _, name := range names {
			if entries[name] != nil && found[i] == nil {
				if found[i], err = open(name); err != nil {
					return found, err
				}
			}
		}
	}
	return found, nil
}

// openEntry returns the contents of an archive's entry, after comparing its
// checksum: in place if it is stored as it is, else unpacked in memory, once its
// header tells that this is within the limit.
func openEntry(e *zip.File, r io.ReaderAt, size int64) (_ io.ReaderAt, _ int64, err error) {
	if e.UncompressedSize64 > uint64(size)*maxDeflate {
		return nil, 0, fmt.Errorf("unpacks to %d bytes, more than an archive of %d bytes can hold", e.UncompressedSize64, size)
	}
	n := int64(e.UncompressedSize64)
	from, err := e.Open()
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = firstOf(err, from.Close()) }()
	if e.Method == zip.Store {
		at, err := e.DataOffset()
		if err != nil {
			return nil, 0, err
		}
		_, err = io.Copy(io.Discard, from)
		return io.NewSectionReader(r, at, n), n, err
	}
	var head bytes.Buffer
	h, err := npy.ReadHeader(io.TeeReader(from, &head), n)
	if err != nil {
		return nil, 0, err
	}
	if err := limit.Check("compressed elements", int64(h.Count())); err != nil {
		return nil, 0, configs.Usagef("%w; or save the array uncompressed (numpy.save, numpy.savez)", err)
	}
	b, err := readBounded(io.MultiReader(&head, from), int(n), int(min(n, 8*size)))
	if err == nil {
		_, err = io.Copy(io.Discard, from) // its end is where the checksum is compared
	}
	return bytes.NewReader(b), n, err
}
