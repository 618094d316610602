package paging

import (
	"errors"
	"strconv"
	"strings"
	"testing"
)

// collect takes in pages of two in the given order of their answers, or one after the other, and returns what was kept.
// A page that confirms the end takes the place of the next one.
func collect(c *collector[string], order []int, pages ...*turn[string]) string {
	kept := ""
	c.keep = func(item string) { kept += item }
	c.pass.mode.size = 2
	take := func(t *turn[string]) {
		t.stop = func() {}
		for _, item := range t.items {
			t.ids = append(t.ids, c.memory.hash(item))
		}
		t.count = len(t.items)
		c.take(t)
	}
	for _, i := range order {
		t := pages[i]
		t.window = window{2 * i, 2}
	}
	if order != nil {
		for _, t := range pages {
			t.stop = func() {}
			c.expect(t)
		}
		for _, i := range order {
			take(pages[i])
			c.confirm()
		}
		return kept
	}
	next := window{0, 2}
	for _, t := range pages {
		t.window, next = next, window{next.end(), 2}
		c.expect(t)
		take(t)
		if w, ok := c.confirm(); ok {
			next = w
		}
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
		only      bool
		kept      string
		ended     bool
		fails     bool
	}{
		{name: "a full page", pages: []*turn[string]{shows(0, "ab")}, kept: "ab"},
		{name: "a short page is not the end", pages: []*turn[string]{shows(0, "ab"), shows(0, "c")}, kept: "abc"},
		{name: "a short page and an empty one are not", pages: []*turn[string]{shows(0, "a"), shows(0, "")}, kept: "a"},
		{name: "nothing behind it, nor at the end of it", pages: []*turn[string]{shows(0, "a"), shows(0, ""), shows(0, "")}, kept: "a", ended: true},
		{name: "nothing behind it, but something at the end of it", pages: []*turn[string]{shows(0, "a"), shows(0, ""), shows(0, "b")}, kept: "ab"},
		{name: "an empty page", pages: []*turn[string]{shows(0, "ab"), shows(0, "")}, kept: "ab"},
		{name: "two of them", pages: []*turn[string]{shows(0, "ab"), shows(0, ""), shows(0, "")}, kept: "ab", ended: true},
		{name: "an empty page in the middle", pages: []*turn[string]{shows(0, "ab"), shows(0, ""), shows(0, "cd")}, kept: "abcd"},
		{name: "an empty page in a service of one size", only: true, pages: []*turn[string]{shows(0, "ab"), shows(0, "")}, kept: "ab"},
		{name: "a short and an empty page there", only: true, pages: []*turn[string]{shows(0, "a"), shows(0, "")}, kept: "a", ended: true},
		{name: "two empty pages there", only: true, pages: []*turn[string]{shows(0, "ab"), shows(0, ""), shows(0, "")}, kept: "ab", ended: true},
		{name: "a short page again", pages: []*turn[string]{shows(0, "a"), shows(0, "a")}, kept: "a"},
		{name: "and far away", pages: []*turn[string]{shows(0, "a"), shows(0, "a"), shows(0, "a")}, kept: "a", ended: true},
		{name: "and not far away", pages: []*turn[string]{shows(0, "a"), shows(0, "a"), shows(0, "")}, kept: "a"},
		{name: "nor at the end", pages: []*turn[string]{shows(0, "a"), shows(0, "a"), shows(0, ""), shows(0, "")}, kept: "a", ended: true},
		{name: "a full page again and again", pages: []*turn[string]{shows(0, "ab"), shows(0, "ab"), shows(0, "ab")}, kept: "ab"},
		{name: "a short page and a total", pages: []*turn[string]{shows(3, "ab"), shows(3, "c")}, kept: "abc"},
		{name: "and nothing behind them", pages: []*turn[string]{shows(3, "ab"), shows(3, "c"), shows(3, "")}, kept: "abc", ended: true},
		{name: "and no total behind them", pages: []*turn[string]{shows(3, "ab"), shows(3, "c"), shows(0, "")}, kept: "abc"},
		{name: "and something behind them", pages: []*turn[string]{shows(3, "ab"), shows(3, "c"), shows(3, "d")}, kept: "abcd"},
		{name: "a short first page and a total", pages: []*turn[string]{shows(1, "a")}, kept: "a"},
		{name: "and the same page behind it", pages: []*turn[string]{shows(1, "a"), shows(1, "a")}, kept: "a", ended: true},
		{name: "and no page behind it", pages: []*turn[string]{shows(1, "a"), fails(true)}, kept: "a", ended: true},
		{name: "a short page that the total contradicts", pages: []*turn[string]{shows(4, "ab"), shows(4, "c")}, kept: "abc"},
		{name: "a full page that reaches the total", pages: []*turn[string]{shows(2, "ab")}, kept: "ab"},
		{name: "and nothing behind it", pages: []*turn[string]{shows(2, "ab"), shows(2, "")}, kept: "ab", ended: true},
		{name: "a short page that is trusted", pages: []*turn[string]{shows(0, "a")}, shortEnds: true, kept: "a", ended: true},
		{name: "an empty page that is trusted", pages: []*turn[string]{shows(0, "")}, shortEnds: true, ended: true},
		{name: "a short page that the total distrusts", pages: []*turn[string]{shows(2, "a")}, shortEnds: true, kept: "a"},
		{
			name:  "in another order",
			pages: []*turn[string]{shows(0, "ab"), shows(0, "cd"), shows(0, "e")},
			order: []int{2, 1, 0}, kept: "abcde",
		},
		{name: "not yet the first page", pages: []*turn[string]{shows(0, "ab"), shows(0, "c")}, order: []int{1}},
		{
			name:  "empty pages asked for ahead confirm nothing",
			pages: []*turn[string]{shows(0, "a"), shows(0, ""), shows(0, ""), shows(0, "")},
			order: []int{3, 2, 1, 0}, kept: "a",
		},
		{
			name:  "a page asked for ahead shows that the list goes on",
			pages: []*turn[string]{shows(0, "ab"), shows(0, ""), shows(0, ""), shows(0, "cd")},
			order: []int{3, 2, 1, 0}, kept: "abcd",
		},
		{name: "no page behind a short one", pages: []*turn[string]{shows(0, "a"), fails(true), fails(true)}, kept: "a", ended: true},
		{name: "no page behind the total", pages: []*turn[string]{shows(2, "ab"), fails(true)}, kept: "ab", ended: true},
		{name: "no page behind a full one", pages: []*turn[string]{shows(0, "ab"), fails(true)}, kept: "ab", fails: true},
		{name: "trouble behind a short page", pages: []*turn[string]{shows(0, "a"), fails(false)}, kept: "a", fails: true},
		{
			name:  "trouble behind what seems to be the end",
			pages: []*turn[string]{shows(0, "a"), shows(0, ""), fails(false)},
			order: []int{0, 1, 2}, kept: "a",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &collector[string]{name: "letters", memory: newMemory(), most: 100, number: 1, opening: true, shortEnds: tt.shortEnds}
			c.pass.mode.only = tt.only
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
	c = &collector[string]{name: "letters", memory: newMemory(), most: 9, number: 1, opening: true}
	if collect(c, nil, shows(9, "ab"), shows(9, "cd"), shows(9, "ef")); c.err != nil {
		t.Errorf("as many as the service tells: %v", c.err)
	}
	c = &collector[string]{name: "letters", memory: newMemory(), most: 5, number: 1, opening: true}
	if collect(c, nil, shows(9, "ab"), shows(9, "cd"), shows(9, "ef")); !errors.Is(c.err, ErrEndless) {
		t.Errorf("more than there can be, whatever the service tells: %v", c.err)
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

func TestCollectorDropsWhatIsBehindTheEnd(t *testing.T) {
	c := &collector[string]{memory: newMemory(), most: 100, number: 1, keep: func(string) {}}
	c.pass.mode.size = 2
	turns, stopped := []*turn[string]{shows(0, "a"), shows(0, ""), shows(0, ""), shows(0, "")}, ""
	for i, turn := range turns {
		turn.window, turn.stop = window{2 * i, 2}, func() { stopped += strconv.Itoa(i) }
		for _, item := range turn.items {
			turn.ids = append(turn.ids, c.memory.hash(item))
		}
		turn.count = len(turn.items)
		c.expect(turn)
	}
	c.take(turns[0])
	if _, ok := c.confirm(); ok || !c.nearEnd() {
		t.Error("a short page needs no page behind it")
	}
	c.take(turns[1])
	if w, ok := c.confirm(); !ok || w != (window{1, 1}) || stopped != "23" {
		t.Errorf("the end is to be confirmed by %+v, %v, and %q were stopped", w, ok, stopped)
	}
	if _, ok := c.confirm(); ok {
		t.Error("the end is to be confirmed twice")
	}
	c.take(turns[2])
	if c.over() {
		t.Error("a page that was dropped confirms the end")
	}
}
