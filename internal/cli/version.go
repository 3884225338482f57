package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// version says in a line which program this is: the version of the module and the
// commit, as far as the build noted them, the compiler and the platform.
func version(name string, b *debug.BuildInfo) string {
	of, commit := "(unknown)", ""
	if b != nil {
		if of = b.Main.Version; of == "" {
			of = "(devel)"
		}
		commit = vcs(b.Settings)
	}
	return fmt.Sprintf("%s %s%s, %s, %s/%s\n", name, of, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// vcs names the commit, its day, and whether the files were those of it; "" where the
// build noted none.
func vcs(settings []debug.BuildSetting) string {
	noted := map[string]string{}
	for _, s := range settings {
		noted[s.Key] = s.Value
	}
	commit := noted["vcs.revision"]
	if commit == "" {
		return ""
	}
	parts := []string{"commit " + commit[:min(len(commit), 12)]}
	if day, _, ok := strings.Cut(noted["vcs.time"], "T"); ok {
		parts = append(parts, day)
	}
	if noted["vcs.modified"] == "true" {
		parts = append(parts, "modified")
	}
	return " (" + strings.Join(parts, ", ") + ")"
}
