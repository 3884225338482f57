package train

import (
	"fmt"
	"slices"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
)

// checkShape refuses samples that the network of a configuration does not take. For
// images it names the nearest sizes that it does.
func checkShape(c configs.Config, shape []int) error {
	_, _, err := model.Declare(c.Model, shape)
	if err == nil {
		return nil
	}
	var fit []int
	for _, step := range []int{-1, 1} {
		const most = 256 // pixels
		for size := shape[len(shape)-1]; len(shape) == 3 && size > 0 && size <= shape[2]+most; size += step {
			if _, _, err := model.Declare(c.Model, []int{shape[0], size, size}); err == nil {
				fit = append(fit, size)
				break
			}
		}
	}
	if fit = slices.Compact(fit); fit == nil {
		return &configs.UsageError{Err: err}
	}
	hint := fmt.Sprintf("%d", fit[0])
	if len(fit) > 1 {
		hint += fmt.Sprintf(" or %d", fit[1])
	}
	return configs.Usagef("%w; data.size=%s would work", err, hint)
}
