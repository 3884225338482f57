package configs

import "go.yaml.in/yaml/v3"

// Merge keys (<<) of YAML 1.1 bring the pairs of other sections into one.
const (
	mergeTag  = "!!merge"
	maxMerged = 10_000 // pairs that they bring into one file: aliases can nest without end
	maxNested = 16
)

// merge returns the keys and values of a section in turns: its own, then those
// of its merge keys that it does not have, the first of several first.
func (d *decoder) merge(n *yaml.Node) []*yaml.Node {
	for _, k := range n.Content {
		if k.Tag == mergeTag {
			return d.mergeInto(nil, map[string]bool{}, n, 0)
		}
	}
	return n.Content
}

func (d *decoder) mergeInto(pairs []*yaml.Node, have map[string]bool, n *yaml.Node, depth int) []*yaml.Node {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch {
	case n.Kind == yaml.SequenceNode && depth > 0:
		for _, item := range n.Content {
			if d.merged <= maxMerged {
				pairs = d.mergeInto(pairs, have, item, depth+1)
			}
		}
		return pairs
	case n.Kind != yaml.MappingNode:
		d.fail(n, "<<: want a section or a list of sections to merge, got %s", describe(n))
		return pairs
	}
	own := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if k.Tag == mergeTag || have[k.Value] {
			continue
		}
		own[k.Value] = true // repeated ones stay, to be refused
		pairs = append(pairs, k, n.Content[i+1])
	}
	for k := range own {
		have[k] = true
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Tag != mergeTag || d.merged > maxMerged {
			continue
		}
		if d.merged += 1 + len(n.Content[i+1].Content)/2; d.merged > maxMerged || depth > maxNested {
			d.merged = maxMerged + 1
			d.fail(n.Content[i], "<<: merge keys bring more than %d pairs, or are nested more than %d times", maxMerged, maxNested)
			continue
		}
		pairs = d.mergeInto(pairs, have, n.Content[i+1], depth+1)
	}
	return pairs
}
