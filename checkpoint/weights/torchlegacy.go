package weights

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"

	"github.com/condmean/condmean/internal/foreign"
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
	head := make([]byte, min(size, maxPickleBytes)) // all pickles, and maybe some data
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, err
	}
	at := int64(0)
	next := func(persistent func(any) (any, error)) (any, error) {
		v, n, err := loadPickle(head[at:], persistent)
		at += int64(n)
		return v, err
	}
	magic, err := next(nil)
	if m, ok := magic.(*big.Int); err != nil || !ok || m.Text(16) != legacyMagic {
		return nil, errors.New("neither a zip archive nor an older PyTorch file")
	}
	if v, err := next(nil); err != nil {
		return nil, err
	} else if n, ok := v.(int); !ok || n != legacyProtocol {
		return nil, fmt.Errorf("PyTorch file of unknown protocol, want %d", legacyProtocol)
	}
	info, err := next(nil)
	if err != nil {
		return nil, err
	}
	if d, ok := info.(*dict); ok {
		if v, ok := d.get("little_endian"); ok {
			if little, ok := v.(bool); !ok || !little {
				return nil, errors.New("big-endian PyTorch files are not supported")
			}
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
	order, ok := keys.(*list)
	if !ok {
		return nil, errors.New("malformed list of storages")
	}
	t := new(torchFile)
	if err := t.leaves.collect(object); err != nil {
		return nil, err
	}
	begins := map[*storage]int64{}
	for _, k := range order.items {
		key, _ := k.(string)
		s, ok := used[key] // the element type is known from the reference only
		if !ok {
			return nil, fmt.Errorf("storage %s is not referred to", foreign.Quote(key))
		}
		var length [8]byte
		if n, _ := r.ReadAt(length[:], at); n < len(length) {
			return nil, errors.New("the file is truncated")
		}
		at += int64(len(length))
		count := binary.LittleEndian.Uint64(length[:])
		if count != uint64(s.count) {
			return nil, fmt.Errorf("storage %s has %d elements, its tensors declare %d", foreign.Quote(key), count, s.count)
		}
		width := s.dtype.Size()
		if width == 0 { // how long its elements are is not known
			return nil, fmt.Errorf("element type %s is not supported", s.dtype)
		}
		if count > uint64(size-at)/uint64(width) {
			return nil, errors.New("the file is truncated")
		}
		begins[s] = at
		at += int64(count) * int64(width)
	}
	t.storage = func(s *storage) ([]byte, error) {
		at, ok := begins[s]
		if !ok {
			return nil, fmt.Errorf("storage %s is missing from the file", foreign.Quote(s.key))
		}
		b := make([]byte, s.count*s.dtype.Size())
		if n, err := r.ReadAt(b, at); n < len(b) {
			return nil, fmt.Errorf("the file is truncated: %w", err)
		}
		return b, nil
	}
	return t, nil
}
