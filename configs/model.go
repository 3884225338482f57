package configs

import (
	"fmt"
	"slices"
)

// Model is the network.
type Model struct {
	Kind        string     `yaml:"kind" words:"unet cnn mlp unet2d lucidrains experts"`
	Channels    int        `yaml:"channels"`         // C of the first convolution
	Multipliers []int      `yaml:"multipliers,flow"` // channels of each level, in units of C
	Blocks      int        `yaml:"blocks"`           // residual blocks a level on the way down (one more on the way up)
	Norm        string     `yaml:"norm" words:"batch group instance"`
	Dropout     float64    `yaml:"dropout"`    // channel dropout in the second half of each residual block
	CNN         CNN        `yaml:"cnn"`        // the network of kind cnn, which has nothing of the above
	MLP         MLP        `yaml:"mlp"`        // the network of kind mlp, likewise
	UNet2D      UNet2D     `yaml:"unet2d"`     // the network of kind unet2d, likewise
	Lucidrains  Lucidrains `yaml:"lucidrains"` // the network of kind lucidrains, likewise
	Experts     Experts    `yaml:"experts"`    // the network of kind experts, likewise
}

// CNN is the lightweight network: convolutions with ReLU between them and a
// scale-shift by the time embedding in the middle.
type CNN struct {
	Pre        []int `yaml:"pre,flow"`    // channels after each convolution in front of the scale-shift
	Post       []int `yaml:"post,flow"`   // channels after each one behind it but the last, which has the data's
	TimeLayers int   `yaml:"time_layers"` // linear layers from the time embedding to the scale-shift, 0 to 3
	Embedding  int   `yaml:"embedding"`   // dimension of the time embedding; unused without linear layers
}

// MLP is the gated residual network for vectors.
type MLP struct {
	Width  int `yaml:"width"`  // values between the blocks
	Hidden int `yaml:"hidden"` // values inside of a block, after its gate
	Blocks int `yaml:"blocks"` // residual blocks
	Slots  int `yaml:"slots"`  // of the softmax gate after each block; 0: no such gates
	Gated  int `yaml:"gated"`  // that such a gate multiplies; 0: as many as width
}

// defaultModel is the paper's UNet; the sizes of a cnn are those published with it.
func defaultModel() Model {
	return Model{
		Kind:        "unet",
		Channels:    16,
		Multipliers: []int{1, 2, 4, 8},
		Blocks:      2,
		Norm:        "batch",
		CNN:         CNN{Pre: []int{32, 64}, Post: []int{43, 22}, TimeLayers: 1, Embedding: 16},
		MLP:         MLP{Width: 256, Hidden: 512, Blocks: 3, Slots: 256},
		UNet2D:      DefaultUNet2D(),
		Lucidrains:  DefaultLucidrains(),
		Experts:     Experts{Count: 128, Rank: 32, Levels: 300},
	}
}

func (m Model) clone() Model {
	m.Multipliers = slices.Clone(m.Multipliers)
	m.CNN.Pre, m.CNN.Post = slices.Clone(m.CNN.Pre), slices.Clone(m.CNN.Post)
	m.UNet2D, m.Lucidrains = m.UNet2D.Clone(), m.Lucidrains.Clone()
	return m
}

// network is a kind of network.
type network struct {
	kind     string
	settings func(Model) Model // of m, without those that concern other kinds
	validate func(Model, *rules)
}

// networks are the kinds of network: which settings each reads, and their rules.
// Package model builds them; a test there holds its list and this one together.
var networks = []network{
	{"unet", func(m Model) Model {
		return Model{Kind: m.Kind, Channels: m.Channels, Multipliers: m.Multipliers, Blocks: m.Blocks, Norm: m.Norm, Dropout: m.Dropout}
	}, Model.validateUNet},
	{"cnn", func(m Model) Model { return Model{Kind: m.Kind, CNN: m.CNN} }, func(m Model, r *rules) { m.CNN.validate(r) }},
	{"mlp", func(m Model) Model { return Model{Kind: m.Kind, MLP: m.MLP} }, func(m Model, r *rules) { m.MLP.validate(r) }},
	{"unet2d", func(m Model) Model { return Model{Kind: m.Kind, UNet2D: m.UNet2D} }, func(m Model, r *rules) { m.UNet2D.validate(r) }},
	{"lucidrains", func(m Model) Model { return Model{Kind: m.Kind, Lucidrains: m.Lucidrains} }, func(m Model, r *rules) { m.Lucidrains.validate(r) }},
	{"experts", func(m Model) Model { return Model{Kind: m.Kind, Experts: m.Experts} }, func(m Model, r *rules) { m.Experts.validate(r) }},
}

