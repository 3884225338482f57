package configs

import (
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestOwnSettings: a configuration is written with the settings of its own kind of
// network, and those of former programs, which have all of them, are read.
func TestOwnSettings(t *testing.T) {
	for _, kind := range Words("model.kind") {
		c := Default()
		c.Model.Kind = kind
		text, err := Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var written struct {
			Model map[string]any `yaml:"model"`
		}
		if err := yaml.Unmarshal(text, &written); err != nil {
			t.Fatal(err)
		}
		want := []string{"kind", kind}
		if kind == "unet" {
			want = []string{"kind", "channels", "multipliers", "blocks", "norm", "dropout"}
		}
		for key := range written.Model {
			if !slices.Contains(want, key) {
				t.Errorf("%s: model.%s is written", kind, key)
			}
		}
		if len(written.Model) != len(want) {
			t.Errorf("%s: %d settings, want %q", kind, len(written.Model), want)
		}
		back, err := Parse("back", text)
		if err != nil || len(Diff(back, c)) != 0 {
			t.Errorf("%s: read back with %v: %v", kind, Diff(back, c), err)
		}
	}
	// A kind that there is not is told as it is.
	c := Default()
	c.Model.Kind = "other"
	if text, err := Marshal(c); err != nil || !strings.Contains(string(text), "\n  mlp:\n") {
		t.Errorf("another kind: %v\n%s", err, text)
	}
	former := "name: old\nmodel:\n  kind: unet\n  channels: 8\n  mlp: {width: 64}\n  cnn: {embedding: 8}\n"
	back, err := Parse("former", []byte(former))
	if now := back.Clone(); len(Diff(now, back)) != 0 {
		t.Error("a copy differs")
	} else if now.Model.MLP.Width = 128; len(Diff(now, back)) != 0 {
		t.Error("what another kind reads makes a difference")
	}
	if err != nil || back.Model.MLP.Width != 64 || back.Model.Channels != 8 {
		t.Errorf("a former file: %+v, %v", back.Model, err)
	}
}
