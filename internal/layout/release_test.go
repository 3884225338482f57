package layout

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestReleaseArguments: the script that builds the archives refuses what it does not
// understand before it builds or makes anything, in a line, with exit code 2.
func TestReleaseArguments(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	script, err := filepath.Abs(filepath.Join(root, "deploy", "release.sh"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	outside := filepath.Join(dir, "deploy", "release.sh") // of no repository
	text, err := os.ReadFile(script)
	if err == nil {
		err = errors.Join(os.Mkdir(filepath.Dir(outside), 0o700), os.WriteFile(outside, text, 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args        []string
		code        int
		out, stderr string
	}{
		{[]string{script, "--help"}, 0, "Usage: bash deploy/release.sh [FOLDER]", ""},
		{[]string{script, "--fast"}, 2, "", "release.sh: unknown flag --fast; Usage: "},
		{[]string{script, "one", "two"}, 2, "", "release.sh: unexpected argument two; Usage: "},
		{[]string{script, "file"}, 2, "", "release.sh: file is no folder"},
		{[]string{outside, "new"}, 2, "", "is no git repository"},
	} {
		var out, stderr bytes.Buffer
		cmd := exec.Command(bash, tt.args...)
		cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &stderr
		cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+dir)
		var exit *exec.ExitError
		if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		if code := cmd.ProcessState.ExitCode(); code != tt.code || !strings.Contains(out.String(), tt.out) || !strings.Contains(stderr.String(), tt.stderr) || strings.Count(stderr.String(), "\n") > 1 {
			t.Errorf("%v: exit code %d, %q, %q", tt.args[1:], code, out.String(), stderr.String())
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 {
		t.Errorf("it made something: %v, %v", left, err)
	}
}
