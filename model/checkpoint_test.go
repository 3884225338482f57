package model_test

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/dist/disttest"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
)

// checkpointed are networks of every kind with what makes their blocks special.
func checkpointed() map[string]struct {
	model configs.Model
	shape []int
} {
	attending := configs.DefaultUNet2D()
	attending.BlockOutChannels, attending.LayersPerBlock, attending.NormNumGroups = []int{16, 32}, 1, 8
	attending.DownBlockTypes, attending.UpBlockTypes = []string{"DownBlock2D", "AttnDownBlock2D"}, []string{"AttnUpBlock2D", "UpBlock2D"}
	shifting := attending.Clone()
	shifting.TimeScaleShift, shifting.Heads, shifting.AttentionHeadDim, shifting.MidBlockScale = "scale_shift", 2, 0, 1.4
	attending.Dropout = 0.2
	attending.DownBlockTypes[0], attending.UpBlockTypes[1] = "ResnetDownsampleBlock2D", "ResnetUpsampleBlock2D"
	lucid := configs.DefaultLucidrains()
	lucid.Dim, lucid.DimMults, lucid.FullAttn, lucid.Dropout = 16, []int{1, 2}, []bool{false, true}, 0.1
	old := lucid
	old.Standardize, old.BlockNorm, old.AttnNorm, old.Downsample, old.NumMemKV = "added", "group", "layer", "conv", 0
	type network = struct {
		model configs.Model
		shape []int
	}
	return map[string]network{
		"signals, batch norm, dropout": {configs.Model{Kind: "unet", Channels: 16, Multipliers: []int{1, 2}, Blocks: 2, Norm: "batch", Dropout: 0.2}, []int{2, 16}},
		"images, batch norm":           {configs.Model{Kind: "unet", Channels: 8, Multipliers: []int{1, 2}, Blocks: 2, Norm: "batch"}, []int{1, 8, 8}},
		"images, group norm":           {configs.Model{Kind: "unet", Channels: 16, Multipliers: []int{1, 2}, Blocks: 2, Norm: "group", Dropout: 0.1}, []int{1, 12, 12}},
		"attention, dropout":           {configs.Model{Kind: "unet2d", UNet2D: attending}, []int{3, 16, 16}},
		"attention, scale-shift":       {configs.Model{Kind: "unet2d", UNet2D: shifting}, []int{3, 16, 16}},
		"lucidrains":                   {configs.Model{Kind: "lucidrains", Lucidrains: lucid}, []int{3, 16, 16}},
		"lucidrains of old":            {configs.Model{Kind: "lucidrains", Lucidrains: old}, []int{3, 16, 16}},
		"gated":                        {configs.Model{Kind: "mlp", MLP: configs.MLP{Width: 32, Hidden: 64, Blocks: 4, Slots: 8, Gated: 32}}, []int{1, 24}},
		"cnn":                          {configs.Model{Kind: "cnn", CNN: configs.CNN{Pre: []int{5, 9}, Post: []int{4}, TimeLayers: 2, Embedding: 8}}, []int{1, 8, 8}},
	}
}

// outcome is what two steps compute: losses, gradients, statistics, in bits.
type outcome struct {
	names []string
	bits  [][]uint32 // of each name
}

func (o *outcome) add(name string, values ...float32) {
	bits := make([]uint32, len(values))
	for i, v := range values {
		bits[i] = math.Float32bits(v)
	}
	o.names, o.bits = append(o.names, name), append(o.bits, bits)
}

// cost is what a step needs: bytes and nodes of its graph.
type cost struct{ memory, nodes int }

// twoSteps takes two steps of descent on six samples.
func twoSteps(rt *op.Runtime, c configs.Model, shape []int, hold string, checkpoint bool) (o outcome, cost cost, err error) {
	net, err := model.New(rt, c, shape, 1)
	if err != nil {
		return o, cost, err
	}
	if hold != "" {
		net.Hold(regexp.MustCompile(hold).MatchString)
	}
	net.Checkpoint(checkpoint)
	s, err := net.NewTrainStep(6, "mse", 1)
	if err != nil {
		return o, cost, err
	}
	defer func() { _ = s.Close() }()
	randomize(s.X)
	randomize(s.Target)
	for i := range s.Level {
		s.Level[i] = float32(3 * i)
	}
	for step := range uint64(2) {
		loss, err := s.Run(step + 1)
		if err != nil {
			return o, cost, err
		}
		o.add("loss", float32(loss))
		trained := net.Trainable()
		for i, g := range s.Grads() {
			o.add(g.Name, g.Data...)
			for k, v := range g.Data {
				trained[i].Data[k] -= 0.01 * v
			}
		}
		for _, b := range net.Buffers() {
			o.add(b.Name, b.Data...)
		}
	}
	cost.memory, cost.nodes = s.Memory(), len(op.Nodes(s.Outputs()...))
	return o, cost, nil
}

func sameBits(t *testing.T, got, want outcome) {
	t.Helper()
	if !slices.Equal(got.names, want.names) {
		t.Fatalf("values of %v, want %v", got.names, want.names)
	}
	for i, name := range got.names {
		if !slices.Equal(got.bits[i], want.bits[i]) {
			t.Fatalf("%s differs", name)
		}
	}
}

// Steps that compute their blocks again have the bits of those that do not, dropout
// and running statistics included, whatever is held, and need no more memory.
func TestCheckpoint(t *testing.T) {
	rt := newRuntime(t, 1)
	for name, c := range checkpointed() {
		t.Run(name, func(t *testing.T) {
			for _, hold := range []string{"", `^(downs|down_blocks|cnn_pre|blocks)\.|running`} {
				want, before, err := twoSteps(rt, c.model, c.shape, hold, false)
				if err != nil {
					t.Fatal(err)
				}
				got, after, err := twoSteps(rt, c.model, c.shape, hold, true)
				if err != nil {
					t.Fatal(err)
				}
				sameBits(t, got, want)
				t.Logf("holding %q: %d of %d bytes, %d after %d nodes", hold, after.memory, before.memory, after.nodes, before.nodes)
				if after.memory > before.memory || hold == "" && (after.nodes > before.nodes) != (c.model.Kind != "cnn") {
					t.Errorf("holding %q: %+v, without it %+v", hold, after, before)
				}
			}
		})
	}
}

// Ranks that share a batch take its sums in the same order with and without.
func TestCheckpointOnRanks(t *testing.T) {
	for name, c := range checkpointed() {
		if c.model.Norm != "batch" {
			continue
		}
		var results [2]outcome
		for k := range results {
			disttest.Run(t, 2, func(g dist.Group) error {
				rt, err := op.NewRuntime(1)
				if err != nil {
					return err
				}
				defer rt.Close()
				rt.Join(g)
				o, _, err := twoSteps(rt, c.model, c.shape, "", k == 1)
				if err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				if g.Rank() == 1 {
					results[k] = o
				}
				return nil
			})
		}
		sameBits(t, results[1], results[0])
	}
}
