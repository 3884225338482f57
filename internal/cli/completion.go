package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/condmean/condmean/configs"
)

// shells are those that completion writes scripts for.
var shells = []string{"bash", "zsh", "fish"}

// completion returns a script that lets a shell complete the command's flags, and the
// values of those that have words to choose from.
func (c *Command) completion(shell string) (string, error) {
	switch shell {
	case "bash":
		return c.bash(), nil
	case "zsh":
		return c.zsh(), nil
	case "fish":
		return c.fish(), nil
	}
	return "", configs.Usagef("--completion %s: want %s", shell, strings.Join(shells, ", "))
}

// each calls f for all flags that --help shows, with what they take: "" for a switch.
func (c *Command) each(f func(flag *pflag.Flag, takes, about string)) {
	c.Flags.VisitAll(func(flag *pflag.Flag) {
		if flag.Hidden {
			return
		}
		takes, about := pflag.UnquoteUsage(flag)
		if flag.NoOptDefVal != "" {
			takes = ""
		} else if takes == "" {
			takes = "value"
		}
		// What fits on a line beside the flag.
		about, _, _ = strings.Cut(about, ";")
		about, _, _ = strings.Cut(about, " (")
		f(flag, takes, about)
	})
}

// isPlace reports whether a flag that takes this names files or folders.
func isPlace(takes string) bool { return slices.Contains(places, takes) }

func (c *Command) bash() string {
	var flags, words []string
	c.each(func(f *pflag.Flag, takes, _ string) {
		flags = append(flags, "--"+f.Name)
		names := "--" + f.Name
		if f.Shorthand != "" {
			names += "|-" + f.Shorthand
		}
		switch list := c.Words[f.Name]; {
		case list != nil:
			files := ""
			if isPlace(takes) {
				files = "-f "
			}
			words = append(words, fmt.Sprintf("    %s) COMPREPLY=($(compgen %s-W %s -- \"$word\")); return ;;\n", names, files, quote(strings.Join(list, " "))))
		case takes != "":
			words = append(words, fmt.Sprintf("    %s) return ;;\n", names)) // files, as the shell does
		}
	})
	return fmt.Sprintf(`# Completion of %[1]s for bash: source <(%[1]s --completion bash)
_condmean_%[1]s() {
  local word=${COMP_WORDS[COMP_CWORD]} flag=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $flag in
%[2]s  esac
  case $word in
    -*) COMPREPLY=($(compgen -W %[3]s -- "$word")) ;;
  esac
}
complete -o default -F _condmean_%[1]s %[1]s
`, c.Name, strings.Join(words, ""), quote(strings.Join(flags, " ")))
}

func (c *Command) zsh() string {
	var b strings.Builder
	fmt.Fprintf(&b, "#compdef %[1]s\n# Completion of %[1]s for zsh: %[1]s --completion zsh >DIR/_%[1]s, where DIR is a folder of $fpath\n_arguments -s", c.Name)
	c.each(func(f *pflag.Flag, takes, about string) {
		// Brackets and colons end what _arguments takes for a text.
		about = strings.NewReplacer("[", "(", "]", ")", ":", " ").Replace(about)
		action := ""
		switch list := c.Words[f.Name]; {
		case isPlace(takes):
			action = fmt.Sprintf(":%s:_files", takes)
		case list != nil:
			action = fmt.Sprintf(":%s:(%s)", takes, strings.Join(list, " "))
		case takes != "":
			action = fmt.Sprintf(":%s: ", takes)
		}
		many := ""
		if _, ok := f.Value.(pflag.SliceValue); ok {
			many = "*"
		}
		for _, name := range names(f) {
			fmt.Fprintf(&b, " \\\n  %s", quote(fmt.Sprintf("%s%s[%s]%s", many, name, about, action)))
		}
	})
	b.WriteString(" \\\n  '*:file:_files'\n")
	return b.String()
}

func (c *Command) fish() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Completion of %[1]s for fish: %[1]s --completion fish >~/.config/fish/completions/%[1]s.fish\n", c.Name)
	c.each(func(f *pflag.Flag, takes, about string) {
		fmt.Fprintf(&b, "complete -c %s -l %s", c.Name, f.Name)
		if f.Shorthand != "" {
			fmt.Fprintf(&b, " -s %s", f.Shorthand)
		}
		switch {
		case isPlace(takes):
			b.WriteString(" -r -F")
		case takes != "":
			b.WriteString(" -x")
		}
		if list := c.Words[f.Name]; list != nil {
			fmt.Fprintf(&b, " -a %s", quote(strings.Join(list, " ")))
		}
		fmt.Fprintf(&b, " -d %s\n", quote(about))
	})
	return b.String()
}

// names returns the long and the short form of a flag.
func names(f *pflag.Flag) []string {
	list := []string{"--" + f.Name}
	if f.Shorthand != "" {
		list = append(list, "-"+f.Shorthand)
	}
	return list
}

// quote makes one word of a text for a shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
