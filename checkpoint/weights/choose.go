package weights

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/condmean/condmean/internal/foreign"
)

// Choice is the network among all that a trainer saves.
type Choice struct {
	Weights []Array
	Average []Array  // averaged weights under the same names; nil: none were found
	Notes   []string // what was taken and left aside, where that is not all
}

// Trainers save dictionaries of the model, of averages and of their own state;
// the first parts of names tell one from the other.
var (
	// modelKeys hold a model whatever lies beside them.
	modelKeys = []string{"current_model_state", "state_dict", "model_state_dict", "model_state"}
	// likelyKeys do if what lies beside them is a trainer's.
	likelyKeys = []string{"model", "net", "network", "unet", "module", "denoiser", "generator"}

	trainerKey = regexp.MustCompile(`^(?:optimi[sz]ers?(?:_\w+)?|optim|opt|opt_\w+|(?:lr_)?schedulers?(?:_\w+)?|scaler|grad_scaler|amp(?:_\w+)?|callbacks|loops|` +
		`(?:\w+_)?rng(?:_\w+)?|random_state|epoch|step|global_step|iter|iteration|hyper_parameters|averaging_state|args|config|betas|alphas\w*|loss\w*)$`)
	averageKey = regexp.MustCompile(`(?:^|[^A-Za-z])ema(?:[^A-Za-z]|$)|EMA|Ema|averag|polyak|shadow`)
	onlineKey  = regexp.MustCompile(`(?:^|\.)online`) // the copy of the raw weights that some keep beside an average
	statistic  = regexp.MustCompile(`(?:^|\.)(?:running_mean|running_var|num_batches_tracked)$`)
)

// Choose finds the network in what a file holds, and its average: under the keys
// that common trainers use, or else all of it. What else is there is left aside,
// and a note says so. A tensor without a decoder is refused if it is the
// network's; what holds no numbers never is.
func Choose(c *Contents) (*Choice, error) {
	var names []string
	for _, a := range c.Arrays {
		names = append(names, a.Name)
	}
	for _, u := range c.Unread {
		names = append(names, u.Name)
	}
	isRaw, prefix := network(names)
	choice := new(Choice)
	var rest []Array
	for _, a := range c.Arrays {
		if name, ok := isRaw(a.Name); ok {
			a.Name = name
			choice.Weights = append(choice.Weights, a)
		} else {
			rest = append(rest, a)
		}
	}
	var left []string
	for _, u := range c.Unread {
		if _, ok := isRaw(u.Name); ok && u.Numeric {
			return nil, u
		}
		left = append(left, u.Name)
	}
	rest = choice.average(rest, prefix)
	for _, a := range rest {
		left = append(left, a.Name)
	}
	if len(left) > 0 {
		choice.Notes = append(choice.Notes, "left aside: "+tops(left))
	}
	return choice, checkNames(choice.Weights)
}

// network returns which names are those of the network, and what it calls them:
// what follows the prefix.
func network(names []string) (isRaw func(string) (string, bool), prefix string) {
	const deepest = 4
	for range deepest {
		key := modelKey(names, prefix)
		if key == "" {
			break
		}
		prefix += key + "."
	}
	beside := func(name string) bool {
		top, _, _ := strings.Cut(name, ".")
		return averageKey.MatchString(top) || prefix == "" && trainerKey.MatchString(top)
	}
	inside := func(name string) (string, bool) {
		name, ok := strings.CutPrefix(name, prefix)
		return name, ok && !beside(name)
	}
	if !slices.ContainsFunc(names, func(n string) bool { _, ok := inside(n); return ok }) {
		return func(name string) (string, bool) { return name, true }, ""
	}
	return inside, prefix
}

// modelKey returns the key below prefix that holds the model, "" if the model
// begins there.
func modelKey(names []string, prefix string) string {
	keys := map[string]bool{} // true: other names lie below it
	nested := false           // the published code's network in a diffusion model
	for _, n := range names {
		if n, ok := strings.CutPrefix(n, prefix); ok {
			top, _, below := strings.Cut(n, ".")
			keys[top] = keys[top] || below
			nested = nested || strings.HasPrefix(n, "model.model.")
		}
	}
	for _, k := range modelKeys {
		if keys[k] {
			return k
		}
	}
	if keys["model"] && (prefix != "" || nested) {
		return "model"
	}
	for _, k := range likelyKeys {
		others := false
		for other := range keys {
			others = others || other != k && !trainerKey.MatchString(other) && !averageKey.MatchString(other)
		}
		if keys[k] && !others && len(keys) > 1 { // what stands alone is a prefix
			return k
		}
	}
	return ""
}

// average looks for averaged weights among arrays, takes them and returns the
// others. They are those under one prefix that speaks of an average and whose
// names and shapes are the network's, which lies under root; statistics that are
// not averaged are its.
func (c *Choice) average(arrays []Array, root string) []Array {
	// Lightning's averaging keeps the average where others keep the model.
	swapped := strings.HasPrefix(root, modelKeys[0])
	shorten := CommonPrefixes()
	raw := map[string]Array{} // by its name without wrappers' prefixes
	for _, a := range c.Weights {
		name, _ := shorten.Apply(a.Name)
		raw[name] = a
	}
	found := map[string]map[string]Array{} // by prefix and the network's name
	for _, a := range arrays {
		for i, ch := range a.Name {
			if ch != '.' {
				continue
			}
			w, ok := raw[a.Name[i+1:]]
			prefix := a.Name[:i+1]
			speaks := averageKey.MatchString(prefix) && !onlineKey.MatchString(prefix) || swapped && strings.HasPrefix(prefix, "state_dict.")
			if !ok || !speaks || !slices.Equal(w.Shape, a.Shape) {
				continue
			}
			if found[prefix] == nil {
				found[prefix] = map[string]Array{}
			}
			found[prefix][w.Name] = a
			break
		}
	}
	best := ""
	for _, prefix := range slices.Sorted(maps.Keys(found)) {
		if len(found[prefix]) > len(found[best]) {
			best = prefix
		}
	}
	if best == "" {
		return arrays
	}
	var average []Array
	missing := 0
	for _, w := range c.Weights {
		a, ok := found[best][w.Name]
		if !ok {
			a = w
			if !statistic.MatchString(w.Name) {
				missing++
			}
		}
		a.Name = w.Name
		average = append(average, a)
	}
	if missing > 0 {
		c.Notes = append(c.Notes, fmt.Sprintf("the averaged weights under %s lack %d of the network's tensors", foreign.Name(best), missing))
		return arrays
	}
	c.Average = average
	c.Notes = append(c.Notes, "averaged weights are those under "+foreign.Name(best))
	taken := map[string]bool{}
	for _, a := range found[best] {
		taken[a.Name] = true
	}
	return slices.DeleteFunc(slices.Clone(arrays), func(a Array) bool { return taken[a.Name] })
}

// tops counts names by their first part.
func tops(names []string) string {
	count := map[string]int{}
	for _, n := range names {
		top, _, _ := strings.Cut(n, ".")
		count[top]++
	}
	const maxShown = 8
	var shown []string
	for i, top := range slices.Sorted(maps.Keys(count)) {
		if i == maxShown {
			shown = append(shown, fmt.Sprintf("%d more", len(count)-i))
			break
		}
		const maxName = 60
		shown = append(shown, fmt.Sprintf("%s (%d)", foreign.Line(foreign.Name(top), maxName), count[top]))
	}
	return strings.Join(shown, ", ")
}
