package packed_test

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollcall/pkg/packed"
)

// Texts are what a map of texts is, also where keys have the same hash, or one that others have moved on to.
func TestTexts(t *testing.T) {
	hashes := map[string]func(string) uint64{
		"good":         nil,
		"few":          func(key string) uint64 { return uint64(len(key)) },
		"one":          func(string) uint64 { return 7 },
		"near the end": func(key string) uint64 { return ^uint64(0) - uint64(len(key)%2) },
	}
	for name, hash := range hashes {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				var texts packed.Texts
				texts.HashBy(hash)
				want := map[string]string{}
				key := rapid.StringMatching(`[ab]{0,3}`)
				t.Repeat(map[string]func(*rapid.T){
					"put": func(t *rapid.T) {
						k, text := key.Draw(t, "key"), rapid.String().Draw(t, "text")
						texts.Put(k, []byte(text))
						want[k] = text
					},
					"add": func(t *rapid.T) {
						k, text := key.Draw(t, "key"), rapid.String().Draw(t, "text")
						before, found := texts.Add(k, []byte(text))
						if wanted, there := want[k]; before != wanted || found != there {
							t.Errorf("Add(%q) = %q, %v, want %q, %v", k, before, found, wanted, there)
						}
						if !found {
							want[k] = text
						}
					},
					"delete": func(t *rapid.T) {
						k := key.Draw(t, "key")
						texts.Delete(k)
						delete(want, k)
					},
					"find": func(t *rapid.T) {
						k := key.Draw(t, "key")
						text, found := texts.Find(k)
						if wanted, there := want[k]; text != wanted || found != there {
							t.Errorf("Find(%q) = %q, %v, want %q, %v", k, text, found, wanted, there)
						}
					},
					"": func(t *rapid.T) {
						if diff := cmp.Diff(want, maps.Collect(texts.All())); diff != "" || texts.Len() != len(want) {
							t.Errorf("%d texts (-want +got):\n%s", texts.Len(), diff)
						}
					},
				})
			})
		})
	}
}

// All texts come in the order in which they were put, the latest word on each.
func TestTextsKeepTheirOrder(t *testing.T) {
	var texts packed.Texts
	for i := range 1000 {
		texts.Put(strconv.Itoa(i%700), []byte(strings.Repeat("x", i)))
	}
	next := 300
	for key, text := range texts.All() {
		if key != strconv.Itoa(next%700) || len(text) != next {
			t.Fatalf("%s, %d long, instead of number %d", key, len(text), next)
		}
		next++
	}
	if next != 1000 {
		t.Errorf("the last one is number %d", next-1)
	}
}

// What is replaced does not fill the memory, and a text that was found stays what it was.
func TestReplacedTexts(t *testing.T) {
	const people, times, size = 1000, 200, 100
	var texts packed.Texts
	texts.Put("0", []byte("at first"))
	first, _ := texts.Find("0")
	for round := range times {
		for i := range people {
			texts.Put(strconv.Itoa(i), fmt.Appendf(nil, "%*d", size, round))
		}
	}
	if held, all := texts.Held(), people*times*size; held > all/20 {
		t.Errorf("%d bytes are held of %d that were put", held, all)
	}
	if last, _ := texts.Find("0"); first != "at first" || strings.TrimSpace(last) != strconv.Itoa(times-1) {
		t.Errorf("at first %q, at last %q", first, last)
	}
	for i := range people {
		texts.Delete(strconv.Itoa(i))
	}
	if texts.Len() != 0 {
		t.Errorf("%d texts are left", texts.Len())
	}
}

func TestFields(t *testing.T) {
	words := new(packed.Words)
	rapid.Check(t, func(t *rapid.T) {
		number, text, word := rapid.Uint64().Draw(t, "number"), rapid.String().Draw(t, "text"), rapid.SampledFrom([]string{"", "member", "admin"}).Draw(t, "word")
		same := rapid.SampledFrom([]string{text, "", "other"}).Draw(t, "same")
		at := time.Unix(rapid.Int64Range(-1<<40, 1<<40).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")).UTC()
		all := packed.AppendNumber(nil, number)
		all = packed.AppendText(all, text)
		all = packed.AppendTime(all, at)
		all = words.Append(all, word)
		all = packed.AppendSame(all, same, text)
		all = packed.AppendTime(append(all, 9), time.Time{})
		r := packed.Read(string(all))
		if got := r.Number(); got != number {
			t.Errorf("%d, want %d", got, number)
		}
		if got := r.Text(); got != text {
			t.Errorf("%q, want %q", got, text)
		}
		if got := r.Time(); got != at {
			t.Errorf("%s, want %s", got, at)
		}
		if got := words.Read(&r); got != word {
			t.Errorf("%q, want %q", got, word)
		}
		if got := r.Same(text); got != same {
			t.Errorf("%q, want %q", got, same)
		}
		if b, never := r.Byte(), r.Time(); b != 9 || never != (time.Time{}) {
			t.Errorf("at last %d and %s", b, never)
		}
	})
}

func BenchmarkFind(b *testing.B) {
	const people = 500_000
	var texts packed.Texts
	keys := make([]string, people)
	for i := range keys {
		keys[i] = fmt.Sprintf("person%06d@example.com", i)
		texts.Put(keys[i], []byte("3c90c3cc-0d44-4b50-8888-8dd25736052a"))
	}
	for b.Loop() {
		for _, key := range keys {
			if _, found := texts.Find(key); !found {
				b.Fatal(key)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/people, "ns/text")
}
