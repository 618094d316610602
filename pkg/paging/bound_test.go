package paging

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// TestEveryListEnds reads lists that never end, each page of which takes a tenth of a second.
func TestEveryListEnds(t *testing.T) {
	people := func(page Page, n int) (items []string) {
		for i := range n {
			items = append(items, fmt.Sprintf("%d of page %d of %d", i, page.Number, page.Size))
		}
		return items
	}
	var calls int
	tests := []struct {
		name  string
		ask   func(Page) Answer[string]
		most  int
		want  error // nil: it is read, and known to have been read or not
		calls int   // at most
	}{
		{"the same page for ever", func(Page) Answer[string] { return Answer[string]{Items: people(Page{1, 20}, 20)} }, 0, ErrRepeats, 12},
		{"ever new people", func(p Page) Answer[string] { return Answer[string]{Items: people(p, p.Size)} }, 10_000, ErrEndless, 1000},
		{"ever new people with a total", func(p Page) Answer[string] {
			return Answer[string]{Items: people(p, p.Size), Total: 150}
		}, 0, ErrEndless, 400},
		{"totals that grow with every page", func(p Page) Answer[string] {
			calls++
			return Answer[string]{Items: people(p, p.Size), Total: 1000 * calls}
		}, 0, ErrEndless, 1600},
		{"a total beyond all bounds", func(p Page) Answer[string] {
			return Answer[string]{Items: people(p, p.Size), Total: 1 << 40}
		}, 10_000, ErrEndless, 1000},
		{"empty pages for ever", func(Page) Answer[string] { return Answer[string]{} }, 0, nil, 20},
		{"empty pages with a total", func(Page) Answer[string] { return Answer[string]{Total: 1000} }, 0, nil, 20},
		{"full pages that cannot be read", func(p Page) Answer[string] { return Answer[string]{Count: p.Size} }, 0, ErrRepeats, 20},
		{"one new one on every page", func(p Page) Answer[string] {
			items := people(Page{1, 20}, 19)
			return Answer[string]{Items: append(items, fmt.Sprint(p.Number, p.Size))}
		}, 10_000, ErrEndless, 1000},
		{"every second page is empty", func(p Page) Answer[string] {
			if p.Number%2 == 0 {
				return Answer[string]{}
			}
			return Answer[string]{Items: people(p, p.Size)}
		}, 10_000, nil, 60},
		{"a short page after the other", func(p Page) Answer[string] {
			return Answer[string]{Items: people(p, 1)}
		}, 10_000, ErrEndless, 1000},
		{"for hours", func(p Page) Answer[string] { return Answer[string]{Items: people(p, p.Size)} }, 1 << 40, ErrEndless, 6002},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls = 0
				asked, began := 0, time.Now()
				r := New(Options[string]{
					Name: "people", ID: func(s string) string { return s }, Keep: func(string) {}, Most: tt.most, Size: 20, Longest: 10 * time.Minute,
					Ask: func(_ context.Context, page Page) (Answer[string], error) {
						asked++
						time.Sleep(100 * time.Millisecond) // virtual time
						return tt.ask(page), nil
					},
				})
				result, err := r.Read(t.Context())
				if !errors.Is(err, tt.want) || tt.want == nil && err != nil {
					t.Errorf("Read = %+v, %v", result, err)
				}
				if took := time.Since(began); asked > tt.calls || took > 10*time.Minute+time.Second {
					t.Errorf("%d calls in %s, want at most %d: %v", asked, took, tt.calls, err)
				}
			})
		})
	}
}

// TestAListOfMoreThanAMillionEnds reads the list of an organization to which a roster of a million has just been invited.
func TestAListOfMoreThanAMillionEnds(t *testing.T) {
	const all, size = 1_000_300, 1000
	reader := New(Options[int]{
		Name: "people", Size: size, Once: true,
		Ask: func(_ context.Context, p Page) (answer Answer[int], _ error) {
			for i := (p.Number - 1) * p.Size; i < min(p.Number*p.Size, all); i++ {
				answer.Items = append(answer.Items, i)
			}
			return answer, nil
		},
		ID:   strconv.Itoa,
		Keep: func(int) {},
	})
	if result, err := reader.Read(t.Context()); err != nil || result.Shown != all {
		t.Errorf("%d of %d are shown, %v", result.Shown, all, err)
	}
}
