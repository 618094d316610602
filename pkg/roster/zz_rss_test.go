package roster_test

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"rollcall/pkg/roster"
)

func TestRSS(t *testing.T) {
	path := os.Getenv("RSS")
	if path == "" {
		t.Skip()
	}
	s := time.Now()
	people, err := roster.Read(t.Context(), roster.File(path), roster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(people.Rows, people.Clean(), people.Duplicates, people.Invalid, time.Since(s))
	n := 0
	for _, err := range people.Entries(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	var r syscall.Rusage
	syscall.Getrusage(0, &r)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Println("rows", n, "maxrss MiB", r.Maxrss/1024, "heap sys", m.HeapSys>>20)
}
