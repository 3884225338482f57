package weights

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"

	"github.com/nlpodyssey/gopickle/pickle"
	"github.com/nlpodyssey/gopickle/types"
)

// storageType is what a name like torch.FloatStorage stands for.
type storageType struct{ DType DType }

// globals is the closed list of names that a pickle may refer to. Each stands
// for a Go value that builds a tensor, a plain container or nothing at all;
// no name leads to code from outside this file.
var globals = map[string]any{
	"torch.DoubleStorage":   storageType{Float64},
	"torch.FloatStorage":    storageType{Float32},
	"torch.HalfStorage":     storageType{Float16},
	"torch.BFloat16Storage": storageType{BFloat16},
	"torch.LongStorage":     storageType{Int64},
	"torch.IntStorage":      storageType{Int32},
	"torch.ShortStorage":    storageType{Int16},
	"torch.CharStorage":     storageType{Int8},
	"torch.ByteStorage":     storageType{Uint8},
	"torch.BoolStorage":     storageType{Bool},

	"torch._utils._rebuild_tensor_v2": function(rebuildTensor),
	"torch._utils._rebuild_parameter": function(rebuildParameter),

	"collections.OrderedDict": &types.OrderedDictClass{},
	"collections.defaultdict": function(func(...any) (any, error) { return types.NewDict(), nil }),

	// Values that training scripts leave in checkpoints and that hold no
	// weights: learning-rate milestones, sets, sizes, devices, NumPy scalars.
	"collections.Counter":           inert{},
	"builtins.set":                  inert{},
	"__builtin__.set":               inert{},
	"torch.Size":                    inert{},
	"torch.device":                  inert{},
	"torch.float32":                 inert{},
	"torch.float64":                 inert{},
	"torch.float16":                 inert{},
	"torch.bfloat16":                inert{},
	"numpy.dtype":                   inert{},
	"numpy.core.multiarray.scalar":  inert{},
	"numpy._core.multiarray.scalar": inert{},
	"_codecs.encode":                inert{},
}

func allowGlobal(module, name string) error {
	if _, ok := globals[module+"."+name]; !ok {
		return fmt.Errorf("the pickle refers to %q, which is not a tensor or plain container; nothing is executed, save the state_dict alone", clip(module+"."+name))
	}
	return nil
}

// function adapts a Go function to a Python callable.
type function func(args ...any) (any, error)

// Call implements types.Callable.
func (f function) Call(args ...any) (any, error) { return f(args...) }

// inert swallows whatever is done to it.
type inert struct{}

// Call implements types.Callable.
func (inert) Call(...any) (any, error) { return inert{}, nil }

// PyNew implements types.PyNewable.
func (inert) PyNew(...any) (any, error) { return inert{}, nil }

// PySetState implements types.PyStateSettable.
func (inert) PySetState(any) error { return nil }

// Set implements types.DictSetter.
func (inert) Set(_, _ any) {}

var (
	_ types.Callable        = function(nil)
	_ types.Callable        = inert{}
	_ types.PyNewable       = inert{}
	_ types.PyStateSettable = inert{}
	_ types.DictSetter      = inert{}
)

// loadPickle loads the pickle at the start of b and returns its value and its
// length. persistent resolves references to storages; nil forbids them.
func loadPickle(b []byte, persistent func(any) (any, error)) (v any, n int, err error) {
	n, err = scanPickle(b, allowGlobal)
	if err != nil {
		return nil, 0, err
	}
	// The unpickler indexes and type-asserts freely where a stream is
	// malformed; all its state is local, so that a panic can become an error.
	defer func() {
		if r := recover(); r != nil {
			v, err = nil, fmt.Errorf("malformed pickle: %s", clip(fmt.Sprint(r)))
		}
	}()
	u := pickle.NewUnpickler(bytes.NewReader(b[:n]))
	u.PersistentLoad = persistent
	u.FindClass = func(module, name string) (any, error) {
		if err := allowGlobal(module, name); err != nil {
			return nil, err
		}
		return globals[module+"."+name], nil
	}
	v, err = u.Load()
	if err != nil {
		return nil, 0, fmt.Errorf("malformed pickle: %s", clip(err.Error()))
	}
	return v, n, nil
}

// clip makes text that came from a file fit for a message of one line.
func clip(s string) string {
	const limit = 160
	if len(s) > limit {
		s = s[:limit] + "…"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}
