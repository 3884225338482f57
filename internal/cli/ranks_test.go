package cli

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// Under a launcher of several processes, commands that are the work of one refuse to
// run, and others do not.
func TestRanks(t *testing.T) {
	for _, v := range []string{"OMPI_COMM_WORLD_SIZE", "SLURM_STEP_NUM_TASKS", "PMIX_RANK"} {
		t.Setenv(v, "")
	}
	for size, want := range map[string]map[bool]int{"": {false: ExitDone, true: ExitDone}, "1": {false: ExitDone, true: ExitDone}, "2": {false: ExitUsage, true: ExitDone}} {
		t.Setenv("PMI_SIZE", size)
		for ranks, code := range want {
			var said bytes.Buffer
			c := Command{Name: "convert", Ranks: ranks, Flags: pflag.NewFlagSet("", pflag.ContinueOnError), Run: func(context.Context, Streams) error { return nil }}
			if got := c.Execute(context.Background(), nil, Streams{Out: &said, Err: &said}); got != code {
				t.Errorf("PMI_SIZE=%s, ranks %v: exit code %d, want %d", size, ranks, got, code)
			}
			if code == ExitUsage && !strings.Contains(said.String(), "a launcher started 2 processes (PMI_SIZE is set), but convert is the work of one") {
				t.Errorf("said %q", &said)
			}
		}
	}
}
