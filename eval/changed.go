package eval

import (
	"fmt"

	"github.com/condmean/condmean/data"
)

// dataChanged warns where a data set is not the one that a network was trained
// on, whose fingerprint is given; "" if there is nothing to say.
func dataChanged(set *data.Set, was data.Fingerprint) string {
	what := was.Changed(set.Fingerprint)
	if what == "" {
		return ""
	}
	return fmt.Sprintf("warning: %s is not the data set of the training: %s; its test samples may have been trained on", set.Name, what)
}
