package weights

import (
	"errors"
	"fmt"
	"math/big"
)

// What a pickle builds: nil, bool, int, *big.Int, float64, string, []byte and the
// containers below; and what the closed list of globals stands for. Containers
// may hold themselves and each other many times, so that no value is ever
// formatted, compared as a whole or copied in depth.
type (
	dict      struct{ entries []dictEntry }
	dictEntry struct{ key, value any }
	list      struct{ items []any }
	tuple     []any
)

// newDict stands for collections.OrderedDict, which old protocols call with a
// list of pairs.
func newDict(args ...any) (any, error) {
	d := new(dict)
	if len(args) == 0 {
		return d, nil
	}
	pairs, ok := args[0].(*list)
	if !ok {
		return nil, errMalformed
	}
	for _, p := range pairs.items {
		switch p := p.(type) {
		case tuple:
			if len(p) == 2 {
				d.entries = append(d.entries, dictEntry{p[0], p[1]})
				continue
			}
		case *list:
			if len(p.items) == 2 {
				d.entries = append(d.entries, dictEntry{p.items[0], p.items[1]})
				continue
			}
		}
		return nil, errMalformed
	}
	return d, nil
}

// get returns the value of a string.
func (d *dict) get(key string) (any, bool) {
	for _, e := range d.entries {
		if k, ok := e.key.(string); ok && k == key {
			return e.value, true
		}
	}
	return nil, false
}

// set adds pairs of keys and values to what takes some.
func set(target any, pairs []any) error {
	if _, ok := target.(inert); ok {
		return nil
	}
	d, ok := target.(*dict)
	if !ok || len(pairs)%2 != 0 {
		return errMalformed
	}
	for i := 0; i < len(pairs); i += 2 {
		if _, ok := pairs[i].([]byte); ok {
			return errMalformed // no name of a tensor
		}
		d.entries = append(d.entries, dictEntry{pairs[i], pairs[i+1]})
	}
	return nil
}

func add(target any, items []any) error {
	switch t := target.(type) {
	case inert:
	case *list:
		t.items = append(t.items, items...)
	default:
		return errMalformed
	}
	return nil
}

// call applies a global to its arguments.
func call(f, args any) (any, error) {
	t, ok := args.(tuple)
	if !ok {
		return nil, errMalformed
	}
	switch f := f.(type) {
	case function:
		return f(t...)
	case inert:
		return f, nil
	}
	return nil, errMalformed
}

var errMalformed = errors.New("malformed pickle")

// unpickler is the machine that a pickle is a program for, without what could do
// anything but build values: no code outside of the closed list of globals is
// ever reached.
type unpickler struct {
	stack      []any
	marks      []int // lengths of the stack
	memo       map[int]any
	containers int
	persistent func(any) (any, error)
}

// loadPickle loads the pickle at the start of b and returns its value and its
// length. persistent resolves references to storages; nil forbids them.
func loadPickle(b []byte, persistent func(any) (any, error)) (v any, n int, err error) {
	u := &unpickler{memo: map[int]any{}, persistent: persistent}
	longest := min(len(b), maxPickleBytes)
	for at := 0; at < longest; {
		op := b[at]
		at++
		size, err := argumentSize(op, b[at:longest])
		if err != nil {
			return nil, 0, err
		}
		if op == '.' {
			v, err := u.top()
			return v, at, err
		}
		if err := u.step(op, b[at:at+size]); err != nil {
			return nil, 0, err
		}
		at += size
		if len(u.marks) > maxMarkDepth || u.containers > maxContainers || len(u.stack) > maxStack || len(u.memo) > maxContainers {
			return nil, 0, errors.New("the pickle is too deep or has too many objects")
		}
	}
	if longest == maxPickleBytes {
		return nil, 0, fmt.Errorf("the pickle is longer than %d MiB", maxPickleBytes>>20)
	}
	return nil, 0, errTruncatedPickle
}

func (u *unpickler) push(v any) { u.stack = append(u.stack, v) }

// pop takes n values off the stack, above the last mark.
func (u *unpickler) pop(n int) ([]any, error) {
	floor := 0
	if len(u.marks) > 0 {
		floor = u.marks[len(u.marks)-1]
	}
	at := len(u.stack) - n
	if at < floor {
		return nil, errMalformed
	}
	v := u.stack[at:]
	u.stack = u.stack[:at]
	return v, nil
}

// popMark takes what is above the last mark, and the mark.
func (u *unpickler) popMark() ([]any, error) {
	if len(u.marks) == 0 {
		return nil, errMalformed
	}
	v := u.stack[u.marks[len(u.marks)-1]:]
	u.stack = u.stack[:len(u.stack)-len(v)]
	u.marks = u.marks[:len(u.marks)-1]
	return v, nil
}

func (u *unpickler) top() (any, error) {
	v, err := u.pop(1)
	if err != nil {
		return nil, err
	}
	u.stack = u.stack[:len(u.stack)+1]
	return v[0], nil
}

// integer narrows an integer where an int holds it.
func integer(n *big.Int) any {
	if n.IsInt64() {
		return int(n.Int64())
	}
	return n
}
