package paging

import "testing"

// after lets a judge see passes one after the other, and returns its last word.
func after(known int, passes ...*pass) (next mode, done bool, why string) {
	j := judge{size: 4}
	for _, p := range passes {
		next, done, why = j.after(p, known)
	}
	return next, done, why
}

func with(p *pass, change func(*pass)) *pass {
	change(p)
	return p
}

func TestJudge(t *testing.T) {
	overlapping, plain, half, only := mode{size: 4, overlap: true}, mode{size: 4}, mode{size: 2, serial: true}, mode{size: 4, only: true}
	quiet := func(p *pass) *pass { return with(p, func(p *pass) { p.fresh = 0 }) }
	fresh := func(p *pass) *pass { return with(p, func(p *pass) { p.fresh = p.distinct }) }
	inPlace := func() *pass { return fresh(passOf(overlapping, at(0, 4, 0, "abcd"), at(3, 3, 0, "de"))) }
	shifted := func() *pass { return passOf(overlapping, at(0, 4, 0, "abcd"), at(3, 3, 0, "cde")) }
	torn := func() *pass { return passOf(overlapping, at(0, 4, 0, "abcd"), at(3, 3, 0, "ef")) }
	holed := func(m mode) *pass { return passOf(m, at(0, m.size, 0, "a"), at(m.size, m.size, 0, "bc")) }
	unread := func() *pass { return passOf(overlapping, at(0, 4, 0, "abc?"), at(3, 3, 0, "?e")) }
	tests := []struct {
		name   string
		passes []*pass
		known  int
		next   mode // zero if the list is settled
	}{
		{name: "in place", passes: []*pass{inPlace()}},
		{name: "in place, but cut off", passes: []*pass{with(inPlace(), func(p *pass) { p.cut = true })}, next: overlapping},
		{name: "shifted once", passes: []*pass{fresh(shifted())}, next: overlapping},
		{name: "shifted, then nobody new", passes: []*pass{fresh(shifted()), quiet(shifted())}},
		{name: "shifted, and then somebody new", passes: []*pass{fresh(shifted()), fresh(shifted())}, next: half},
		{name: "torn apart", passes: []*pass{fresh(shifted()), quiet(torn())}, next: overlapping},
		{name: "torn apart twice in the same way", passes: []*pass{fresh(torn()), quiet(torn())}, next: half},
		{name: "and smaller pages show nothing else", passes: []*pass{fresh(torn()), quiet(torn()), quiet(passOf(half, at(0, 2, 0, "ab"), at(2, 2, 0, "cd")))}, next: overlapping},
		{name: "counted", passes: []*pass{fresh(passOf(plain, at(0, 4, 5, "abcd"), at(4, 4, 5, "e")))}},
		{name: "counted over two passes", known: 6, passes: []*pass{
			fresh(passOf(plain, at(0, 4, 6, "abcd"), at(4, 4, 6, "ae"))), passOf(plain, at(0, 4, 6, "bcde"), at(4, 4, 6, "bf")),
		}},
		{name: "counted over two passes with two totals", known: 6, passes: []*pass{
			fresh(passOf(plain, at(0, 4, 7, "abcd"), at(4, 4, 7, "ae"))), passOf(plain, at(0, 4, 6, "bcde"), at(4, 4, 6, "bf")),
		}, next: overlapping},
		{name: "counted with one that the pass before could read", known: 5, passes: []*pass{
			fresh(passOf(plain, at(0, 4, 6, "abcd"), at(4, 4, 6, "ae"))), passOf(plain, at(0, 4, 6, "bcde"), at(4, 4, 6, "b?")),
		}, next: overlapping},
		{name: "holes", passes: []*pass{fresh(holed(overlapping))}, next: half},
		{name: "holes of another size", passes: []*pass{fresh(holed(overlapping)), fresh(holed(half))}, next: half},
		{name: "the same holes again", passes: []*pass{fresh(holed(overlapping)), fresh(holed(half)), quiet(holed(half))}},
		{name: "the same holes in full size", passes: []*pass{fresh(holed(plain)), quiet(holed(plain))}, next: half},
		{name: "an empty first page again", passes: []*pass{
			fresh(passOf(half, at(0, 2, 0, ""), at(2, 2, 0, "ab"))), quiet(passOf(half, at(0, 2, 0, ""), at(2, 2, 0, "ab"))),
		}, next: half},
		{name: "more than asked for", passes: []*pass{fresh(passOf(overlapping, at(0, 4, 0, "abcde"), at(3, 3, 0, "fg")))}, next: only},
		{name: "the same in pages of one size", passes: []*pass{
			fresh(passOf(overlapping, at(0, 4, 0, "abcde"), at(3, 3, 0, "fg"))),
			quiet(passOf(only, at(0, 4, 0, "abcde"), at(4, 4, 0, "fg"))), quiet(passOf(only, at(0, 4, 0, "abcde"), at(4, 4, 0, "fg"))),
		}},
		{name: "a link that cannot be read", passes: []*pass{fresh(unread())}, next: overlapping},
		{name: "that cannot be read again", passes: []*pass{fresh(unread()), quiet(unread())}},
	}
	for _, tt := range tests {
		next, done, why := after(tt.known, tt.passes...)
		if settled := tt.next == (mode{}); done != settled || next != tt.next || why != "" {
			t.Errorf("%s: next %+v, done %v %q, want %+v", tt.name, next, done, why, tt.next)
		}
	}
}

