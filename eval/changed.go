package eval

import (
	"encoding/json"
	"fmt"

	"github.com/condmean/condmean/data"
)

// dataChanged warns where a data set is not the one that a network was trained
// on, of which its checkpoint keeps the fingerprint; "" if there is nothing to say.
func dataChanged(set *data.Set, kept json.RawMessage) (string, error) {
	was, known, err := data.FingerprintFrom(kept)
	if err != nil || !known {
		return "", err
	}
	what := was.Changed(set.Fingerprint)
	if what == "" {
		return "", nil
	}
	return fmt.Sprintf("warning: %s is not the data set of the training: %s; its test samples may have been trained on", set.Name, what), nil
}
