package roster_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"sort"
	"syscall"
	"testing"
	"time"

	"rollcall/pkg/roster"
)

func cpu() time.Duration {
	var r syscall.Rusage
	syscall.Getrusage(0, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func TestZZ(t *testing.T) {
	if os.Getenv("ZZ") == "" {
		t.Skip()
	}
	const n = 100000
	doc := cleanCSV(n)
	src := memory("x.csv", doc)
	var people *roster.Roster
	fs := map[string]func(){
		"csv": func() {
			r := csv.NewReader(bytes.NewReader(doc))
			for {
				if _, err := r.Read(); err == io.EOF {
					break
				}
			}
		},
		"read":    func() { people, _ = roster.Read(t.Context(), src, roster.Options{}) },
		"entries": func() {
			for range people.Entries(t.Context()) {
			}
		},
	}
	res := map[string][2][]float64{}
	for range 150 {
		for _, k := range []string{"csv", "read", "entries"} {
			c, w := cpu(), time.Now()
			fs[k]()
			r := res[k]
			r[0] = append(r[0], float64(cpu()-c)/n)
			r[1] = append(r[1], float64(time.Since(w))/n)
			res[k] = r
		}
	}
	for k, r := range res {
		sort.Float64s(r[0])
		sort.Float64s(r[1])
		fmt.Printf("%s cpu min %.0f p10 %.0f  wall min %.0f p10 %.0f\n", k, r[0][0], r[0][15], r[1][0], r[1][15])
	}
	var r syscall.Rusage
	syscall.Getrusage(0, &r)
	fmt.Println("maxrss MiB", r.Maxrss/1024, "doc", len(doc)>>20)
}