func TestJudgeGivesUp(t *testing.T) {
	torn := passOf(mode{size: 4, overlap: true}, at(0, 4, 0, "abcd"), at(3, 3, 0, "ef"))
	torn.fresh = 1
	doubled := passOf(mode{size: 4, overlap: true}, at(0, 4, 0, "abcd"), at(3, 3, 0, "ae"))
	headless := passOf(mode{size: 2, serial: true}, at(0, 2, 0, ""), at(2, 2, 0, "ab"))
	other := passOf(mode{size: 4, overlap: true}, at(0, 4, 0, "abcd"), at(3, 3, 0, "gh"))
	tests := []struct {
		last *pass
		want string
	}{
		{torn, "kept changing while it was read"},
		{doubled, "kept changing while it was read"},
		{headless, "begins with an empty page"},
	}
	for _, tt := range tests {
		if _, done, _ := after(9, torn, other, torn, other); done {
			t.Fatal("given up after four passes")
		}
		if _, done, why := after(9, torn, other, torn, other, tt.last); !done || why != tt.want {
			t.Errorf("done %v, %q, want %q", done, why, tt.want)
		}
	}
	if _, done, why := after(9, torn, doubled, torn, doubled, doubled); !done || why != "shows somebody at several places" {
		t.Errorf("done %v, %q", done, why)
	}
}

// TestJudgeOfAListWithoutOrder settles a list once it has been shown so often that nobody can be missing.
func TestJudgeOfAListWithoutOrder(t *testing.T) {
	jumbled := func(fresh int) *pass {
		p := passOf(mode{size: 4}, at(0, 4, 0, "abcd"), at(4, 4, 0, "ca"))
		p.fresh, p.compared, p.inverted = fresh, 20, 9
		return p
	}
	j := judge{size: 4}
	passes := 0
	for done := false; !done; passes++ {
		var next mode
		var why string
		if next, done, why = j.after(jumbled(max(3-passes, 0)), 6); why != "" || !done && next != (mode{size: 4}) {
			t.Fatalf("after %d passes: %+v, %q", passes+1, next, why)
		}
	}
	if passes != 3+certainty {
		t.Errorf("settled after %d passes of which three showed somebody new, want %d", passes, 3+certainty)
	}

	j = judge{size: 4}
	for passes = 1; passes <= maxJumbledPasses; passes++ {
		if _, done, why := j.after(jumbled(1), 6); done && (passes < maxJumbledPasses || why != "comes in another order each time") {
			t.Fatalf("after %d passes: %q", passes, why)
		}
	}

	// An order that stays as it is proves nothing.
	still := jumbled(0)
	still.inverted = 0
	j = judge{size: 4}
	j.after(jumbled(1), 6)
	for range certainty {
		if _, done, why := j.after(still, 6); done && why == "" {
			t.Fatal("settled by passes in one order")
		}
	}
}
