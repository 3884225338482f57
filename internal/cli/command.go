// Package cli holds what the commands share: exit codes, error lines, signals,
// help, and the flags that resolve to a configuration. A command is its flags,
// one configuration and one call.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/launcher"
	"github.com/condmean/condmean/internal/nearest"
)

// Streams are a command's input and outputs: results go to Out, everything else to
// Err.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Command is a program without subcommands.
type Command struct {
	Name     string
	Summary  string // one sentence
	Examples string // lines of a command, its effect after "#"
	// Arguments names those that are no flags, as "IN OUT"; "" refuses any.
	Arguments string
	Flags     *pflag.FlagSet
	// Ranks tells that several processes may share the work of one command; others
	// refuse to run under a launcher of several.
	Ranks bool
	// End, if there is one, is told the exit code once all has been said.
	End func(code int) error
	// Words are what flags can be set to, by name, where there is a list of it; shells
	// complete them.
	Words map[string][]string
	// Run does the work once Flags are parsed. It returns an error that wraps
	// context.Canceled if ctx ended it, and a configs.UsageError if the user
	// can mend the call.
	Run func(ctx context.Context, s Streams) error
}

// Main runs the command on the process's arguments and exits. The context of Run
// ends when the process is asked to stop; see untilAsked.
func (c *Command) Main() {
	s := Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}
	code := c.Execute(untilAsked(), os.Args[1:], s)
	if c.End != nil {
		if err := c.End(code); err != nil {
			c.report(s, lines(err)...)
			code = max(code, ExitFailed)
		}
	}
	os.Exit(code)
}

// Execute parses args, runs the command and returns the exit code. Errors are
// written to s.Err, one a line.
func (c *Command) Execute(ctx context.Context, args []string, s Streams) (code int) {
	defer func() {
		if r := recover(); r != nil {
			c.reportPanic(s, r)
			code = ExitFailed
		}
	}()
	s.Out = results{s.Out}
	err := c.parse(args)
	switch {
	case errors.Is(err, pflag.ErrHelp):
		_, err = io.WriteString(s.Out, c.help(s.Width()))
	case err != nil:
	case c.Flags.Changed(versionFlag):
		info, _ := debug.ReadBuildInfo()
		_, err = io.WriteString(s.Out, version(c.Name, info))
	case c.Flags.Changed(completionFlag):
		var text string
		if text, err = c.completion(c.Flags.Lookup(completionFlag).Value.String()); err == nil {
			_, err = io.WriteString(s.Out, text)
		}
	default:
		err = c.Run(ctx, s)
	}
	code = exitCode(err)
	switch code {
	case ExitDone, ExitUnread: // who has gone wants no message
	case ExitInterrupted:
		c.report(s, strings.Replace(err.Error(), context.Canceled.Error(), "interrupted", 1))
	default:
		c.report(s, lines(err)...)
	}
	return code
}

// Flags that all commands have beside --help.
const (
	versionFlag    = "version"
	completionFlag = "completion"
)

// parse reads the flags; the package's own output is silenced so that an error
// is one line.
func (c *Command) parse(args []string) error {
	c.Flags.SetOutput(io.Discard)
	c.Flags.Usage = func() {}
	c.Flags.SortFlags = false
	c.registerOwn()
	c.Flags.VisitAll(func(f *pflag.Flag) {
		switch f.Value.Type() {
		case "int", "uint64":
			f.Value = decimal{f.Value}
		}
	})
	if err := c.refuseOneDash(args); err != nil {
		return err
	}
	err := c.Flags.Parse(args)
	var unknown *pflag.NotExistError
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return err
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		return configs.Usagef("%w; see %s --help%s", err, c.Name, c.meant(unknown.GetSpecifiedName()))
	case err != nil:
		return configs.Usagef("%w; see %s --help", err, c.Name)
	case c.Flags.NArg() > 0 && c.Arguments == "":
		return configs.Usagef("unexpected argument %q; see %s --help", c.Flags.Arg(0), c.Name)
	}
	if err := c.refuseEmpty(); err != nil {
		return err
	}
	return c.refuseRanks()
}

// meant says what an unknown flag may stand for: another flag, or settings that --set
// takes.
func (c *Command) meant(name string) string {
	var flags []string
	c.Flags.VisitAll(func(f *pflag.Flag) { flags = append(flags, "--"+f.Name) })
	hint, key := nearest.Hint("--"+name, flags), strings.ReplaceAll(name, "-", "_")
	if c.Flags.Lookup(setFlag) == nil {
		return hint
	}
	var settings []string
	for _, k := range configs.Keys() {
		if k == key || strings.HasSuffix(k, "."+key) {
			settings = append(settings, k)
		}
	}
	if len(settings) > 0 {
		return "; a setting of this name is given by --" + setFlag + " " + strings.Join(settings, "=… or ") + "=…"
	}
	if near := configs.NearestKeys(key); hint == "" && len(near) > 0 {
		return "; did you mean --" + setFlag + " " + strings.Join(near, "=… or ") + "=…?"
	}
	return hint
}

