//go:build xla && (linux || darwin)

package pjrt

import (
	"fmt"
	"runtime"
	"unsafe"
)

// Buffer is an array of float32 in the memory of a device.
type Buffer struct {
	p *Plugin
	h handle
}

const f32 = 11 // PJRT_Buffer_Type_F32

// Upload copies a row-major array to the device; data is the caller's again at once.
func (c *Client) Upload(data []float32, shape ...int) (*Buffer, error) {
	size := 1
	dims := make([]int64, len(shape)+1) // never empty
	for i, s := range shape {
		dims[i] = int64(s)
		size *= s
	}
	if size != len(data) {
		panic(fmt.Sprintf("pjrt: upload of %d numbers for shape %v", len(data), shape))
	}
	a := fromHostArgs{client: c.h, data: unsafe.Pointer(unsafe.SliceData(data)), kind: f32,
		dims: unsafe.Pointer(&dims[0]), numDims: uintptr(len(shape)), device: c.device} // semantics 0: data are read during the call
	a.size = unsafe.Sizeof(a)
	if err := c.p.call(clientBufferFromHostBuffer, unsafe.Pointer(&a)); err != nil {
		return nil, fmt.Errorf("pjrt: upload: %w", err)
	}
	b := &Buffer{c.p, a.buffer}
	if err := c.p.await(a.done); err != nil {
		b.Close()
		return nil, fmt.Errorf("pjrt: upload: %w", err)
	}
	runtime.KeepAlive(data)
	return b, nil
}

// Download copies the buffer, row-major, to dst, which has its size.
func (b *Buffer) Download(dst []float32) error {
	if len(dst) == 0 {
		panic("pjrt: download of nothing")
	}
	q := toHostArgs{src: b.h}
	q.size = unsafe.Sizeof(q)
	if err := b.p.call(bufferToHostBuffer, unsafe.Pointer(&q)); err != nil {
		return fmt.Errorf("pjrt: download: %w", err)
	}
	if int(q.dstN) != 4*len(dst) {
		return fmt.Errorf("pjrt: download: a buffer of %d bytes does not fit %d numbers", q.dstN, len(dst))
	}
	a := toHostArgs{src: b.h, dst: unsafe.Pointer(&dst[0]), dstN: uintptr(4 * len(dst))}
	a.size = unsafe.Sizeof(a)
	if err := b.p.call(bufferToHostBuffer, unsafe.Pointer(&a)); err != nil {
		return fmt.Errorf("pjrt: download: %w", err)
	}
	err := b.p.await(a.event)
	runtime.KeepAlive(dst)
	if err != nil {
		return fmt.Errorf("pjrt: download: %w", err)
	}
	return nil
}

// Close frees the buffer.
func (b *Buffer) Close() { b.p.destroy(bufferDestroy, b.h) }
