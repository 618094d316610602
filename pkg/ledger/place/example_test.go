package place_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"rollcall/pkg/ledger/place"
)

// A path names a file, and an address a database.
func Example() {
	ctx := context.Background()
	folder, _ := os.MkdirTemp("", "ledger")
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "ledger.db")

	_, err := place.View(ctx, file)
	fmt.Println(errors.Is(err, fs.ErrNotExist))
	l, err := place.Open(ctx, file)
	fmt.Println(l.Path() == file, err, l.Close())

	fmt.Println(place.IsAddress(file), place.IsAddress("postgres://ada@db.example.com/rollcall"))
	fmt.Println(place.Public("postgres://ada:secret@db.example.com/rollcall"))
	// Output:
	// true
	// true <nil> <nil>
	// false true
	// postgres://ada@db.example.com/rollcall
}
