package weights

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"

	"github.com/nlpodyssey/gopickle/types"
)

// The format of torch.save before PyTorch 1.6 is a sequence of pickles: magic
// number, protocol version, system information, the object itself, the list
// of storage keys; then for each key the number of elements as int64 and the
// elements.
const (
	legacyMagic    = "1950a86a20f9469cfc6c"
	legacyProtocol = 1001
)

func openLegacy(r io.ReaderAt, size int64) (*torchFile, error) {
	b := make([]byte, size)
	if _, err := r.ReadAt(b, 0); err != nil && err != io.EOF {
		return nil, err
	}
	next := func(persistent func(any) (any, error)) (any, error) {
		v, n, err := loadPickle(b, persistent)
		b = b[n:]
		return v, err
	}
	magic, err := next(nil)
	if m, ok := magic.(*big.Int); err != nil || !ok || m.Text(16) != legacyMagic {
		return nil, errors.New("neither a zip archive nor an older PyTorch file")
	}
	if v, err := next(nil); err != nil {
		return nil, err
	} else if v != legacyProtocol {
		return nil, fmt.Errorf("PyTorch file of unknown protocol %v", v)
	}
	info, err := next(nil)
	if err != nil {
		return nil, err
	}
	if d, ok := info.(*types.Dict); ok {
		if little, ok := d.Get("little_endian"); ok && little != true {
			return nil, errors.New("big-endian PyTorch files are not supported")
		}
	}
	used := make(storages)
	object, err := next(used.resolve)
	if err != nil {
		return nil, err
	}
	keys, err := next(nil)
	if err != nil {
		return nil, err
	}
	list, ok := keys.(*types.List)
	if !ok {
		return nil, errors.New("malformed list of storages")
	}
	t := new(torchFile)
	if err := t.leaves.collect(object); err != nil {
		return nil, err
	}
	for _, k := range *list {
		key, _ := k.(string)
		s, ok := used[key] // the element type is known from the reference only
		if !ok {
			return nil, fmt.Errorf("storage %q is not referred to", clip(key))
		}
		if len(b) < 8 {
			return nil, errors.New("the file is truncated")
		}
		count := binary.LittleEndian.Uint64(b)
		b = b[8:]
		if count != uint64(s.count) {
			return nil, fmt.Errorf("storage %q has %d elements, its tensors declare %d", clip(key), count, s.count)
		}
		if count > uint64(len(b)/s.dtype.Size()) {
			return nil, errors.New("the file is truncated")
		}
		n := int(count) * s.dtype.Size()
		s.data, b = b[:n:n], b[n:]
	}
	t.storage = func(s *storage) ([]byte, error) {
		return nil, fmt.Errorf("storage %q is missing from the file", clip(s.key))
	}
	return t, nil
}