// Validate checks the settings that the network's kind reads, wherever they come
// from, and returns a [UsageError] with one line per broken rule, or nil.
func (m Model) Validate() error {
	var r rules
	m.validate(&r)
	return usage(r)
}

func (m Model) validate(r *rules) {
	r.word("model.kind", m.Kind)
	for _, n := range networks {
		if n.kind == m.Kind {
			n.validate(m, r)
		}
	}
}

// ReadBy returns the settings of m that a network of the given kind reads; the
// others, but for the kind itself, are zero.
func (m Model) ReadBy(kind string) Model {
	for _, n := range networks {
		if n.kind == kind {
			return n.settings(m)
		}
	}
	return m
}

func (m Model) validateUNet(r *rules) {
	r.word("model.norm", m.Norm)
	r.number("model.dropout", m.Dropout, "[0,1)")
	r.count("model.blocks", m.Blocks, 1, 16)
	// The time embedding holds C/2 sines and cosines, whose frequencies
	// divide by C/2-1.
	ok := m.Channels >= 4 && m.Channels <= maxChannels && m.Channels%2 == 0
	if !ok {
		r.broken("model.channels", m.Channels, "want an even number from 4 to %d", maxChannels)
	}
	if len(m.Multipliers) == 0 || len(m.Multipliers) > maxLevels {
		r.broken("model.multipliers", m.Multipliers, "want 1 to %d levels, such as [1, 2, 4]", maxLevels)
		return
	}
	for i, mult := range m.Multipliers {
		key := fmt.Sprintf("model.multipliers[%d]", i)
		if !r.count(key, mult, 1, maxChannels) || !ok {
			continue
		}
		width := int64(m.Channels) * int64(mult)
		if width > maxChannels {
			r.broken(key, mult, "%d channels at this level; want at most %d", width, maxChannels)
		}
		if m.Norm == "group" && width%normGroups != 0 {
			r.broken(key, mult, "%d channels do not divide into the %d groups of model.norm = group", width, normGroups)
		}
	}
	if ok && m.Norm == "group" && m.Channels%normGroups != 0 && len(m.Multipliers) > 0 {
		r.broken("model.channels", m.Channels, "want a multiple of the %d groups of model.norm = group", normGroups)
	}
}

func (c CNN) validate(r *rules) {
	if len(c.Pre) == 0 {
		r.broken("model.cnn.pre", c.Pre, "want the channels after each convolution in front of the scale-shift, such as [32, 64]")
	}
	if n := len(c.Pre) + len(c.Post); n > maxLayers {
		r.broken("model.cnn.pre, model.cnn.post", n, "want at most %d convolutions in front of and behind the scale-shift", maxLayers)
		return
	}
	for i, n := range c.Pre {
		r.count(fmt.Sprintf("model.cnn.pre[%d]", i), n, 1, maxChannels)
	}
	for i, n := range c.Post {
		r.count(fmt.Sprintf("model.cnn.post[%d]", i), n, 1, maxChannels)
	}
	if r.count("model.cnn.time_layers", c.TimeLayers, 0, 3) && c.TimeLayers > 0 && (c.Embedding < 4 || c.Embedding > maxChannels || c.Embedding%2 != 0) {
		r.broken("model.cnn.embedding", c.Embedding, "want an even number from 4 to %d", maxChannels)
	}
}

func (m MLP) validate(r *rules) {
	r.count("model.mlp.width", m.Width, 8, maxChannels)
	r.count("model.mlp.hidden", m.Hidden, 1, maxChannels)
	r.count("model.mlp.blocks", m.Blocks, 1, 64)
	r.count("model.mlp.slots", m.Slots, 0, maxChannels)
	r.count("model.mlp.gated", m.Gated, 0, maxChannels)
}