// refuseOneDash refuses -out where --out is meant: it would be -o with the value "ut".
func (c *Command) refuseOneDash(args []string) error {
	for _, arg := range args {
		rest, dash := strings.CutPrefix(arg, "-")
		name, _, _ := strings.Cut(rest, "=")
		switch {
		case arg == "--":
			return nil
		case dash && len(name) > 1 && c.Flags.Lookup(name) != nil:
			return configs.Usagef("-%s has one dash too few, write --%s; see %s --help", name, name, c.Name)
		}
	}
	return nil
}

// refuseRanks refuses to do the same work in several processes, each of which would
// write the same files.
func (c *Command) refuseRanks() error {
	if l := launcher.Detect(); l.Several() && !c.Ranks {
		return configs.Usagef("a launcher started %s (%s is set), but %s is the work of one; leave the launcher out", l.Processes(), l.By, c.Name)
	}
	return nil
}

// registerOwn adds those flags.
func (c *Command) registerOwn() {
	if c.Flags.Lookup(versionFlag) != nil {
		return
	}
	c.Flags.Bool(versionFlag, false, "print the version, then stop")
	c.Flags.String(completionFlag, "", "print the completions for a shell, "+strings.Join(shells, ", ")+", then stop")
	if err := c.Flags.MarkHidden(completionFlag); err != nil {
		panic(err) // it is there
	}
}

// places are the words by which the help of flags says that they name something.
var places = []string{"file", "folder", "run", "weights", "preset or file", "preset or file.yaml"}

// refuseEmpty refuses flags that are to name something and name nothing, as where
// a variable of a shell is not set: without them the command would do something
// else.
func (c *Command) refuseEmpty() (err error) {
	c.Flags.Visit(func(f *pflag.Flag) {
		empty := f.Value.String() == ""
		if list, ok := f.Value.(pflag.SliceValue); ok {
			empty = slices.Contains(list.GetSlice(), "")
		}
		if what, _ := pflag.UnquoteUsage(f); empty && slices.Contains(places, what) && err == nil {
			err = configs.Usagef("--%s names no %s; fill it in, or leave the flag out", f.Name, what)
		}
	})
	return err
}

// help returns the text of --help for so many columns; 0 where it goes to no terminal.
func (c *Command) help(width int) string {
	var b strings.Builder
	const most, least, elsewhere = 100, 60, 80
	if width == 0 {
		width = elsewhere
	}
	width = min(max(width, least), most)
	fmt.Fprintf(&b, "%s\n\nUsage: %s\n\nExamples:\n", Wrap(c.Summary, width), strings.Join(strings.Fields(c.Name+" "+c.Arguments+" [flags]"), " "))
	for line := range strings.Lines(c.Examples) {
		b.WriteString(example(strings.TrimSuffix(line, "\n"), width))
	}
	fmt.Fprintf(&b, "\nFlags:\n%s\n%s\n", flagUsages(c.Flags, width), Wrap(exitCodes, width))
	return b.String()
}

// maxLine bounds the bytes of one line of a message.
const maxLine = 900

// report writes lines behind the command's name, once where a package of the same
// name put it there too, and without control characters. A message that cannot be
// written has nowhere else to go.
func (c *Command) report(s Streams, lines ...string) {
	for _, line := range lines {
		if line == "" { // another process says it
			continue
		}
		_, _ = fmt.Fprintf(s.Err, "%s: %s\n", c.Name, foreign.Line(strings.TrimPrefix(line, c.Name+": "), maxLine))
	}
}

// lines returns the messages of all errors that err joins, one each. What else
// breaks a line came with a name or a file, and is not to.
func lines(err error) []string {
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		var all, messages []string
		for _, part := range e.Unwrap() {
			all, messages = append(all, lines(part)...), append(messages, part.Error())
		}
		if strings.Join(messages, "\n") == err.Error() {
			return all
		}
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			if before, after, ok := strings.Cut(err.Error(), inner.Error()); ok {
				all := lines(inner)
				all[0] = before + all[0]
				all[len(all)-1] += after
				return all
			}
		}
	}
	return []string{err.Error()}
}
