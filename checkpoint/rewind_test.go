package checkpoint

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// After going back, nothing of the run speaks of what it did later.
func TestRewind(t *testing.T) {
	disk := newMemFS()
	run := &Run{Dir: "c", Keep: 3, FS: disk}
	save := func(steps ...int) {
		t.Helper()
		for _, s := range steps {
			if _, err := run.Save(sample(s)); err != nil {
				t.Fatal(err)
			}
		}
	}
	save(1, 2, 3, 4, 5)
	if err := errors.Join(run.Pin(3), run.Pin(5), run.SetBest(4), run.Rewind(3)); err != nil {
		t.Fatal(err)
	}
	if got := list(t, run); got != "step-3" {
		t.Errorf("the run has %s, want step-3", got)
	}
	for what, find := range map[string]func() (string, error){"latest": run.Latest, "best": run.Best, "last good": run.LastGood} {
		if dir, err := find(); err != nil || dir != "c/step-3" {
			t.Errorf("%s is %s (%v), want c/step-3", what, dir, err)
		}
	}
	if pinned, err := run.names(pinnedFile); err != nil || !slices.Equal(pinned, []int{3}) {
		t.Errorf("pinned %v (%v), want 3", pinned, err)
	}
	for _, step := range []int{4, 5} {
		if err := same(disk, "c/abandoned-"+filepath.Base(run.StepDir(step)), manifestOf(t, sample(step))); err != nil {
			t.Error(err)
		}
	}

	// The way taken again: a mark on it is kept, and it is abandoned in turn.
	again := sample(4)
	again.Config = "name: another\n"
	if _, err := run.Save(again); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(run.SetBest(3), run.Rewind(3)); err != nil {
		t.Fatal(err)
	}
	if err := same(disk, "c/abandoned-step-4", manifestOf(t, again)); err != nil {
		t.Error(err)
	}
	if best, err := run.names(bestFile); err != nil || !slices.Equal(best, []int{3}) {
		t.Errorf("best %v (%v), want 3 as marked", best, err)
	}
	save(6)
	if got := list(t, run); got != "step-3 step-6" {
		t.Errorf("the run has %s, want step-3 step-6", got)
	}
	if err := run.Rewind(4); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("back to a step that is not there: %v", err)
	}
}

// Whatever operation of going back fails in whatever way, the step gone back to
// stays good, Latest never names the abandoned future once it was changed, and
// another call finishes the work.
func TestRewindEveryFault(t *testing.T) {
	one, two, three, nine := sample(1), sample(2), sample(3), sample(9)
	m1, m2, m3 := manifestOf(t, one), manifestOf(t, two), manifestOf(t, three)
	base := newMemFS()
	run := &Run{Dir: "run", FS: base}
	for _, s := range []*Snapshot{one, two, three} {
		if _, err := run.Save(s); err != nil {
			t.Fatal(err)
		}
	}
	// A step that was abandoned before, and a replacement that was interrupted.
	if err := errors.Join(run.SetBest(2), run.Pin(3), base.SyncDir("."), WriteFS(base, "run/abandoned-step-3", three),
		base.Rename("run/step-2", "run/.old-step-2"), base.SyncDir("run")); err != nil {
		t.Fatal(err)
	}
	for m, name := range []string{"refused", "torn", "late", "dead", "outage"} {
		for at := 1; ; at++ {
			disk := base.clone()
			f := &faulty{fs: disk, at: at, mode: mode(m)}
			err := (&Run{Dir: "run", FS: f}).Rewind(1)
			if !f.fired() {
				if err != nil {
					t.Fatalf("without any fault: %v", err)
				}
				break
			}
			where := name + " at " + f.trace[at-1]
			if !errors.Is(err, errInjected) {
				t.Errorf("%s: error %v hides the fault", where, err)
			}
			if mode(m) == outage {
				disk.losePower()
			}
			checkAfterFault(t, where, disk, [][]byte{m1, m2}, [][]byte{m1, m3})
			again := &Run{Dir: "run", FS: disk, Keep: 2}
			if err := again.Rewind(1); err != nil {
				t.Errorf("%s: the next call fails: %v", where, err)
			}
			checkAfterFault(t, where+", next call", disk, [][]byte{m1}, [][]byte{m1})
			if got := list(t, again); got != "step-1" {
				t.Errorf("%s, next call: the run has %s", where, got)
			}
			if err := errors.Join(same(disk, "run/abandoned-step-2", m2), same(disk, "run/abandoned-step-3", m3)); err != nil {
				t.Errorf("%s: %v", where, err)
			}
			if _, err := again.Save(nine); err != nil {
				t.Errorf("%s: the next save fails: %v", where, err)
			}
			if left := hidden(t, disk, "run"); len(left) > 0 {
				t.Errorf("%s: left behind: %v", where, left)
			}
		}
	}
}

func hidden(t *testing.T, fsys FS, dir string) (names []string) {
	t.Helper()
	entries, err := fsys.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return !strings.HasPrefix(e.Name(), ".") }) {
		names = append(names, e.Name())
	}
	return names
}
