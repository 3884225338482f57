package weights

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// ReadFile reads a weight file whose format its extension tells: .npz,
// .safetensors or PyTorch (.pt, .pth, .bin, .ckpt).
func ReadFile(name string) (arrays []Array, err error) {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".npz":
		return ReadNPZFile(name)
	case ".safetensors":
		arrays, _, err = ReadSafetensorsFile(name)
		return arrays, err
	case ".pt", ".pth", ".bin", ".ckpt":
		t, err := ReadTorchFile(name)
		if err != nil {
			return nil, err
		}
		return t.Arrays, nil
	}
	return nil, fmt.Errorf("%s: not a weight file; .npz, .safetensors and .pt are known", name)
}

// ReadNPZFile is ReadNPZ on a file.
func ReadNPZFile(name string) (arrays []Array, err error) {
	err = withFile(name, func(r io.ReaderAt, size int64) error {
		arrays, err = ReadNPZ(r, size)
		return err
	})
	return arrays, err
}

// ReadSafetensorsFile is ReadSafetensors on a file.
func ReadSafetensorsFile(name string) (arrays []Array, metadata map[string]string, err error) {
	err = withFile(name, func(r io.ReaderAt, size int64) error {
		arrays, metadata, err = ReadSafetensors(r, size)
		return err
	})
	return arrays, metadata, err
}

// ReadTorchFile is ReadTorch on a file.
func ReadTorchFile(name string) (t *Torch, err error) {
	err = withFile(name, func(r io.ReaderAt, size int64) error {
		t, err = ReadTorch(r, size)
		return err
	})
	return t, err
}

// withFile opens a regular file, and puts its name in front of errors.
func withFile(name string, read func(r io.ReaderAt, size int64) error) (err error) {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s: not a regular file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
	}()
	if err := read(f, info.Size()); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// readSmall reads a text file of at most limit bytes.
func readSmall(name string, limit int64) ([]byte, error) {
	var buf bytes.Buffer
	err := withFile(name, func(r io.ReaderAt, size int64) error {
		if size > limit {
			return fmt.Errorf("%d bytes are too many, at most %d are expected", size, limit)
		}
		_, err := buf.ReadFrom(io.NewSectionReader(r, 0, size))
		return err
	})
	return buf.Bytes(), err
}
