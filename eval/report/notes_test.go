package report

import "testing"

func TestWarning(t *testing.T) {
	r := &Report{Warning: "warning: other data"}
	if notes := r.notes(); len(notes) != 1 || notes[0] != r.Warning {
		t.Errorf("the report notes %q", notes)
	}
}
