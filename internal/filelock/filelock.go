// Package filelock locks files against other processes. The operating system gives
// a lock up when its file is closed, however the process ends.
//
//	held, err := filelock.Try(f)
//
// takes the lock of an open file at once or not at all: held is false where another
// process has it. An error says that files cannot be locked here, as on some network
// file systems; it wraps [errors.ErrUnsupported] on systems without locks.
package filelock
