package weights

import (
	"errors"
	"strconv"
)

// Limits of the tree of containers in a file. Containers can be shared, so
// that a small file can describe an exponentially large tree.
const (
	maxNodes     = 1 << 20
	maxDepth     = 64
	maxNameBytes = 1 << 26
)

// leaves are the ends of a tree of containers under their flattened names.
type leaves struct {
	tensors []leaf
	scalars map[string]any

	nodes, nameBytes int
}

type leaf struct {
	name string
	view *view
}

// collect walks the tree below v.
func (l *leaves) collect(v any) error {
	l.scalars = make(map[string]any)
	if _, ok := v.(*view); ok {
		return errors.New("holds a bare tensor; save a dictionary of named tensors")
	}
	return l.walk("", v, 0)
}

func (l *leaves) walk(name string, v any, depth int) error {
	l.nodes++
	l.nameBytes += len(name)
	if l.nodes > maxNodes || depth > maxDepth || l.nameBytes > maxNameBytes {
		return errors.New("its containers are nested or shared beyond reason; refused")
	}
	switch v := v.(type) {
	case *view:
		l.tensors = append(l.tensors, leaf{name, v})
	case int, float64, string, bool:
		l.scalars[name] = v
	case *dict:
		for _, e := range v.entries {
			if err := l.child(name, e.key, e.value, depth); err != nil {
				return err
			}
		}
	case *list:
		return l.walkSlice(name, v.items, depth)
	case tuple:
		return l.walkSlice(name, v, depth)
	}
	return nil // None, sets and inert objects hold no weights
}

func (l *leaves) walkSlice(name string, items []any, depth int) error {
	for i, v := range items {
		if err := l.child(name, i, v, depth); err != nil {
			return err
		}
	}
	return nil
}

// child descends under keys that are strings or integers; others cannot name
// a tensor.
func (l *leaves) child(name string, key, v any, depth int) error {
	var k string
	switch key := key.(type) {
	case string:
		k = key
	case int:
		k = strconv.Itoa(key)
	default:
		return nil
	}
	if name != "" {
		k = name + "." + k
	}
	return l.walk(k, v, depth+1)
}
