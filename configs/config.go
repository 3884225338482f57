package configs

// Config is everything a run depends on. Every field can be set in YAML and by
// --set key.path=value; keys not listed here are refused.
type Config struct {
	Name       string     `yaml:"name"`    // name of the run; part of the default output folder
	Seed       uint64     `yaml:"seed"`    // all random numbers derive from it
	Threads    int        `yaml:"threads"` // 0: as many as the machine has processors; never changes results
	Data       Data       `yaml:"data"`
	Schedule   Schedule   `yaml:"schedule"`
	Model      Model      `yaml:"model"`
	Objective  Objective  `yaml:"objective"`
	Init       Init       `yaml:"init"`
	Adapt      Adapt      `yaml:"adapt"`
	Train      Train      `yaml:"train"`
	Checkpoint Checkpoint `yaml:"checkpoint"`
	Eval       Eval       `yaml:"eval"`
}
