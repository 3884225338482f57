package weights

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// step executes one opcode; pickletools.py of Python documents them all.
func (u *unpickler) step(op byte, arg []byte) error {
	le := binary.LittleEndian
	switch op {
	case 0x80, 0x95: // PROTO, FRAME
	case 'N':
		u.push(nil)
	case 0x88, 0x89: // NEWTRUE, NEWFALSE
		u.push(op == 0x88)
	case 'I', 'L':
		return u.decimal(lineOf(arg))
	case 'F':
		f, err := strconv.ParseFloat(lineOf(arg), 64)
		if err != nil {
			return errMalformed
		}
		u.push(f)
	case 'J':
		u.push(int(int32(le.Uint32(arg))))
	case 'K':
		u.push(int(arg[0]))
	case 'M':
		u.push(int(le.Uint16(arg)))
	case 'G':
		u.push(math.Float64frombits(binary.BigEndian.Uint64(arg)))
	case 0x8a, 0x8b: // LONG1, LONG4
		u.push(twosComplement(arg[1<<(2*(op-0x8a)):]))
	case 'S':
		u.push(strings.Trim(lineOf(arg), `'"`))
	case 'V':
		u.push(lineOf(arg))
	case 'U', 0x8c:
		u.push(string(arg[1:]))
	case 'T', 'X':
		u.push(string(arg[4:]))
	case 0x8d:
		u.push(string(arg[8:]))
	case 'C':
		u.push(arg[1:])
	case 'B':
		u.push(arg[4:])
	case 0x8e, 0x96:
		u.push(arg[8:])
	case 'g', 'h', 'j', 'p', 'q', 'r', 0x94:
		return u.remember(op, arg)
	case '(':
		u.marks = append(u.marks, len(u.stack))
	case '0', '1', '2':
		return u.shuffle(op)
	default:
		return u.build(op, arg)
	}
	return nil
}

func lineOf(arg []byte) string { return string(bytes.TrimSuffix(arg, []byte("\n"))) }

// decimal pushes an integer, or a boolean, which protocol 0 writes as 00 and 01.
func (u *unpickler) decimal(text string) error {
	if text == "00" || text == "01" {
		u.push(text == "01")
		return nil
	}
	n, ok := new(big.Int).SetString(strings.TrimSuffix(text, "L"), 10)
	if !ok {
		return errMalformed
	}
	u.push(integer(n))
	return nil
}

// twosComplement reads an integer of any length, little-endian.
func twosComplement(b []byte) any {
	b = slices.Clone(b)
	slices.Reverse(b)
	n := new(big.Int).SetBytes(b)
	if b[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return integer(n)
}

// remember executes the opcodes of the memo.
func (u *unpickler) remember(op byte, arg []byte) error {
	var key int
	switch op {
	case 'h', 'q':
		key = int(arg[0])
	case 'j', 'r':
		key = int(binary.LittleEndian.Uint32(arg))
	case 'g', 'p':
		var err error
		if key, err = strconv.Atoi(lineOf(arg)); err != nil {
			return errMalformed
		}
	case 0x94: // MEMOIZE
		key = len(u.memo)
	}
	if op == 'g' || op == 'h' || op == 'j' {
		v, ok := u.memo[key]
		if !ok {
			return errMalformed
		}
		u.push(v)
		return nil
	}
	v, err := u.top()
	u.memo[key] = v
	return err
}

// shuffle executes POP, POP_MARK and DUP.
func (u *unpickler) shuffle(op byte) error {
	switch op {
	case '0':
		if n := len(u.marks); n > 0 && u.marks[n-1] == len(u.stack) {
			u.marks = u.marks[:n-1]
			return nil
		}
		_, err := u.pop(1)
		return err
	case '1':
		_, err := u.popMark()
		return err
	}
	v, err := u.top()
	u.push(v)
	return err
}

// build executes the opcodes that make and fill containers.
func (u *unpickler) build(op byte, arg []byte) error {
	var v []any
	var err error
	switch op { // operands
	case 'd', 'e', 'l', 't', 'u', 0x90, 0x91:
		v, err = u.popMark()
	case 'Q', 0x85:
		v, err = u.pop(1)
	case 'R', 'a', 'b', 0x81, 0x86, 0x93:
		v, err = u.pop(2)
	case 's', 0x87, 0x92:
		v, err = u.pop(3)
	}
	if err != nil {
		return err
	}
	switch op {
	case '}', ']', ')', 'd', 'l', 't', 'R', 0x81, 0x92, 0x85, 0x86, 0x87, 0x8f, 0x91:
		u.containers++
	}
	switch op {
	case 'c': // GLOBAL
		module, name, _ := bytes.Cut(bytes.TrimSuffix(arg, []byte("\n")), []byte("\n"))
		return u.global(string(module), string(name))
	case 0x93: // STACK_GLOBAL
		module, okModule := v[0].(string)
		name, okName := v[1].(string)
		if !okModule || !okName {
			return errMalformed
		}
		return u.global(module, name)
	case 'Q': // BINPERSID
		if u.persistent == nil {
			return errMalformed
		}
		return u.pushOr(u.persistent(v[0]))
	case 'R', 0x81, 0x92: // REDUCE, NEWOBJ, NEWOBJ_EX
		return u.pushOr(call(v[0], v[1]))
	case 'b': // BUILD: attributes hold no weights
		u.push(v[0])
	case 'a':
		u.push(v[0])
		return add(v[0], v[1:])
	case 's':
		u.push(v[0])
		return set(v[0], v[1:])
	case 'e', 'u', 0x90: // APPENDS, SETITEMS, ADDITEMS
		target, err := u.top()
		if err != nil {
			return err
		}
		if op == 'u' {
			return set(target, v)
		}
		return add(target, v)
	case '}':
		u.push(new(dict))
	case 'd':
		d := new(dict)
		if err := set(d, v); err != nil {
			return err
		}
		u.push(d)
	case ']':
		u.push(new(list))
	case 'l':
		u.push(&list{slices.Clone(v)})
	case ')', 't', 0x85, 0x86, 0x87:
		u.push(tuple(slices.Clone(v)))
	case 0x8f, 0x91: // sets
		u.push(inert{})
	}
	return nil
}

func (u *unpickler) pushOr(v any, err error) error {
	u.push(v)
	return err
}

func (u *unpickler) global(module, name string) error {
	v, err := findGlobal(module, name)
	return u.pushOr(v, err)
}
