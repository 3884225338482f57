package weights

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// Limits of a pickle stream. A state dict spends about 200 bytes and six
// containers on a tensor, so they are far above any real network.
const (
	maxPickleBytes = 64 << 20
	maxContainers  = 1 << 20 // and values that are remembered for later
	maxMarkDepth   = 1000
	maxStack       = 1 << 22 // values
	maxLongBytes   = 256     // decoding an integer takes quadratic time
)

// argument says what follows an opcode in the stream.
type argument uint8

const (
	unknown argument = iota // opcode is refused
	none
	fixed1 // that many bytes
	fixed2
	fixed4
	fixed8
	line     // text up to a newline
	longLine // decimal integer up to a newline
	twoLines // module and name
	counted1 // length in 1, 4 or 8 bytes, then that many bytes
	counted4
	counted8
	long1 // as counted, but an integer
	long4
	frame // length in 8 bytes of a frame that follows
)

// opcodes is the closed list of pickle opcodes that are understood. It has everything that torch.save writes under any protocol;
// extension codes, instances of old-style classes, textual persistent names
// and out-of-band buffers are not in it.
var opcodes = [256]argument{
	'(': none, '.': none, '0': none, '1': none, '2': none, 'N': none, 'Q': none,
	'R': none, 'a': none, 'b': none, 'd': none, '}': none, 'e': none, 'l': none,
	']': none, 's': none, 't': none, ')': none, 'u': none,
	'F': line, 'I': longLine, 'L': longLine, 'S': line, 'V': line, 'g': line, 'p': line,
	'J': fixed4, 'K': fixed1, 'M': fixed2, 'G': fixed8,
	'T': counted4, 'U': counted1, 'X': counted4, 'c': twoLines,
	'h': fixed1, 'j': fixed4, 'q': fixed1, 'r': fixed4,
	0x80: fixed1, 0x81: none, 0x85: none, 0x86: none, 0x87: none, 0x88: none, 0x89: none,
	0x8a: long1, 0x8b: long4, 'B': counted4, 'C': counted1,
	0x8c: counted1, 0x8d: counted8, 0x8e: counted8, 0x8f: none, 0x90: none, 0x91: none,
	0x92: none, 0x93: none, 0x94: none, 0x95: frame, 0x96: counted8,
}

var errTruncatedPickle = errors.New("the pickle is truncated")

// argumentSize returns how many bytes of b belong to the opcode.
func argumentSize(op byte, b []byte) (int, error) {
	prefix := 0 // bytes that hold the length
	switch a := opcodes[op]; a {
	case none:
		return 0, nil
	case fixed1, fixed2, fixed4, fixed8:
		n := 1 << (a - fixed1)
		if n > len(b) {
			return 0, errTruncatedPickle
		}
		return n, nil
	case line, longLine, twoLines:
		n := 0
		for range 1 + int(a/twoLines) {
			i := bytes.IndexByte(b[n:], '\n')
			if i < 0 {
				return 0, errTruncatedPickle
			}
			n += i + 1
		}
		if a == longLine && n > maxLongBytes {
			return 0, errors.New("the pickle holds an integer of unreasonable length")
		}
		return n, nil
	case counted1, long1:
		prefix = 1
	case counted4, long4:
		prefix = 4
	case counted8, frame:
		prefix = 8
	default:
		return 0, fmt.Errorf("pickle opcode 0x%02x is not allowed", op)
	}
	if prefix > len(b) {
		return 0, errTruncatedPickle
	}
	var length [8]byte
	copy(length[:], b[:prefix])
	n := binary.LittleEndian.Uint64(length[:])
	if n > uint64(len(b)-prefix) {
		return 0, errTruncatedPickle
	}
	switch opcodes[op] {
	case long1, long4:
		if n == 0 || n > maxLongBytes {
			return 0, errors.New("the pickle holds an integer of unreasonable length")
		}
	case frame:
		return prefix, nil // its contents are walked over like the rest
	}
	return prefix + int(n), nil
}
