package data

import (
	"context"

	"github.com/condmean/condmean/configs"
)

// Open reads or draws the data set that a configuration names, splits it and
// computes its normalisation.
func Open(ctx context.Context, c configs.Data, seed uint64) (*Set, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	switch c.Kind {
	case "mixture":
		return openMixture(c, seed)
	}
	return nil, configs.Usagef("data.kind: %q is unknown, want mixture", c.Kind)
}
