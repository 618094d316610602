package paging

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// at makes a view: each letter is an item, and "?" one that cannot be read.
func at(start, size, total int, items string) view {
	v := view{window: window{start, size}, count: len(items), total: total}
	for _, item := range items {
		if item != '?' {
			v.ids = append(v.ids, uint64(item))
		}
	}
	return v
}

// passOf makes the pass that shows these views.
func passOf(m mode, views ...view) *pass {
	p, seen := &pass{mode: m}, map[uint64]bool{}
	for _, v := range views {
		for _, id := range v.ids {
			if !seen[id] {
				seen[id] = true
				v.fresh++
				p.distinct++
			}
		}
		p.views = append(p.views, v)
	}
	return p
}

func TestPass(t *testing.T) {
	overlapping, plain := mode{size: 4, overlap: true}, mode{size: 4}
	tests := []struct {
		name string
		give *pass
		want []string
	}{
		{"nothing", passOf(overlapping, at(0, 4, 0, "")), []string{"chained", "in place"}},
		{"one short page", passOf(overlapping, at(0, 4, 0, "ab")), []string{"chained", "in place"}},
		{"in place", passOf(overlapping, at(0, 3, 0, "abc"), at(2, 2, 0, "cd")), []string{"chained", "in place"}},
		{"in place by accident", passOf(overlapping, at(0, 4, 0, "abcd"), at(3, 3, 0, "dab"), at(5, 4, 0, "b")), []string{"chained", "twice"}},
		{"the end within the overlap", passOf(overlapping, at(0, 4, 0, "abcd"), at(2, 2, 0, "c")), []string{"twice"}},
		{"somebody came before", passOf(overlapping, at(0, 3, 0, "abc"), at(2, 2, 0, "bc")), []string{"chained"}},
		{"somebody went before", passOf(overlapping, at(0, 3, 0, "abc"), at(2, 2, 0, "de")), nil},
		{"no order", passOf(overlapping, at(0, 3, 0, "abc"), at(2, 2, 0, "ca")), []string{"chained", "twice"}},
		{"side by side", passOf(plain, at(0, 2, 4, "ab"), at(2, 2, 4, "cd")), []string{"counted"}},
		{"side by side, one twice", passOf(plain, at(0, 2, 4, "ab"), at(2, 2, 4, "bc")), []string{"chained"}},
		{"side by side, another total", passOf(plain, at(0, 2, 4, "ab"), at(2, 2, 5, "cd")), nil},
		{"one that cannot be read", passOf(plain, at(0, 2, 4, "ab"), at(2, 2, 4, "c?")), []string{"counted"}},
		{"an empty page in the middle", passOf(plain, at(0, 2, 0, "ab"), at(2, 2, 0, ""), at(4, 2, 0, "c")), []string{"holes"}},
		{"an empty page at first", passOf(plain, at(0, 2, 0, ""), at(2, 2, 0, "ab")), []string{"holes", "headless"}},
		{"a full page, and then nothing", passOf(overlapping, at(0, 4, 0, "abcd"), at(3, 3, 0, "")), nil},
		{"more than asked for", passOf(plain, at(0, 2, 0, "abc"), at(2, 2, 0, "de")), []string{"oversize"}},
	}
	for _, tt := range tests {
		var got []string
		for _, property := range []struct {
			name string
			has  bool
		}{
			{"chained", tt.give.chained()},
			{"in place", tt.give.inPlace()},
			{"twice", tt.give.twice()},
			{"counted", tt.give.counted()},
			{"holes", tt.give.holes()},
			{"headless", tt.give.headless()},
			{"oversize", tt.give.oversize()},
		} {
			if property.has {
				got = append(got, property.name)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestUnreadItemsCountOnce(t *testing.T) {
	plain := mode{size: 4}
	tests := []struct {
		name  string
		give  *pass
		known int
		want  int
	}{
		{"none", passOf(plain, at(0, 4, 0, "abcd")), 4, 4},
		{"two pages", passOf(plain, at(0, 4, 0, "ab?d"), at(4, 4, 0, "e?")), 4, 6},
		{"a page of another size behind them", passOf(plain, at(0, 4, 0, "a?"), at(4, 4, 0, ""), at(2, 1, 0, "?")), 1, 3},
		{"a page again", passOf(plain, at(0, 4, 0, "a?"), at(4, 4, 0, ""), at(2, 1, 0, "c"), at(0, 4, 0, "a?")), 2, 3},
		{"pages larger than asked for", passOf(plain, at(0, 4, 0, "abcd?"), at(4, 4, 0, "efgh?")), 8, 10},
		{"windows that overlap", passOf(mode{size: 4, overlap: true}, at(0, 4, 0, "abc?"), at(3, 3, 0, "?ef")), 5, 5},
		{"one that a pass before could read", passOf(plain, at(0, 4, 0, "ab?d")), 4, 4},
		{"one that no pass could read", passOf(plain, at(0, 4, 0, "ab?d")), 3, 4},
	}
	for _, tt := range tests {
		if got := tt.give.distinctAtLeast(tt.known); got != tt.want {
			t.Errorf("%s: %d items, want %d", tt.name, got, tt.want)
		}
	}
}

func TestCappedPages(t *testing.T) {
	plain := mode{size: 4}
	for want, give := range map[int][]view{
		2: {at(0, 4, 0, "ab"), at(4, 4, 0, ""), at(8, 4, 0, "cd"), at(12, 4, 0, "e")},
		3: {at(0, 4, 0, ""), at(4, 4, 0, "abc")},
		1: {at(0, 4, 0, "a"), at(1, 1, 0, "b"), at(4, 4, 0, "c")},
		0: {at(0, 4, 0, "ab"), at(4, 4, 0, "cde")},
	} {
		if got := passOf(plain, give...).capped(); got != want {
			t.Errorf("%d: capped = %d", want, got)
		}
	}
	if got := passOf(plain, at(0, 4, 0, "abcd"), at(4, 4, 0, "ef")).capped(); got != 0 {
		t.Errorf("full pages are capped at %d", got)
	}
}

func TestSamePasses(t *testing.T) {
	plain := mode{size: 2}
	one := passOf(plain, at(0, 2, 0, "ab"), at(2, 2, 0, "c"), at(4, 2, 0, ""))
	for name, tt := range map[string]struct {
		give *pass
		want bool
	}{
		"the same":       {passOf(plain, at(0, 2, 0, "ab"), at(2, 2, 0, "c"), at(4, 2, 0, "")), true},
		"another order":  {passOf(plain, at(0, 2, 0, "ba"), at(2, 2, 0, "c"), at(4, 2, 0, "")), false},
		"one more":       {passOf(plain, at(0, 2, 0, "ab"), at(2, 2, 0, "cd"), at(4, 2, 0, "")), false},
		"another size":   {passOf(mode{size: 4}, at(0, 4, 0, "abc"), at(4, 4, 0, "")), false},
		"another number": {passOf(plain, at(0, 2, 0, "ab"), at(2, 2, 0, "c?"), at(4, 2, 0, "")), false},
	} {
		if got := tt.give.same(one); got != tt.want {
			t.Errorf("%s: same = %v", name, got)
		}
	}
}
