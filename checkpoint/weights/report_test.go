package weights

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKeyMap(t *testing.T) {
	for in, want := range map[string]string{
		"module.conv.weight":              "conv.weight",
		"_orig_mod.module.conv.weight":    "conv.weight",
		"ema_model.model.conv.weight":     "conv.weight",
		"modules.conv.weight":             "modules.conv.weight",
		"net.model.conv.weight":           "net.model.conv.weight",
		"model.model.downs.0.conv.weight": "downs.0.conv.weight",
	} {
		got, rule := CommonPrefixes().Apply(in)
		if got != want || (rule != nil) != (got != in) {
			t.Errorf("%s becomes %s by %v, want %s", in, got, rule, want)
		}
	}
	m, err := ParseKeyMap([]byte("- {match: '^enc\\.(\\d+)', replace: 'downs.$1'}\n- match: '_old$'\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got, rule := m.Apply("enc.12.weight_old"); got != "downs.12.weight" || rule != &m[1] {
		t.Errorf("got %s by %v", got, rule)
	}
	for text, want := range map[string]string{
		"- {match: '('}":           "rule 1",
		"- {replace: x}":           "no match",
		"- {match: a, replcae: b}": "replcae",
		"match: a":                 "key map",
	} {
		if _, err := ParseKeyMap([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", text, err, want)
		}
	}
	if m, err := ParseKeyMap(nil); err != nil || len(m) != 0 {
		t.Errorf("empty map: %v, %v", m, err)
	}
}

func TestCompare(t *testing.T) {
	key := func(name string, shape ...int) Key { return Key{Name: name, Shape: shape} }
	source := []Key{
		key("ema_model.a", 2), key("model.a", 2), // both lead to a
		key("model.b", 3),     // equal name wins over
		key("b", 3),           // this order
		key("module.c", 4, 1), // other shape
		key("d"), key("extra", 1),
	}
	target := []Key{key("a", 2), key("b", 3), key("c", 4), key("d"), key("e", 5)}
	var got []string
	report := Compare(source, target, CommonPrefixes())
	for _, r := range report {
		s := string(r.Status) + ":"
		if r.Source != nil {
			s += " " + r.Source.Name
		}
		if r.Target != nil {
			s += " → " + r.Target.Name
		}
		if r.Note != "" {
			s += " (" + r.Note + ")"
		}
		got = append(got, s)
	}
	want := []string{
		"renamed: ema_model.a → a",
		"matched: b → b",
		"shape mismatch: module.c → c",
		"matched: d → d",
		"missing: → e",
		"unused: model.a (a already comes from ema_model.a)",
		"unused: model.b (b already comes from b)",
		"unused: extra",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if s, want := report.Summary(), "2 matched, 1 renamed, 1 shape mismatch, 1 missing, 3 unused"; s != want {
		t.Errorf("summary %q, want %q", s, want)
	}
}

func TestStrict(t *testing.T) {
	a, b := Key{Name: "a", Shape: []int{2}}, Key{Name: "b"}
	for want, r := range map[string]Report{
		"":                       Compare([]Key{a, b}, []Key{b, a}, nil),
		"b is missing":           Compare([]Key{a}, []Key{a, b}, nil),
		"b of the file has no":   Compare([]Key{a, b}, []Key{a}, nil),
		"a has shape [2] in the": Compare([]Key{a}, []Key{{Name: "a", Shape: []int{3}}}, nil),
	} {
		err := r.Strict()
		if (want == "") != (err == nil) || (err != nil && !strings.Contains(err.Error(), want)) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func ExampleReport_WriteTable() {
	source := []Key{
		{Name: "module.conv.weight", Shape: []int{8, 1, 3}},
		{Name: "module.conv.bias", Shape: []int{4}},
		{Name: "step"},
	}
	target := []Key{
		{Name: "conv.weight", Shape: []int{8, 1, 3}, Trainable: true},
		{Name: "conv.bias", Shape: []int{8}, Trainable: true},
		{Name: "norm.running_mean", Shape: []int{8}},
	}
	var buf bytes.Buffer
	if err := Compare(source, target, CommonPrefixes()).WriteTable(&buf); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	for line := range strings.Lines(buf.String()) {
		fmt.Println(strings.TrimRight(line, " \n"))
	}
	// Output:
	// STATUS          SOURCE              SHAPE    TARGET             SHAPE    TRAINABLE  NOTE
	// renamed         module.conv.weight  [8 1 3]  conv.weight        [8 1 3]  yes        ^(?:module\.|model\.|ema_model\.|_orig_mod\.)+ → ""
	// shape mismatch  module.conv.bias    [4]      conv.bias          [8]      yes        ^(?:module\.|model\.|ema_model\.|_orig_mod\.)+ → ""
	// missing         -                   -        norm.running_mean  [8]      no
	// unused          step                []       -                  -        -
	// 0 matched, 1 renamed, 1 shape mismatch, 1 missing, 1 unused
}
