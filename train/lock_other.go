//go:build !unix

package train

// folderLock does nothing where files cannot be locked.
type folderLock struct{}

func lockFolder(string) (*folderLock, error) { return &folderLock{}, nil }

func (*folderLock) release() error { return nil }
