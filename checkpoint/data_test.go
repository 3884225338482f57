package checkpoint

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"testing"
)

// The fingerprint of the data comes back as it was given, compact.
func TestDataRoundTrip(t *testing.T) {
	want := sample(3)
	want.Data = json.RawMessage(`{"train":80,"shape":[1,28,28],"hash":"0f"}`)
	dir := filepath.Join(t.TempDir(), "step-3")
	if err := Write(dir, want); err != nil {
		t.Fatal(err)
	}
	got, err := Read(dir)
	if err != nil || !bytes.Equal(got.Data, want.Data) {
		t.Errorf("%s, %v; want %s", got.Data, err, want.Data)
	}
	want.Data = json.RawMessage(`{"train"`)
	if err := Write(filepath.Join(t.TempDir(), "step-3"), want); err == nil {
		t.Error("nonsense is written")
	}
}
