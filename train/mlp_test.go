package train

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
)

// tinyMLP is a run of the gated residual network on new samples in each epoch.
func tinyMLP() configs.Config {
	c := tiny()
	c.Model.Kind, c.Model.MLP = "mlp", configs.MLP{Width: 16, Hidden: 12, Blocks: 2, Slots: 6}
	c.Data.Fresh, c.Train.Beta2 = true, 0.99
	return c
}

// A run of the gated network on fresh samples continues bitwise, and its weights
// are the beginning of others: whole, in part, or under low-rank adapters.
func TestMLP(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	c := tinyMLP()
	mustRun(t, c, Options{Out: dir})
	want := weightsOf(t, dir, "step-24")
	mustRun(t, c, Options{Resume: filepath.Join(dir, CheckpointsDir, "step-10")})
	if !bytes.Equal(weightsOf(t, dir, "step-24"), want) {
		t.Error("continued from step 10 the run ends elsewhere")
	}
	for name, adapt := range map[string]configs.Adapt{
		"freeze": {Freeze: []string{"^blocks"}},
		"lora":   {LoRA: configs.LoRA{Rank: 2, Scale: 8, Targets: `gates.*(query|value)\.weight$`}},
	} {
		c := tinyMLP()
		c.Init.From, c.Adapt = dir, adapt
		out := filepath.Join(t.TempDir(), name)
		mustRun(t, c, Options{Out: out})
		if bytes.Equal(weightsOf(t, out, "step-24"), want) {
			t.Errorf("%s: nothing was trained", name)
		}
	}
}

// Other rates of the averaged squares give other weights.
func TestBeta2(t *testing.T) {
	dir := t.TempDir()
	weights := map[float64][]byte{}
	for _, beta := range []float64{0, 0.999, 0.99} {
		c := tinyMLP()
		c.Train.Beta2 = beta
		out := filepath.Join(dir, strings.ReplaceAll(c.Name, "/", "-")+"-"+string(rune('a'+len(weights))))
		mustRun(t, c, Options{Out: out})
		weights[beta] = weightsOf(t, out, "step-24")
	}
	if !bytes.Equal(weights[0], weights[0.999]) || bytes.Equal(weights[0.999], weights[0.99]) {
		t.Error("train.beta2 is not what it says: 0 means 0.999, and other values matter")
	}
}
