package email

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	lib "github.com/mtibben/confusables"
	"golang.org/x/text/unicode/norm"
)

// planes is where characters have look-alikes.
const planes rune = 0x30000

var update = flag.Bool("update", false, "write confusables.txt")

// TestLookAlikes compares the table with that of a library, which makes a map of it at the start of every program. With -update
// it writes the table.
func TestLookAlikes(t *testing.T) {
	if *update {
		writeLookAlikes(t)
	}
	for r := range planes {
		if text := string(r); skeleton(text) != lib.Skeleton(text) {
			t.Errorf("%U looks like %+q, want %+q", r, skeleton(text), lib.Skeleton(text))
		}
	}
}

// writeLookAlikes leaves out the characters that are taken to pieces before they are looked up.
func writeLookAlikes(t *testing.T) {
	t.Helper()
	var b strings.Builder
	for r := range planes {
		text := string(r)
		if like := lib.Skeleton(text); like != text && norm.NFD.IsNormalString(text) {
			fmt.Fprintf(&b, "%04X", r)
			for _, r := range like {
				fmt.Fprintf(&b, " %04X", r)
			}
			b.WriteString("\n")
		}
	}
	if err := os.WriteFile("confusables.txt", []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Skip("confusables.txt is written; run the tests again")
}
