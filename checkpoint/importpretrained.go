package checkpoint

import (
	"errors"
	"path/filepath"

	"github.com/condmean/condmean/checkpoint/pretrained"
	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
)

// importPretrained reads a network of another library.
func importPretrained(path string, told pretrained.Options) (im *Imported, err error) {
	m, err := pretrained.Open(path, told)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	im = describe(path, m)
	im.Weights, err = m.Weights()
	return im, err
}

// Foreign returns what a path tells of a network of another library, without reading
// its weights; nil for anything else.
func Foreign(path string, told pretrained.Options) (im *Imported, err error) {
	if weights.IsAuthors(path) || pretrained.Recognise(path) == "" {
		return nil, nil
	}
	m, err := pretrained.Open(path, told)
	if err != nil {
		return nil, err
	}
	return describe(path, m), m.Close()
}

// describe returns all but the weights. The data are images, which the network's own
// fixed map takes from [0,1] to [-1,1]: their power never enters.
func describe(path string, m *pretrained.Model) *Imported {
	c := configs.Default()
	c.Name = filepath.Base(filepath.Clean(path))
	c.Data.Kind, c.Data.Normalize, c.Data.Channels = "folder", "symmetric", m.Sample[0]
	if m.Sample[1] == m.Sample[2] {
		c.Data.Size = m.Sample[1]
	}
	c.Schedule, c.Model, c.Objective = m.Schedule, m.Network, m.Objective
	return &Imported{From: m.From, Config: &c, Sample: m.Sample, Norm: m.Norm(), Notes: m.Notes, Origin: m.Origin}
}
