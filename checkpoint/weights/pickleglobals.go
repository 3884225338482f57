package weights

import (
	"fmt"

	"github.com/condmean/condmean/internal/foreign"
)

// storageType is what a name like torch.FloatStorage stands for.
type storageType struct{ DType DType }

// unreadType is the name of an element type without a decoder.
type unreadType string

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

	"torch.ComplexFloatStorage":    storageType{"complex64"},
	"torch.ComplexDoubleStorage":   storageType{"complex128"},
	"torch.storage.UntypedStorage": storageType{"untyped"},
	"torch.float8_e4m3fn":          unreadType("float8_e4m3fn"),
	"torch.float8_e4m3fnuz":        unreadType("float8_e4m3fnuz"),
	"torch.float8_e5m2":            unreadType("float8_e5m2"),
	"torch.float8_e5m2fnuz":        unreadType("float8_e5m2fnuz"),
	"torch.float8_e8m0fnu":         unreadType("float8_e8m0fnu"),
	"torch.uint16":                 unreadType("uint16"),
	"torch.uint32":                 unreadType("uint32"),
	"torch.uint64":                 unreadType("uint64"),

	"torch._utils._rebuild_tensor_v2": function(rebuildTensor),
	"torch._utils._rebuild_tensor_v3": function(rebuildUnread),
	"torch._utils._rebuild_parameter": function(rebuildParameter),

	"collections.OrderedDict": function(newDict),
	"collections.defaultdict": function(func(...any) (any, error) { return new(dict), nil }),

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

	// What Lightning and scripts with argparse keep of their settings.
	"argparse.Namespace":                                inert{},
	"types.SimpleNamespace":                             inert{},
	"pathlib.PosixPath":                                 inert{},
	"pathlib.WindowsPath":                               inert{},
	"datetime.datetime":                                 inert{},
	"datetime.timedelta":                                inert{},
	"lightning_fabric.utilities.data.AttributeDict":     inert{},
	"lightning.fabric.utilities.data.AttributeDict":     inert{},
	"pytorch_lightning.utilities.parsing.AttributeDict": inert{},
	"numpy.core.multiarray._reconstruct":                inert{},
	"numpy._core.multiarray._reconstruct":               inert{},
	"numpy.ndarray":                                     inert{},
}

func findGlobal(module, name string) (any, error) {
	v, ok := globals[module+"."+name]
	if !ok {
		return nil, fmt.Errorf("the pickle refers to %s, which is not a tensor or plain container; nothing is executed, save the state_dict alone", foreign.Quote(module+"."+name))
	}
	return v, nil
}

// function adapts a Go function to a Python callable.
type function func(args ...any) (any, error)

// inert swallows whatever is done to it.
type inert struct{}
