package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/condmean/condmean/configs"
)

func command(run func(ctx context.Context, s Streams) error) *Command {
	fs := pflag.NewFlagSet("tool", pflag.ContinueOnError)
	fs.Int("count", 3, "how `many`")
	fs.String("from", "", "`file` to begin with")
	fs.String("word", "", "any `word`")
	return &Command{Name: "tool", Summary: "Does things.", Examples: "tool --count 4   # more\n", Flags: fs, Run: run}
}

func TestExitCodesAndErrorLines(t *testing.T) {
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	tests := map[string]struct {
		args   []string
		err    error
		code   int
		stderr string
	}{
		"done":        {nil, nil, 0, ""},
		"failed":      {nil, errors.New("disk: full"), 1, "tool: disk: full\n"},
		"usage":       {nil, fmt.Errorf("train: %w", configs.Usagef("no such key")), 2, "tool: train: no such key\n"},
		"joined":      {nil, &configs.UsageError{Err: errors.Join(errors.New("a"), errors.New("b"))}, 2, "tool: a\ntool: b\n"},
		"joined deep": {nil, fmt.Errorf("x: %w; y", errors.Join(errors.New("a"), configs.Usagef("b: %w", errors.Join(errors.New("c"), errors.New("d"))))), 2, "tool: x: a\ntool: b: c\ntool: d; y\n"},
		"two causes":  {nil, fmt.Errorf("%w: %w", errors.New("a"), errors.New("b")), 1, "tool: a: b\n"},
		"broken line": {nil, &fs.PathError{Op: "open", Path: "a\nb\r", Err: fs.ErrNotExist}, 1, `tool: open a\nb\r: file does not exist` + "\n"},
		"long name":   {nil, &fs.PathError{Op: "open", Path: strings.Repeat("x", 5000), Err: fs.ErrNotExist}, 1, "tool: open " + strings.Repeat("x", 592) + "…" + strings.Repeat("x", 279) + ": file does not exist\n"},
		"interrupted": {nil, fmt.Errorf("step 3: %w", canceled.Err()), 130, "tool: step 3: interrupted\n"},
		"own package": {nil, errors.New("tool: step 3 broke"), 1, "tool: step 3 broke\n"},
		"flag":        {[]string{"--cuont", "3"}, nil, 2, "tool: unknown flag: --cuont; see tool --help; did you mean --count?\n"},
		"other flag":  {[]string{"--depth=3"}, nil, 2, "tool: unknown flag: --depth; see tool --help\n"},
		"short flag":  {[]string{"-x"}, nil, 2, "tool: unknown shorthand flag: 'x' in -x; see tool --help\n"},
		"one dash":    {[]string{"-count=3"}, nil, 2, "tool: -count has one dash too few, write --count; see tool --help\n"},
		"no dash":     {[]string{"--from", "count=3"}, nil, 0, ""},
		"no flags":    {[]string{"--", "-count"}, nil, 2, `tool: unexpected argument "-count"; see tool --help` + "\n"},
		"value":       {[]string{"--count", "x"}, nil, 2, `tool: invalid argument "x" for "--count" flag: must be an integer; see tool --help` + "\n"},
		"octal":       {[]string{"--count", "030"}, nil, 2, `tool: invalid argument "030" for "--count" flag: leading zeros mean octal to some programs, leave them out; see tool --help` + "\n"},
		"no file":     {[]string{"--from", ""}, nil, 2, "tool: --from names no file; fill it in, or leave the flag out\n"},
		"no word":     {[]string{"--word", ""}, nil, 0, ""},
		"argument":    {[]string{"extra"}, nil, 2, `tool: unexpected argument "extra"; see tool --help` + "\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			c := command(func(context.Context, Streams) error { return tt.err })
			if code := c.Execute(context.Background(), tt.args, Streams{Out: &out, Err: &errs}); code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			if errs.String() != tt.stderr {
				t.Errorf("stderr %q, want %q", errs.String(), tt.stderr)
			}
			if out.Len() > 0 {
				t.Errorf("stdout %q, want nothing", out.String())
			}
		})
	}
}

func TestHelpGoesToStdout(t *testing.T) {
	var out, errs bytes.Buffer
	c := command(func(context.Context, Streams) error { t.Error("ran"); return nil })
	if code := c.Execute(context.Background(), []string{"--help"}, Streams{Out: &out, Err: &errs}); code != ExitDone || errs.Len() > 0 {
		t.Errorf("exit code %d, stderr %q", code, errs.String())
	}
	for _, want := range []string{"Does things.", "Usage: tool [flags]", "  tool --count 4   # more", "--count many", "Exit codes: 0 done"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("help lacks %q:\n%s", want, out.String())
		}
	}
}
