package console

import "golang.org/x/sys/windows"

// Sequences reports whether the terminal behind a file understands escape sequences. A console of Windows does once it is
// asked to, unless it is older than 2016.
func Sequences(fd uintptr) bool {
	var mode uint32
	handle := windows.Handle(fd)
	return windows.GetConsoleMode(handle, &mode) == nil &&
		windows.SetConsoleMode(handle, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
