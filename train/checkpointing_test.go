package train

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/condmean/condmean/configs"
)

// Runs with train.checkpointing end bitwise where those without do, and may change to
// it and back when they are resumed.
func TestCheckpointing(t *testing.T) {
	from, _ := trainedRun(t)
	plain, lora, frozen := tiny(), tiny(), tiny()
	plain.Train.Accumulate, plain.Model.Dropout = 2, 0.2
	lora.Init.From, lora.Adapt.LoRA.Rank, lora.Adapt.LoRA.Train = from, 2, "^mid.*(bias|block1.0.weight)$"
	frozen.Init.From, frozen.Adapt.Freeze = from, []string{`^downs`, `^init_conv`}
	for name, c := range map[string]configs.Config{"accumulated, dropout": plain, "lora": lora, "frozen": frozen, "gated": tinyMLP()} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			ends := func(run string, o Options) []byte {
				t.Helper()
				mustRun(t, c, o)
				return weightsOf(t, run, "step-24")
			}
			a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
			want := ends(a, Options{Out: a})
			c.Train.Checkpointing = true
			if !bytes.Equal(ends(b, Options{Out: b}), want) {
				t.Error("with train.checkpointing the run ends elsewhere")
			}
			if !bytes.Equal(ends(a, Options{Resume: filepath.Join(a, CheckpointsDir, "step-10")}), want) {
				t.Error("continued with train.checkpointing the run ends elsewhere")
			}
			c.Train.Checkpointing = false
			if !bytes.Equal(ends(b, Options{Resume: filepath.Join(b, CheckpointsDir, "step-10")}), want) {
				t.Error("continued without train.checkpointing the run ends elsewhere")
			}
		})
	}
}
