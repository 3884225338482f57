package weights

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/npy"
)

// maxRank bounds the dimensions of a tensor.
const maxRank = 32

// storage is a reference to the flat memory behind one or more tensors.
type storage struct {
	key   string
	dtype DType
	count int // elements
	data  []byte

	unread bool // of a type without a decoder: count and data are not known
}

// view is a tensor: a strided window on a storage.
type view struct {
	storage *storage
	offset  int
	shape   []int
	strides []int

	negated bool  // the numbers are those of the storage times -1
	broken  error // why it is none; whoever knows its name says so
}

// storages resolves persistent references, which are tuples ("storage", type,
// key, device, element count, and in legacy files a view), by key.
type storages map[string]*storage

func (known storages) resolve(id any) (any, error) {
	t, ok := id.(tuple)
	if !ok || len(t) < 5 {
		return nil, errors.New("unknown persistent reference")
	}
	if kind, ok := t[0].(string); !ok || kind != "storage" {
		return nil, errors.New("unknown persistent reference")
	}
	typ, okType := t[1].(storageType)
	key, okKey := t[2].(string)
	count, okCount := t[4].(int)
	if !okType || !okKey || !okCount || count < 0 || count > math.MaxInt/8 {
		return nil, errors.New("malformed reference to a storage")
	}
	if len(t) > 5 && t[5] != nil {
		return nil, errors.New("views of storages (PyTorch < 0.4) are not supported")
	}
	s, ok := known[key]
	if !ok {
		s = &storage{key: key, dtype: typ.DType, count: count}
		known[key] = s
	} else if s.dtype != typ.DType || s.count != count {
		return nil, fmt.Errorf("storage %s is declared twice with different sizes", foreign.Quote(key))
	}
	return s, nil
}

// rebuildTensor stands for torch._utils._rebuild_tensor_v2(storage, offset,
// size, stride, requires_grad, hooks, metadata).
func rebuildTensor(args ...any) (any, error) {
	v, err := newView(args)
	if err != nil {
		return &view{storage: &storage{}, broken: err}, nil
	}
	if len(args) > 6 {
		v.negated = truthful(args[6], "neg")
	}
	return v, nil
}

// truthful tells whether a dictionary holds True under a key.
func truthful(v any, key string) bool {
	d, ok := v.(*dict)
	if !ok {
		return false
	}
	return slices.ContainsFunc(d.entries, func(e dictEntry) bool { return e.key == key && e.value == true })
}

// newView checks the arguments of a tensor.
func newView(args []any) (*view, error) {
	if len(args) < 4 {
		return nil, errors.New("malformed tensor")
	}
	s, okStorage := args[0].(*storage)
	offset, okOffset := args[1].(int)
	shape, okShape := ints(args[2])
	strides, okStrides := ints(args[3])
	if !okStorage || !okOffset || !okShape || !okStrides || len(shape) != len(strides) || offset < 0 {
		return nil, errors.New("malformed tensor")
	}
	n, err := elements(shape)
	if err != nil {
		return nil, err
	}
	// The last element's position, step by step so that nothing overflows.
	last := offset
	for i, d := range shape {
		if n == 0 {
			break
		}
		if strides[i] < 0 || last >= s.count || (d > 1 && strides[i] > (s.count-1-last)/(d-1)) {
			return nil, fmt.Errorf("a tensor of shape %v reaches beyond its storage", shape)
		}
		last += (d - 1) * strides[i]
	}
	if n > 0 && last >= s.count {
		return nil, fmt.Errorf("a tensor of shape %v reaches beyond its storage", shape)
	}
	return &view{storage: s, offset: offset, shape: shape, strides: strides}, nil
}

// rebuildUnread stands for torch._utils._rebuild_tensor_v3(…, dtype, …), which
// writes the types that have no storages of their own.
func rebuildUnread(args ...any) (any, error) {
	if len(args) < 7 {
		return nil, errors.New("malformed tensor")
	}
	dtype, ok := args[6].(unreadType)
	if !ok {
		return nil, errors.New("malformed tensor")
	}
	return &view{storage: &storage{dtype: DType(dtype), unread: true}}, nil
}

// rebuildParameter stands for torch._utils._rebuild_parameter(data, …).
func rebuildParameter(args ...any) (any, error) {
	if len(args) == 0 {
		return nil, errors.New("malformed parameter")
	}
	return args[0], nil
}

func ints(v any) ([]int, bool) {
	t, ok := v.(tuple)
	if !ok || len(t) > maxRank {
		return nil, false
	}
	out := make([]int, len(t))
	for i := range out {
		if out[i], ok = t[i].(int); !ok {
			return nil, false
		}
	}
	return out, true
}

// array cuts the tensor out of its storage's data.
func (v *view) array(name string, data []byte) Array {
	size := v.storage.dtype.Size()
	a := Array{Name: name, Shape: v.shape, DType: v.storage.dtype}
	n := a.Len()
	step, dense := 1, true
	for i := len(v.shape) - 1; i >= 0; i-- {
		dense = dense && (v.shape[i] == 1 || v.strides[i] == step)
		step *= v.shape[i]
	}
	switch {
	case n == 0:
	case dense:
		a.raw = data[v.offset*size : (v.offset+n)*size]
	default:
		a.raw = npy.Gather(data, v.offset, v.shape, v.strides, size)
	}
	return a
}
