package roster

import (
	"hash/maphash"
	"strconv"
	"strings"
	"unicode/utf8"

	"rollcall/pkg/nearest"
	"rollcall/pkg/remedy"
)

// ValueError says what is wrong with one value.
type ValueError struct {
	Reason string
	// Suggestion is what to do about it, if that is known.
	Suggestion string
	// Code, Args and Meant are those of the [Finding] about it.
	Code  string
	Args  []string
	Meant string

	remedy remedy.Hint // says it better, nil where Suggestion does
}

// Hint returns the suggestion with remedies that a face can show in its own way.
func (e *ValueError) Hint() remedy.Hint {
	if e.remedy != nil {
		return e.remedy
	}
	return remedy.Words(e.Suggestion)
}

// Error returns the reason and the suggestion.
func (e *ValueError) Error() string {
	if e.Suggestion == "" {
		return e.Reason
	}
	return e.Reason + " (" + e.Suggestion + ")"
}

// said returns what is wrong with the value as the reason of a finding.
func (e *ValueError) said() said { return said{e.Reason, e.Code, e.Args, e.Meant} }

// quote puts a value of the roster into a message, cut to a length that keeps the message readable.
func quote(value string) string {
	const most = 80
	if len(value) <= most {
		return strconv.Quote(value)
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(value[cut]) {
		cut--
	}
	return strconv.Quote(value[:cut]) + "…"
}

// didYouMean is the suggestion to write value instead.
func didYouMean(value string) string { return "did you mean " + value + "?" }

// squash reduces a name to what people mean by it, see [nearest.Squash].
func squash(name string) string { return nearest.Squash(name) }

// Nearest returns the candidate that the word is most likely a slip of the pen for, see [nearest.Word].
func Nearest(word string, candidates []string) string { return nearest.Word(word, candidates) }

// Meant asks whether one of the words that an option can be is meant by the one that it is given. It is empty where none is near.
func Meant[W ~string](option, given string, words []W) remedy.Hint {
	known := make([]string, len(words))
	for i, word := range words {
		known[i] = string(word)
	}
	if meant := Nearest(given, known); meant != "" {
		return remedy.Words("did you mean ").Use(option, meant).Words("?")
	}
	return nil
}

// memo remembers what was worked out for a value, since the cells of a column repeat. It forgets nothing and stops
// learning when it is full.
type memo[V any] struct {
	known map[string]*learned[V]
	work  func(string) V
	// recent are what was asked for last, each in the place of its hash: of what repeats, nearly all.
	recent [512]*learned[V]
	seed   maphash.Seed
}

// learned is what was worked out for a value.
type learned[V any] struct {
	value  string
	result V
}

// memoSize bounds a memo: more distinct values than any organization has roles and team combinations.
const memoSize = 4096

func newMemo[V any](work func(string) V) memo[V] {
	return memo[V]{known: make(map[string]*learned[V]), work: work, seed: maphash.MakeSeed()}
}

// of returns what was worked out for a value, for no one to change.
func (m *memo[V]) of(value string) *V {
	place := &m.recent[maphash.String(m.seed, value)%uint64(len(m.recent))]
	if *place == nil || (*place).value != value {
		*place = m.recall(value)
	}
	return &(*place).result
}

func (m *memo[V]) recall(value string) *learned[V] {
	if known, ok := m.known[value]; ok {
		return known
	}
	value = strings.Clone(value) // which is a piece of more
	now := &learned[V]{value, m.work(value)}
	if len(m.known) < memoSize && len(value) <= memoSize {
		m.known[value] = now
	}
	return now
}
