package paging

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// collect takes in pages of two in the given order of their answers, and returns what was kept and the collector.
func collect(c *collector[string], order []int, pages ...*turn[string]) string {
	kept := ""
	c.keep = func(item string) { kept += item }
	for i, t := range pages {
		t.window = window{2 * i, 2}
		c.expect(t)
	}
	if order == nil {
		for i := range pages {
			order = append(order, i)
		}
	}
	for _, i := range order {
		t := pages[i]
		for _, item := range t.items {
			t.ids = append(t.ids, c.memory.hash(item))
		}
		t.count = max(t.count, len(t.items))
		c.take(t)
	}
	return kept
}

func shows(total int, items string) *turn[string] {
	t := &turn[string]{view: view{total: total}}
	if items != "" {
		t.items = strings.Split(items, "")
	}
	return t
}

func fails(refused bool) *turn[string] { return &turn[string]{err: errors.New("no"), refused: refused} }

func TestCollectorFindsTheEnd(t *testing.T) {
	tests := []struct {
		name      string
		pages     []*turn[string]
		order     []int
		shortEnds bool
		kept      string
		ended     bool
		fails     bool
	}{
		{name: "a full page", pages: []*turn[string]{shows(0, "ab")}, kept: "ab"},
		{name: "a short page is not the end", pages: []*turn[string]{shows(0, "ab"), shows(0, "c")}, kept: "abc"},
		{name: "a short page and an empty one are", pages: []*turn[string]{shows(0, "a"), shows(0, "")}, kept: "a", ended: true},
		{name: "an empty page is not the end", pages: []*turn[string]{shows(0, "ab"), shows(0, "")}, kept: "ab"},
		{name: "two are", pages: []*turn[string]{shows(0, "ab"), shows(0, ""), shows(0, "")}, kept: "ab", ended: true},
		{name: "an empty page in the middle", pages: []*turn[string]{shows(0, "ab"), shows(0, ""), shows(0, "cd")}, kept: "abcd"},
		{name: "a short page again and again", pages: []*turn[string]{shows(0, "a"), shows(0, "a")}, kept: "a", ended: true},
		{name: "a short page that the total confirms", pages: []*turn[string]{shows(3, "ab"), shows(3, "c")}, kept: "abc", ended: true},
		{name: "a short page that the total contradicts", pages: []*turn[string]{shows(4, "ab"), shows(4, "c")}, kept: "abc"},
		{name: "a full page that reaches the total", pages: []*turn[string]{shows(2, "ab")}, kept: "ab"},
		{name: "and nothing behind it", pages: []*turn[string]{shows(2, "ab"), shows(2, "")}, kept: "ab", ended: true},
		{name: "a short page that is trusted", pages: []*turn[string]{shows(0, "a")}, shortEnds: true, kept: "a", ended: true},
		{name: "an empty page that is trusted", pages: []*turn[string]{shows(0, "")}, shortEnds: true, ended: true},
		{name: "a short page that the total distrusts", pages: []*turn[string]{shows(2, "a")}, shortEnds: true, kept: "a"},
		{
			name:  "in another order",
			pages: []*turn[string]{shows(0, "ab"), shows(0, "c"), shows(0, ""), shows(0, "")},
			order: []int{3, 1, 2, 0}, kept: "abc", ended: true,
		},
		{name: "not yet the first page", pages: []*turn[string]{shows(0, "ab"), shows(0, "c")}, order: []int{1}},
		{
			name:  "a page asked for ahead shows that the list goes on",
			pages: []*turn[string]{shows(0, "ab"), shows(0, ""), shows(0, ""), shows(0, "cd")},
			order: []int{3, 0, 1, 2}, kept: "abcd",
		},
		{name: "no page behind a short one", pages: []*turn[string]{shows(0, "a"), fails(true)}, kept: "a", ended: true},
		{name: "no page behind the total", pages: []*turn[string]{shows(2, "ab"), fails(true)}, kept: "ab", ended: true},
		{name: "no page behind a full one", pages: []*turn[string]{shows(0, "ab"), fails(true)}, kept: "ab", fails: true},
		{name: "trouble behind a short page", pages: []*turn[string]{shows(0, "a"), fails(false)}, kept: "a", fails: true},
		{
			name:  "trouble behind the end",
			pages: []*turn[string]{shows(0, "a"), shows(0, ""), fails(false)},
			order: []int{2, 0, 1}, kept: "a", ended: true,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &collector[string]{name: "letters", memory: newMemory(), most: 100, number: 1, opening: true, shortEnds: tt.shortEnds}
			if kept := collect(c, tt.order, tt.pages...); kept != tt.kept {
				t.Errorf("kept %q, want %q", kept, tt.kept)
			}
			if c.ended != tt.ended || (c.err != nil) != tt.fails {
				t.Errorf("ended %v with %v", c.ended, c.err)
			}
		})
	}
}

