// Package configs holds everything a run depends on in one typed tree, with
// defaults, strict YAML, command-line overrides and embedded presets.
//
// A configuration is built in three steps, each of which refuses what it does
// not understand:
//
//	cfg, err := configs.Load("quickstart")      // preset or file, over Default()
//	err = configs.Set(&cfg, "train.lr=2e-4")    // overrides, later ones win
//	err = cfg.Validate()                        // one message per broken rule
//
// Keys are the dotted YAML paths, such as train.lr or schedule.steps; [Words] lists
// the words that a setting may be. An unknown key is an error that names the key,
// the file and the line, and suggests the nearest key there is. Numbers are
// decimal, or say otherwise (0o30, 0x18, 1_000): leading zeros, which YAML 1.1
// takes for octal and YAML 1.2 does not, are refused, and 1:30 is text. Switches
// are true, false, yes, no, on or off. Merge keys (<<) bring what other sections
// hold. All errors that a user can cause are [UsageError]s, which commands map to
// exit code 2.
package configs
