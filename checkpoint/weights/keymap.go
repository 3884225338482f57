package weights

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"

	"go.yaml.in/yaml/v3"
)

// Rule renames the tensors whose names match.
type Rule struct {
	Match   *regexp.Regexp
	Replace string // with $1 or ${name} for groups of Match
}

// String shows the rule for reports.
func (r Rule) String() string { return fmt.Sprintf("%s → %q", r.Match, r.Replace) }

// KeyMap is a list of rules that are applied one after the other, each to the
// result of those before it.
type KeyMap []Rule

// Apply returns the new name and the last rule that changed it, if any did.
func (m KeyMap) Apply(name string) (renamed string, by *Rule) {
	for i := range m {
		if to := m[i].Match.ReplaceAllString(name, m[i].Replace); to != name {
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

// ParseKeyMap reads rules from YAML, a list of
//
//   - match: '^encoder\.(\d+)'   # regular expression
//     replace: 'downs.$1'        # what the match becomes; removed if absent
func ParseKeyMap(text []byte) (KeyMap, error) {
	var list []struct {
		Match   string `yaml:"match"`
		Replace string `yaml:"replace"`
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&list); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("key map: %w", err)
	}
	var m KeyMap
	for i, r := range list {
		re, err := regexp.Compile(r.Match)
		if err != nil {
			return nil, fmt.Errorf("key map: rule %d: %w", i+1, err)
		}
		if r.Match == "" {
			return nil, fmt.Errorf("key map: rule %d has no match", i+1)
		}
		m = append(m, Rule{re, r.Replace})
	}
	return m, nil
}
