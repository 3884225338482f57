package denoiser

import (
	"fmt"

	"github.com/condmean/condmean/data"
)

// DataWarning warns where a data set is not the one that the network was trained on,
// as far as its checkpoint tells; "" if there is nothing to say.
func (d *Denoiser) DataWarning(set *data.Set) string {
	if d.print == nil {
		return ""
	}
	what := d.print.Changed(set.Fingerprint)
	if what == "" {
		return ""
	}
	return fmt.Sprintf("warning: %s is not the data set of the training: %s; its test samples may have been trained on", set.Name, what)
}