func TestCollectorGivesUp(t *testing.T) {
	var repeated []*turn[string]
	for range maxRepeats + 2 {
		repeated = append(repeated, shows(0, "ab"))
	}
	c := &collector[string]{name: "letters", memory: newMemory(), most: 100, number: 1, opening: true}
	if collect(c, nil, repeated...); !errors.Is(c.err, ErrRepeats) {
		t.Errorf("pages that repeat themselves: %v", c.err)
	}
	c = &collector[string]{name: "letters", memory: newMemory(), most: 5, number: 1, opening: true}
	if collect(c, nil, shows(0, "ab"), shows(0, "cd"), shows(0, "ef")); !errors.Is(c.err, ErrEndless) {
		t.Errorf("more items than there can be: %v", c.err)
	}
	c = &collector[string]{name: "letters", memory: newMemory(), most: 5, number: 1, opening: true}
	if collect(c, nil, shows(9, "ab"), shows(9, "cd"), shows(9, "ef")); c.err != nil {
		t.Errorf("as many as the service tells: %v", c.err)
	}
}

func TestCollectorComparesTheOrderWithThePassBefore(t *testing.T) {
	memory := newMemory()
	first := &collector[string]{memory: memory, most: 100, number: 1}
	collect(first, nil, shows(0, "ab"), shows(0, "cd"))
	if first.pass.compared != 0 {
		t.Errorf("the first pass is compared with nothing: %+v", first.pass)
	}
	second := &collector[string]{memory: memory, most: 100, number: 2}
	kept := collect(second, nil, shows(0, "ba"), shows(0, "ce"))
	if kept != "e" || second.pass.compared != 1 || second.pass.inverted != 1 || second.pass.fresh != 1 || second.pass.distinct != 4 {
		t.Errorf("kept %q, %+v", kept, second.pass)
	}
}

func TestCollectorStopsTheCallsBehindTheEnd(t *testing.T) {
	stopped := ""
	stop := func(name string) context.CancelFunc { return func() { stopped += name } }
	c := &collector[string]{memory: newMemory(), most: 100, number: 1, keep: func(string) {}}
	turns := []*turn[string]{shows(0, "a"), shows(0, ""), shows(0, ""), fails(false)}
	for i, turn := range turns {
		turn.window, turn.stop = window{2 * i, 2}, stop(string(rune('0'+i)))
		for _, item := range turn.items {
			turn.ids = append(turn.ids, c.memory.hash(item))
		}
		turn.count = len(turn.items)
		c.expect(turn)
	}
	c.take(turns[3])
	if c.stopBehind(turns[3]); stopped != "" {
		t.Errorf("%s stopped before the trouble", stopped)
	}
	c.take(turns[0])
	c.take(turns[1])
	if c.stopBehind(turns[1]); stopped != "23" || !c.over() {
		t.Errorf("%q stopped behind the end", stopped)
	}
}
