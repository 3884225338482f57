package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/condmean/condmean/checkpoint/pretrained"
	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/model"
)

// beginning is how the weights that init names go into the network.
type beginning struct {
	report  weights.Report
	from    []weights.Array    // for the network
	average []weights.Array    // for the averaged weights; nil: begin with the network's
	shapes  map[string]reshape // of targets whose shape is adapted
	origin  json.RawMessage    // of a network of another library whose every tensor is taken; nil: none
	notes   []string
	refusal error // nil: the weights can be taken
}

// plan reads the weights that init names and tells what becomes of each tensor of
// the network, which is to be trained on data of a fingerprint.
func plan(cfg configs.Config, net *model.Network, now data.Fingerprint) (*beginning, error) {
	src, err := readSource(cfg.Init)
	if err != nil {
		return nil, err
	}
	rules, err := keyMap(cfg.Init.KeyMap)
	if err != nil {
		return nil, err
	}
	b := &beginning{from: src.Weights}
	switch {
	case cfg.Init.EMA == "continue" && src.EMA == nil:
		return nil, configs.Usagef("init.ema: %s holds no averaged weights to continue; want restart", cfg.Init.From)
	case cfg.Init.EMA == "continue":
		b.average = src.EMA
	case cfg.Init.Weights == "ema" && src.EMA != nil:
		b.from = src.EMA
	}
	if b.notes, err = compareSettings(cfg, src); err != nil {
		return nil, err
	}
	if n, err := heldOut(src, cfg, now); err != nil {
		return nil, configs.Usagef("init.from: %s: %w", cfg.Init.From, err)
	} else if n != "" {
		b.notes = append(b.notes, n)
	}
	for _, n := range src.Notes {
		b.notes = append(b.notes, fmt.Sprintf("%s: %s", cfg.Init.From, n))
	}
	b.report = weights.Compare(weights.Keys(b.from), keys(net), rules)
	b.refusal = b.fit(cfg.Init, net)
	if src.Origin != (pretrained.Origin{}) && b.report.Strict() == nil {
		b.origin, err = json.Marshal(src.Origin)
	}
	return b, err
}

// keyMap returns the rules of a file, and then those of common prefixes.
func keyMap(name string) (weights.KeyMap, error) {
	if name == "" {
		return weights.CommonPrefixes(), nil
	}
	m, err := weights.ReadKeyMap(name)
	if err != nil {
		return nil, configs.Usagef("init.key_map: %w", err)
	}
	return append(m, weights.CommonPrefixes()...), nil
}

// keys lists the tensors of the network.
func keys(net *model.Network) []weights.Key {
	buffers := net.Buffers()
	var keys []weights.Key
	for _, s := range net.State() {
		statistic := slices.ContainsFunc(buffers, func(b *model.Tensor) bool { return b.Name == s.Name })
		keys = append(keys, weights.Key{Name: s.Name, Shape: s.Shape, Trainable: !statistic && !net.Held(s.Name)})
	}
	return keys
}

// fit adapts what may be adapted and returns why the weights cannot be taken.
func (b *beginning) fit(c configs.Init, net *model.Network) error {
	if err := dimensions(b.report); err != nil {
		return err
	}
	b.adaptShapes(c.Shapes, net)
	if !c.Partial {
		if err := b.report.Strict(); err != nil {
			return fmt.Errorf("%w; --dry-run lists every tensor, --partial takes what fits", err)
		}
	}
	if b.report.Count(weights.Matched)+b.report.Count(weights.Renamed) == 0 {
		return fmt.Errorf("no tensor fits (%s); --key-map can rename them", b.report.Summary())
	}
	return nil
}

// begin takes the weights that init names, or refuses, and returns the origin of their
// network if there is one.
func (l *numbers) begin(cfg configs.Config, now data.Fingerprint, log *slog.Logger) (origin json.RawMessage, err error) {
	b, err := plan(cfg, l.net, now)
	if err != nil {
		return nil, err
	}
	if err := l.initialize(b, cfg); err != nil {
		return nil, err
	}
	for _, n := range b.notes {
		log.Warn(n)
	}
	log.Info("beginning with given weights", "from", cfg.Init.From, "tensors", b.report.Summary())
	return b.origin, nil
}

// initialize puts the planned weights into the network and into what derives
// from them.
func (l *numbers) initialize(b *beginning, cfg configs.Config) error {
	if b.refusal != nil {
		return configs.Usagef("init.from: %s: %w", cfg.Init.From, b.refusal)
	}
	if err := b.put(l.net, b.from); err != nil {
		return configs.Usagef("init.from: %s: %w", cfg.Init.From, err)
	}
	if l.average != nil {
		if err := l.average.net.Load(l.net.State()); err != nil {
			return err
		}
		if b.average != nil {
			if err := b.put(l.average.net, b.average); err != nil {
				return configs.Usagef("init.from: %s: averaged weights: %w", cfg.Init.From, err)
			}
		}
	}
	if l.lora != nil {
		l.lora.reset(cfg.Seed)
	}
	return nil
}

// put copies the tensors that have a place into a network.
func (b *beginning) put(net *model.Network, from []weights.Array) error {
	byName := map[string]model.Tensor{}
	for _, s := range net.State() { // Data is the network's own
		byName[s.Name] = s
	}
	for _, row := range b.report {
		if row.Status != weights.Matched && row.Status != weights.Renamed {
			continue
		}
		a, ok := weights.Find(from, row.Source.Name)
		if !ok {
			return fmt.Errorf("tensor %s is missing", row.Source.Name)
		}
		to := byName[row.Target.Name]
		data := a.Float32()
		if conv := b.shapes[row.Target.Name]; conv != nil {
			data = conv(data)
		}
		if len(data) != len(to.Data) {
			return fmt.Errorf("tensor %s has shape %v, want %v", a.Name, a.Shape, to.Shape)
		}
		if !allFinite(data) {
			return errors.New("tensor " + a.Name + " holds values that are not finite")
		}
		copy(to.Data, data)
	}
	return nil
}
