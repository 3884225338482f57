//go:build xla && (linux || darwin)

package pjrt

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
)

// Options are named values: of a plugin's client (memory_fraction, preallocate,
// visible_devices, …), or of a compilation (xla_gpu_deterministic_ops, …). A value
// is a string, bool, int64, float64 or, of a client, []int64.
type Options map[string]any

// kinds are those of a GPU's options that a value does not tell: a plugin refuses an
// option of another kind.
var kinds = map[string]func(text string) (any, error){
	"memory_fraction": func(text string) (any, error) { return strconv.ParseFloat(text, 64) },
	"visible_devices": func(text string) (any, error) {
		var list []int64
		for part := range strings.SplitSeq(text, ":") {
			n, err := strconv.ParseInt(part, 10, 64)
			if err != nil {
				return nil, err
			}
			list = append(list, n)
		}
		return list, nil
	},
}

// ParseOptions reads options as name=value, separated by commas. Values that look
// like a number or a bool are one; visible_devices is a list such as 0:2.
func ParseOptions(text string) (Options, error) {
	o := Options{}
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name, value, ok := strings.Cut(part, "=")
		if !ok || name == "" {
			return nil, configs.Usagef("option %s, want name=value", foreign.Quote(part))
		}
		if kind, ok := kinds[name]; ok {
			v, err := kind(value)
			if err != nil {
				return nil, configs.Usagef("option %s: no such value", foreign.Quote(part))
			}
			o[name] = v
		} else if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			o[name] = n
		} else if f, err := strconv.ParseFloat(value, 64); err == nil {
			o[name] = f
		} else if value == "true" || value == "false" {
			o[name] = value == "true"
		} else {
			o[name] = value
		}
	}
	return o, nil
}

// String lists the options in order, as ParseOptions reads them.
func (o Options) String() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(o)) {
		value := fmt.Sprint(o[name])
		if list, ok := o[name].([]int64); ok {
			value = strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", ":"), "[]")
		}
		parts = append(parts, name+"="+value)
	}
	return strings.Join(parts, ",")
}

// named lays the options out for a plugin. Strings and lists are reachable from o
// alone, which must be kept alive.
func (o Options) named() []namedValue {
	var out []namedValue
	for _, name := range slices.Sorted(maps.Keys(o)) {
		nv := namedValue{name: textOf(name), n: 1}
		nv.size = unsafe.Sizeof(nv)
		switch v := o[name].(type) {
		case string:
			t := textOf(v)
			nv.value, nv.n = uint64(uintptr(unsafe.Pointer(t.p))), t.n
		case int64:
			nv.kind, nv.value = 1, uint64(v)
		case []int64:
			nv.kind, nv.value, nv.n = 2, uint64(uintptr(unsafe.Pointer(unsafe.SliceData(v)))), uintptr(len(v))
		case float64:
			nv.kind, nv.value = 3, uint64(math.Float32bits(float32(v)))
		case bool:
			nv.kind, nv.value = 4, bit(v)
		default:
			panic(fmt.Sprintf("pjrt: option %s is a %T", name, v))
		}
		out = append(out, nv)
	}
	return out
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// compileOptions encodes a CompileOptionsProto for the given device. Debug options
// override those of XLA_FLAGS.
func compileOptions(debug Options, device int) []byte {
	build := field(nil, 1, ^uint64(0))                          // device_ordinal: that of the assignment
	build = field(build, 4, uint64(1))                          // num_replicas
	build = field(build, 5, uint64(1))                          // num_partitions
	computation := field(nil, 1, uint64(device))                // replica_device_ids
	assignment := field(field(nil, 1, uint64(1)), 2, uint64(1)) // one replica of one computation
	build = field(build, 9, field(assignment, 3, computation))  // device_assignment
	out := field(nil, 3, build)                                 // executable_build_options
	for _, name := range slices.Sorted(maps.Keys(debug)) {
		var value []byte // OptionOverrideProto
		switch v := debug[name].(type) {
		case string:
			value = field(nil, 1, []byte(v))
		case bool:
			value = field(nil, 2, bit(v))
		case int64:
			value = field(nil, 3, uint64(v))
		case float64:
			value = field(nil, 4, v)
		default:
			panic(fmt.Sprintf("pjrt: option %s is a %T", name, v))
		}
		out = field(out, 7, field(field(nil, 1, []byte(name)), 2, value)) // env_option_overrides
	}
	return out
}

// field appends a field in protobuf's wire format.
func field(b []byte, number int, v any) []byte {
	key := uint64(number) << 3
	switch v := v.(type) {
	case uint64:
		return binary.AppendUvarint(binary.AppendUvarint(b, key), v)
	case float64:
		return binary.LittleEndian.AppendUint64(binary.AppendUvarint(b, key|1), math.Float64bits(v))
	case []byte:
		return append(binary.AppendUvarint(binary.AppendUvarint(b, key|2), uint64(len(v))), v...)
	}
	panic("pjrt: a field of an unknown type")
}
