package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// Limits of the files that are read, in bytes.
const (
	// The YAML library takes up to two hundred times the size of a file in memory.
	// A real clouds.yaml has a few kilobytes.
	maxCloudsFile = 128 << 10
	// The bundles of operating systems have up to one megabyte.
	maxCACertFile = 4 << 20
)

// readRegularFile reads a file of at most limit bytes. Unlike os.ReadFile it
// refuses what can block forever or never ends, such as a named pipe or a device.
func readRegularFile(path string, limit int64) ([]byte, error) {
	// Before it is opened, since opening alone can block or change a device.
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if err := checkRegular(path, info, limit); err != nil {
		return nil, err
	}
	return readOpened(path, limit)
}

// readOpened checks the file again, which may have been replaced meanwhile: a pipe
// is opened without waiting for its writer.
func readOpened(path string, limit int64) ([]byte, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) //nolint:gosec // the user names it
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if err := checkRegular(path, info, limit); err != nil {
		return nil, err
	}
	// Some files of /proc have no size, and others grow.
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, tooLarge(path, limit)
	}
	return data, nil
}

func checkRegular(path string, info fs.FileInfo, limit int64) error {
	switch mode := info.Mode(); {
	case mode.IsDir():
		return notReadable(path, "it is a directory, not a file")
	case !mode.IsRegular():
		return notReadable(path, "it is a pipe, a device or a socket, not a regular file")
	case info.Size() > limit:
		return tooLarge(path, limit)
	}
	return nil
}

func tooLarge(path string, limit int64) error {
	return notReadable(path, fmt.Sprintf("it is larger than %d KiB", limit>>10))
}

func notReadable(path, reason string) error {
	return &fs.PathError{Op: "read", Path: path, Err: errors.New(reason)}
}
