package weights

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math"
)

// TorchDict is a dictionary for WriteTorch. Values are Array (a tensor), string,
// int, float64, bool, nil, a TorchList or another TorchDict; keys keep their order.
type TorchDict []TorchItem

// TorchList is a list of such values.
type TorchList []any

// TorchItem is an entry of a TorchDict.
type TorchItem struct {
	Key   string
	Value any
}

// WriteTorch writes a file that torch.load reads, with weights_only as well: the
// zip form of PyTorch 1.6 and later, protocol 2. Arrays are float16, float32,
// float64 or int64; those over the same memory share it in the file too. Equal
// dictionaries give equal bytes.
func WriteTorch(w io.Writer, dict TorchDict) error {
	p := &pickler{keys: map[span]string{}}
	p.raw(0x80, 2) // PROTO
	if err := p.dict(dict); err != nil {
		return err
	}
	p.raw('.') // STOP
	z := zip.NewWriter(w)
	for _, e := range append([]zipEntry{{"data.pkl", p.buf.Bytes()}, {"byteorder", []byte("little")}}, append(p.storages, zipEntry{"version", []byte("3\n")})...) {
		// Sizes and checksum in front, as in WriteNPZ.
		f, err := z.CreateRaw(&zip.FileHeader{Name: "archive/" + e.name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(e.data),
			CompressedSize64: uint64(len(e.data)), UncompressedSize64: uint64(len(e.data))})
		if err != nil {
			return err
		}
		if _, err := f.Write(e.data); err != nil {
			return err
		}
	}
	return z.Close()
}

type zipEntry struct {
	name string
	data []byte
}

// torchStorages are the classes of storages by element type.
var torchStorages = map[DType]string{Float16: "HalfStorage", Float32: "FloatStorage", Float64: "DoubleStorage", Int64: "LongStorage"}

// pickler writes the few opcodes that dictionaries of tensors take.
type pickler struct {
	buf      bytes.Buffer
	storages []zipEntry
	keys     map[span]string // of storages
}

// span is memory of an array.
type span struct {
	first *float32
	len   int
}

func (p *pickler) raw(b ...byte) { p.buf.Write(b) }

func (p *pickler) str(s string) {
	p.raw('X') // BINUNICODE
	p.raw(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))...)
	p.buf.WriteString(s)
}

func (p *pickler) int(i int) {
	if i >= math.MinInt32 && i <= math.MaxInt32 {
		p.raw('J') // BININT
		p.raw(binary.LittleEndian.AppendUint32(nil, uint32(int32(i)))...)
		return
	}
	p.raw(0x8a, 8) // LONG1
	p.raw(binary.LittleEndian.AppendUint64(nil, uint64(i))...)
}

func (p *pickler) global(module, name string) { p.buf.WriteString("c" + module + "\n" + name + "\n") }

func (p *pickler) tuple(ints ...int) {
	p.raw('(') // MARK
	for _, i := range ints {
		p.int(i)
	}
	p.raw('t') // TUPLE
}

func (p *pickler) dict(d TorchDict) error {
	p.raw('}', '(') // EMPTY_DICT, MARK
	for _, item := range d {
		p.str(item.Key)
		if err := p.value(item.Value); err != nil {
			return fmt.Errorf("%s: %w", item.Key, err)
		}
	}
	p.raw('u') // SETITEMS
	return nil
}

func (p *pickler) list(l TorchList) error {
	p.raw(']', '(') // EMPTY_LIST, MARK
	for i, v := range l {
		if err := p.value(v); err != nil {
			return fmt.Errorf("%d: %w", i, err)
		}
	}
	p.raw('e') // APPENDS
	return nil
}

func (p *pickler) value(v any) error {
	switch v := v.(type) {
	case TorchDict:
		return p.dict(v)
	case TorchList:
		return p.list(v)
	case Array:
		return p.tensor(v)
	case nil:
		p.raw('N') // NONE
	case string:
		p.str(v)
	case int:
		p.int(v)
	case float64:
		p.raw('G') // BINFLOAT
		p.raw(binary.BigEndian.AppendUint64(nil, math.Float64bits(v))...)
	case bool:
		p.raw(map[bool]byte{true: 0x88, false: 0x89}[v]) // NEWTRUE, NEWFALSE
	default:
		return fmt.Errorf("%T cannot be written", v)
	}
	return nil
}

// tensor writes torch._utils._rebuild_tensor_v2(storage, 0, size, stride, False,
// OrderedDict()) with a storage of its own.
func (p *pickler) tensor(a Array) error {
	class, ok := torchStorages[a.DType]
	if !ok {
		return fmt.Errorf("element type %s is not written to PyTorch files", a.DType)
	}
	key := p.storage(a)
	stride := make([]int, len(a.Shape))
	step := 1
	for i := len(stride) - 1; i >= 0; i-- {
		stride[i] = step
		step *= a.Shape[i]
	}
	p.global("torch._utils", "_rebuild_tensor_v2")
	p.raw('(', '(') // MARK, MARK
	p.str("storage")
	p.global("torch", class)
	p.str(key)
	p.str("cpu")
	p.int(a.Len())
	p.raw('t', 'Q') // TUPLE, BINPERSID
	p.int(0)
	p.tuple(a.Shape...)
	p.tuple(stride...)
	p.raw(0x89) // NEWFALSE: requires_grad
	p.global("collections", "OrderedDict")
	p.raw(')', 'R') // EMPTY_TUPLE, REDUCE
	p.raw('t', 'R') // TUPLE, REDUCE
	return nil
}

// storage returns the key of the storage that has the array's elements.
func (p *pickler) storage(a Array) string {
	at := span{len: len(a.f32)}
	if at.len > 0 {
		at.first = &a.f32[0]
		if key, ok := p.keys[at]; ok {
			return key
		}
	}
	key := fmt.Sprint(len(p.storages))
	p.storages = append(p.storages, zipEntry{"data/" + key, a.bytes()})
	if at.len > 0 {
		p.keys[at] = key
	}
	return key
}
