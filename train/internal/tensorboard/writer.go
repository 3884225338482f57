// Package tensorboard writes event files that TensorBoard shows: scalars and
// images over steps.
//
// A file is a sequence of records, each framed as TFRecord does,
//
//	length uint64 | masked CRC-32C of length | data | masked CRC-32C of data
//
// in little-endian order, whose data is an Event message in Protocol Buffers'
// encoding. The few fields needed are encoded by hand:
//
//	Event   1 wall_time double  2 step int64  3 file_version string
//	        5 summary Summary  7 session_log { 1 status enum }
//	Summary 1 value { 1 tag string  2 simple_value float
//	                  4 image { 1 height 2 width 3 colorspace 4 encoded } }
package tensorboard

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// Writer appends to an event file. Each event is one write, so that a process
// that is killed leaves at most the last one incomplete, which readers skip.
type Writer struct {
	f   *os.File
	now func() time.Time
}

// FilePrefix begins the names of event files.
const FilePrefix = "events.out.tfevents."

// Empty reports whether the contents of an event file hold no event, but at most
// its version.
func Empty(b []byte) bool {
	const version = 64 // bytes, more than its record takes
	return len(b) < 8 || len(b) < version && uint64(len(b)) <= 16+binary.LittleEndian.Uint64(b)
}

// Create makes a new event file in dir. If a run was resumed after step from,
// events of later steps in earlier files are void from now on.
func Create(dir string, from int64) (*Writer, error) {
	return create(dir, from, time.Now)
}

func create(dir string, from int64, now func() time.Time) (*Writer, error) {
	// Readers take the files of a folder in the order of their names.
	t := now()
	name := fmt.Sprintf(FilePrefix+"%010d.%09d", t.Unix(), t.Nanosecond())
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return nil, fmt.Errorf("tensorboard: %w", err)
	}
	w := &Writer{f: f, now: now}
	var version []byte
	version = protowire.AppendTag(version, 3, protowire.BytesType)
	version = protowire.AppendString(version, "brain.Event:2")
	err = w.event(0, version)
	if from > 0 && err == nil {
		err = w.Restart(from + 1)
	}
	if err != nil {
		_ = f.Close() // the first error counts
		return nil, err
	}
	return w, nil
}

// Restart declares all events from step on, in this file and earlier ones, void.
func (w *Writer) Restart(step int64) error {
	const start = 1 // SessionLog.START
	return w.event(step, message(7, protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), start)))
}

// Scalar is a number with the name it is shown by; a slash makes groups.
type Scalar struct {
	Tag   string
	Value float64
}

// Scalars writes numbers of a step.
func (w *Writer) Scalars(step int64, scalars ...Scalar) error {
	var summary []byte
	for _, s := range scalars {
		v := protowire.AppendTag(nil, 1, protowire.BytesType)
		v = protowire.AppendString(v, s.Tag)
		v = protowire.AppendTag(v, 2, protowire.Fixed32Type)
		v = protowire.AppendFixed32(v, math.Float32bits(float32(s.Value)))
		summary = append(summary, message(1, v)...)
	}
	return w.event(step, message(5, summary))
}

// Image writes a PNG of the given size, with 1, 3 or 4 channels.
func (w *Writer) Image(step int64, tag string, height, width, channels int, png []byte) error {
	var image []byte
	for i, v := range []int{height, width, channels} {
		image = protowire.AppendTag(image, protowire.Number(1+i), protowire.VarintType)
		image = protowire.AppendVarint(image, uint64(v))
	}
	image = append(image, message(4, png)...)
	v := protowire.AppendTag(nil, 1, protowire.BytesType)
	v = protowire.AppendString(v, tag)
	v = append(v, message(4, image)...)
	return w.event(step, message(5, message(1, v)))
}

// Close closes the file.
func (w *Writer) Close() error { return w.f.Close() }

// event writes one record.
func (w *Writer) event(step int64, fields []byte) error {
	var e []byte
	e = protowire.AppendTag(e, 1, protowire.Fixed64Type)
	e = protowire.AppendFixed64(e, math.Float64bits(float64(w.now().UnixMicro())/1e6))
	if step != 0 {
		e = protowire.AppendTag(e, 2, protowire.VarintType)
		e = protowire.AppendVarint(e, uint64(step))
	}
	e = append(e, fields...)

	r := binary.LittleEndian.AppendUint64(nil, uint64(len(e)))
	r = binary.LittleEndian.AppendUint32(r, maskedCRC(r))
	r = append(r, e...)
	r = binary.LittleEndian.AppendUint32(r, maskedCRC(e))
	if _, err := w.f.Write(r); err != nil {
		return fmt.Errorf("tensorboard: %w", err)
	}
	return nil
}

// message encodes a field that holds a message, or bytes.
func message(field protowire.Number, b []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, field, protowire.BytesType), b)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// maskedCRC is TFRecord's checksum.
func maskedCRC(b []byte) uint32 {
	c := crc32.Checksum(b, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}
