package weights

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/condmean/condmean/internal/foreign"
)

// Key is the name and shape of a tensor.
type Key struct {
	Name      string
	Shape     []int
	Trainable bool // of a target: it is optimised, not frozen or a running statistic
}

// Keys returns the keys of arrays.
func Keys(arrays []Array) []Key {
	keys := make([]Key, len(arrays))
	for i, a := range arrays {
		keys[i] = Key{Name: a.Name, Shape: a.Shape}
	}
	return keys
}

// Status is what becomes of a tensor.
type Status string

// What can become of a tensor.
const (
	Matched       Status = "matched"        // same name, same shape
	Renamed       Status = "renamed"        // a rule gives it the target's name
	ShapeMismatch Status = "shape mismatch" // name fits, shape does not
	Missing       Status = "missing"        // target without source
	Unused        Status = "unused"         // source without target
	Dropped       Status = "dropped"        // a rule leaves the source out
)

// Row is a line of a report. Source or Target is nil where there is none.
type Row struct {
	Status Status
	Source *Key
	Target *Key
	Rule   *Rule  // that renamed the source
	Note   string // why, where the status alone does not say
}

// Report tells for every tensor of a source and a target what becomes of it:
// first the targets in their order, then the unused sources in theirs.
type Report []Row

// Compare matches source and target tensors. What a rule of the key map drops is
// out. A source goes to the target of
// its own name or, if there is none, to the one that the key map gives it. If
// several sources lead to one target the first wins, an equal name before a
// renamed one, and the others are unused.
func Compare(source, target []Key, m KeyMap) Report {
	targets := make(map[string]bool, len(target))
	for _, t := range target {
		targets[t.Name] = true
	}
	type claim struct {
		key  *Key
		rule *Rule
	}
	claims := make(map[string]claim)
	notes := make(map[string]string) // of unused sources
	dropped := make(map[*Key]*Rule)
	for i := range source {
		if _, rule := m.Apply(source[i].Name); rule != nil && rule.Drop {
			dropped[&source[i]] = rule
		}
	}
	for pass := range 2 {
		for i := range source {
			s := &source[i]
			if dropped[s] != nil {
				continue
			}
			name, rule := s.Name, (*Rule)(nil)
			if targets[name] != (pass == 0) {
				continue // equal names in the first pass, the rest in the second
			}
			if pass == 1 {
				if name, rule = m.Apply(name); !targets[name] {
					continue
				}
			}
			if first, taken := claims[name]; taken {
				notes[s.Name] = fmt.Sprintf("%s already comes from %s", name, foreign.Name(first.key.Name))
				continue
			}
			claims[name] = claim{s, rule}
		}
	}
	var report Report
	used := make(map[*Key]bool)
	for i := range target {
		t := &target[i]
		c, ok := claims[t.Name]
		row := Row{Status: Matched, Source: c.key, Target: t, Rule: c.rule}
		switch {
		case !ok:
			row.Status = Missing
		case !slices.Equal(c.key.Shape, t.Shape):
			row.Status = ShapeMismatch
		case c.rule != nil:
			row.Status = Renamed
		}
		used[c.key] = true
		report = append(report, row)
	}
	for i := range source {
		s := &source[i]
		if rule := dropped[s]; rule != nil {
			report = append(report, Row{Status: Dropped, Source: s, Rule: rule})
		} else if !used[s] {
			report = append(report, Row{Status: Unused, Source: s, Note: notes[s.Name]})
		}
	}
	return report
}

// Count returns the number of rows of a status.
func (r Report) Count(s Status) int {
	n := 0
	for _, row := range r {
		if row.Status == s {
			n++
		}
	}
	return n
}

// Summary is the report in one line.
func (r Report) Summary() string {
	parts := make([]string, 0, 6)
	for _, s := range []Status{Matched, Renamed, ShapeMismatch, Missing, Unused, Dropped} {
		if s == Dropped && r.Count(s) == 0 {
			continue
		}
		parts = append(parts, fmt.Sprintf("%d %s", r.Count(s), s))
	}
	return strings.Join(parts, ", ")
}

// Strict returns nil if every target gets a source of its shape and no source
// is left over but those that a rule drops, and otherwise an error with the counts and the first example.
func (r Report) Strict() error {
	for _, row := range r {
		switch row.Status {
		case Missing:
			return fmt.Errorf("tensor %s is missing in the file (%s)", row.Target.Name, r.Summary())
		case ShapeMismatch:
			return fmt.Errorf("tensor %s has shape %v in the file, the network needs %v (%s)",
				foreign.Name(row.Source.Name), row.Source.Shape, row.Target.Shape, r.Summary())
		case Unused:
			return fmt.Errorf("tensor %s of the file has no place in the network (%s)", foreign.Name(row.Source.Name), r.Summary())
		}
	}
	return nil
}

// WriteTable prints the report, one tensor a line, and its summary.
func (r Report) WriteTable(w io.Writer) error {
	var text bytes.Buffer
	tab := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	line := func(cells ...string) error {
		_, err := fmt.Fprintln(tab, strings.Join(cells, "\t"))
		return err
	}
	if err := line("STATUS", "SOURCE", "SHAPE", "TARGET", "SHAPE", "TRAINABLE", "NOTE"); err != nil {
		return err
	}
	for _, row := range r {
		cells := []string{string(row.Status), "-", "-", "-", "-", "-", row.Note}
		if row.Source != nil {
			cells[1], cells[2] = foreign.Name(row.Source.Name), fmt.Sprint(row.Source.Shape)
		}
		if row.Target != nil {
			cells[3], cells[4] = row.Target.Name, fmt.Sprint(row.Target.Shape)
			cells[5] = map[bool]string{true: "yes", false: "no"}[row.Target.Trainable]
		}
		if row.Rule != nil {
			cells[6] = row.Rule.String()
		}
		if err := line(cells...); err != nil {
			return err
		}
	}
	if err := tab.Flush(); err != nil {
		return err
	}
	for line := range strings.Lines(text.String()) { // without the blanks of empty last cells
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w, r.Summary())
	return err
}
