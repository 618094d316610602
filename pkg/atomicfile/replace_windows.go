package atomicfile

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// inUse reports why a file cannot be replaced although the folder may be written to: who has it open, as Excel does with
// what it shows, lets nobody replace it.
func inUse(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	switch {
	case errors.Is(err, windows.ERROR_SHARING_VIOLATION), errors.Is(err, windows.ERROR_LOCK_VIOLATION):
		return errors.New("another program, such as Excel, has it open; close it there")
	case err != nil:
		return nil //nolint:nilerr // whether that matters shows when it is replaced
	}
	return file.Close()
}

// patience is how long whoever looks at each new file, as virus scanners do, is waited for.
const patience = 5 * time.Second

// rename puts a file in the place of another.
func rename(from, to string) error {
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		err := os.Rename(from, to)
		busy := errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_ACCESS_DENIED)
		if !busy || time.Since(began) > patience {
			return err
		}
	}
}
