package cli

import (
	"github.com/spf13/pflag"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
)

// ConfigFlags are the flags that make a configuration: a preset or file, then
// overrides, then the named short forms of common keys.
type ConfigFlags struct {
	Config  string
	Set     []string
	Data    string
	Seed    uint64
	Threads int

	flags *pflag.FlagSet
}

// setFlag is the flag that overrides settings.
const setFlag = "set"

// Register adds the flags; preset is used when --config is absent.
func (f *ConfigFlags) Register(fs *pflag.FlagSet, preset string) {
	f.flags = fs
	fs.StringVarP(&f.Config, "config", "c", preset, "`preset or file`.yaml with the settings")
	fs.StringArrayVarP(&f.Set, setFlag, "s", nil, "override one setting, `key=value`; may be repeated, the last one wins")
	fs.StringVar(&f.Data, "data", "", "`folder` of the data (data.dir)")
	fs.Uint64Var(&f.Seed, "seed", 0, "all random numbers derive from it (seed)")
	fs.IntVar(&f.Threads, "threads", 0, "worker threads, 0 for all processors (threads); never changes results")
}

// Resolve loads, overrides and validates the configuration.
func (f *ConfigFlags) Resolve() (configs.Config, error) {
	cfg, err := f.Load(configs.Default())
	if err != nil {
		return configs.Config{}, err
	}
	return cfg, cfg.Validate()
}

// Load loads the configuration over given settings, and overrides it.
func (f *ConfigFlags) Load(base configs.Config) (configs.Config, error) {
	cfg, err := configs.LoadOver(base, f.Config)
	if err != nil {
		return configs.Config{}, err
	}
	if err := configs.Set(&cfg, f.Set...); err != nil {
		return configs.Config{}, err
	}
	if f.flags.Changed("data") {
		if cfg.Data.Kind == "mixture" && cfg.Data.Fit == "" {
			return configs.Config{}, configs.Usagef("--data %s: --config %s reads no data, it draws them (data.kind: mixture); --config npy takes own arrays, folder own images, audio own recordings", foreign.Name(f.Data), f.Config)
		}
		cfg.Data.Dir = f.Data
	}
	if f.flags.Changed("seed") {
		cfg.Seed = f.Seed
	}
	if f.flags.Changed("threads") {
		cfg.Threads = f.Threads
	}
	return cfg, nil
}
