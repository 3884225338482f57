package cli

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

func completed() *Command {
	f := pflag.NewFlagSet("tool", pflag.ContinueOnError)
	f.StringP("from", "f", "", "`file` to read; it's [any]: even this")
	f.StringSlice("method", nil, "`list` of methods")
	f.Bool("fast", false, "hurry (in vain)")
	f.Int("count", 3, "how many")
	return &Command{Name: "tool", Flags: f, Words: map[string][]string{"method": {"mean", "oneshot"}},
		Run: func(context.Context, Streams) error { panic("a command that was to print something ran") }}
}

func printed(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := completed().Execute(t.Context(), args, Streams{Out: &out, Err: &errs}); code != ExitDone {
		t.Fatalf("%v: exit code %d: %s", args, code, errs.String())
	}
	return out.String()
}

// TestBashCompletion lets bash complete words.
func TestBashCompletion(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	script := filepath.Join(t.TempDir(), "tool")
	if err := os.WriteFile(script, []byte(printed(t, "--completion", "bash")), 0o600); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"tool --f":             "--from --fast",
		"tool --method o":      "oneshot",
		"tool --method ":       "mean oneshot",
		"tool --count ":        "",
		"tool --from ":         "", // the shell's own: files
		"tool x --fast --meth": "--method",
		"tool x":               "",
		"tool --v":             "--version",
	} {
		words := strings.Split(line, " ")
		run := "source '" + script + "'; COMP_WORDS=('" + strings.Join(words, "' '") + "'); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _condmean_tool; echo ${COMPREPLY[@]}"
		out, err := exec.Command(bash, "--norc", "-c", run).CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != want {
			t.Errorf("%q: %q, want %q (%v)", line, got, want, err)
		}
	}
}

// TestCompletion: the scripts of the other shells name all flags and quote what
// describes them; these shells check them where they are installed.
func TestCompletion(t *testing.T) {
	for shell, want := range map[string][]string{
		"zsh": {"#compdef tool\n", `'--from[file to read]:file:_files'`, `'-f[file to read]`, `'*--method[list of methods]:list:(mean oneshot)'`, `'--fast[hurry]'`, `'--count[how many]:int: '`},
		"fish": {"complete -c tool -l from -s f -r -F -d 'file to read'\n", "-l method -x -a 'mean oneshot' -d ", "-l fast -d 'hurry'\n", "-l count -x -d 'how many'\n",
			"-l version -d "},
	} {
		text := printed(t, "--completion", shell)
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: no %q in\n%s", shell, w, text)
			}
		}
		if path, err := exec.LookPath(shell); err == nil {
			script := filepath.Join(t.TempDir(), "script")
			if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command(path, "-n", script).CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", shell, err, out)
			}
		}
	}
	var out, errs bytes.Buffer
	if code := completed().Execute(t.Context(), []string{"--completion", "csh"}, Streams{Out: &out, Err: &errs}); code != ExitUsage || errs.String() != "tool: --completion csh: want bash, zsh, fish\n" {
		t.Errorf("exit code %d, %q", code, errs.String())
	}
	if got := quote("it's"); got != `'it'\''s'` {
		t.Errorf("quoted: %s", got)
	}
}

// TestVersion: what a build noted is told.
func TestVersion(t *testing.T) {
	if got := printed(t, "--version"); !strings.HasPrefix(got, "tool ") || strings.Count(got, "\n") != 1 {
		t.Errorf("%q", got)
	}
	settings := []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.time", Value: "2026-11-26T03:00:00Z"}, {Key: "vcs.modified", Value: "true"}}
	for want, b := range map[string]*debug.BuildInfo{
		"tool (unknown), ": nil,
		"tool (devel), ":   {},
		"tool v1.2.3 (commit 0123456789ab, 2026-11-26, modified), ": {Main: debug.Module{Version: "v1.2.3"}, Settings: settings},
		"tool v1.2.3 (commit 0123456789ab), ":                       {Main: debug.Module{Version: "v1.2.3"}, Settings: slices.Clone(settings[:1])},
	} {
		if got := version("tool", b); !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
