package roster

import (
	"strconv"
	"strings"
	"testing"
)

// Every text is found at its place, in the first piece of memory and in others, however long it is.
func TestTexts(t *testing.T) {
	var kept texts
	all := []string{"", "a", strings.Repeat("long", 1<<pieceBits), "", "b", strings.Repeat("x", 1<<pieceBits-5), strings.Repeat("y", 300)}
	for i := range 1 << pieceBits {
		all = append(all, strconv.Itoa(i))
	}
	places := make([]uint32, len(all))
	for i, text := range all {
		places[i] = kept.add(text)
	}
	for i, text := range all {
		if !kept.has(places[i], text) || kept.has(places[i], text+"z") || text != "" && kept.has(places[i], text[1:]+"z") {
			t.Fatalf("text %d of %d bytes is not what is at %#x", i, len(text), places[i])
		}
	}
	if len(kept) < 5 {
		t.Errorf("%d pieces", len(kept))
	}
}
