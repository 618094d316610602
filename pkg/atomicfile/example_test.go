package atomicfile_test

import (
	"fmt"
	"os"
	"path/filepath"

	"rollcall/pkg/atomicfile"
)

// Until it is committed, nobody sees a part of the file.
func Example() {
	dir, _ := os.MkdirTemp("", "example")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "results.csv")

	file, err := atomicfile.Create(path, 0o600)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer file.Discard() // does nothing after Commit
	fmt.Fprintln(file, "row,outcome")
	_, err = os.Stat(path)
	fmt.Println("there before Commit:", err == nil)
	err = file.Commit()
	_, missing := os.Stat(path)
	fmt.Println("there after it:", missing == nil, err)
	// Output:
	// there before Commit: false
	// there after it: true <nil>
}
