package cli

import "golang.org/x/sys/windows"

// full are the errors of a machine that has no room or does not work, whatever
// it was asked for.
var full = []error{windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL, windows.ERROR_DISK_QUOTA_EXCEEDED, windows.ERROR_WRITE_PROTECT,
	windows.ERROR_CRC, windows.ERROR_IO_DEVICE, windows.ERROR_NOT_ENOUGH_MEMORY, windows.ERROR_OUTOFMEMORY, windows.ERROR_COMMITMENT_LIMIT,
	windows.ERROR_TOO_MANY_OPEN_FILES}

// closed are the errors of writing to who has gone.
var closed = []error{windows.ERROR_BROKEN_PIPE, windows.ERROR_NO_DATA}
