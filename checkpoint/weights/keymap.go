package weights

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/regular"
)

// Rule renames the tensors whose names match, or leaves them out.
type Rule struct {
	Match   *regexp.Regexp
	Replace string // with $1 or ${name} for groups of Match
	Drop    bool   // leave them out instead
}

// String shows the rule for reports.
func (r Rule) String() string {
	const maxShown = 100
	match := foreign.Line(r.Match.String(), maxShown)
	if r.Drop {
		return match + " → left out"
	}
	return match + " → " + foreign.Quote(r.Replace)
}

// KeyMap is a list of rules that are applied one after the other, each to the
// result of those before it.
type KeyMap []Rule

// Apply returns the new name and the last rule that changed it, if any did; a
// rule that leaves the tensor out ends the list. Names that rules would make
// longer than any tensor's stay as they are.
func (m KeyMap) Apply(name string) (renamed string, by *Rule) {
	for i := range m {
		if m[i].Drop {
			if m[i].Match.MatchString(name) {
				return name, &m[i]
			}
			continue
		}
		if to := m[i].Match.ReplaceAllString(name, m[i].Replace); to != name && len(to) <= max(len(name), maxName) {
			name, by = to, &m[i]
		}
	}
	return name, by
}

// CommonPrefixes removes what wrappers put in front of names: module. (data
// parallel training), model. and ema_model. (trainers), _orig_mod. (compiled
// models), in any combination.
func CommonPrefixes() KeyMap {
	return KeyMap{{Match: regexp.MustCompile(`^(?:module\.|model\.|ema_model\.|_orig_mod\.)+`)}}
}

// Limits of a key map.
const (
	maxKeyMapBytes = 1 << 20
	maxRules       = 1000
	maxName        = 1 << 12 // of a renamed tensor
)

// ReadKeyMap is ParseKeyMap on a file.
func ReadKeyMap(name string) (KeyMap, error) {
	text, err := regular.ReadFile(name, maxKeyMapBytes)
	if err != nil {
		return nil, err
	}
	m, err := ParseKeyMap(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

// ParseKeyMap reads rules from YAML, a list of
//
//   - match: '^encoder\.(\d+)'   # regular expression
//     replace: 'downs.$1'        # what the match becomes; removed if absent
//   - match: '^optimizer\.'
//     drop: true                 # leave these tensors out
func ParseKeyMap(text []byte) (KeyMap, error) {
	var list []struct {
		Match   string `yaml:"match"`
		Replace string `yaml:"replace"`
		Drop    bool   `yaml:"drop"`
	}
	if len(text) > maxKeyMapBytes {
		return nil, fmt.Errorf("key map: larger than %d bytes", maxKeyMapBytes)
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&list); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("key map: %s", foreign.Line(strings.Join(strings.Fields(err.Error()), " "), foreign.Limit))
	}
	if len(list) > maxRules {
		return nil, fmt.Errorf("key map: %d rules are too many, at most %d", len(list), maxRules)
	}
	var m KeyMap
	for i, r := range list {
		re, err := regexp.Compile(r.Match)
		if err != nil {
			return nil, fmt.Errorf("key map: rule %d: %s", i+1, foreign.Line(err.Error(), foreign.Limit))
		}
		switch {
		case r.Match == "":
			return nil, fmt.Errorf("key map: rule %d has no match", i+1)
		case r.Drop && r.Replace != "":
			return nil, fmt.Errorf("key map: rule %d has both replace and drop", i+1)
		}
		m = append(m, Rule{re, r.Replace, r.Drop})
	}
	return m, nil
}
