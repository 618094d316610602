package roster

import (
	"slices"
	"strings"
	"unicode/utf8"

	"rollcall/pkg/email"
	"rollcall/pkg/pattern"
)

// ColumnChoice is a column of a document as a person can choose it.
type ColumnChoice struct {
	// Name is exactly as it stands in the document; it may be empty, or that of another one, too.
	Name string `json:"name"`
	// Sample are the first values that differ, at most three. There is none of a column with secrets.
	Sample []string `json:"sample,omitempty"`
	// Secret tells that the column seems to hold passwords, tokens or the like.
	Secret bool `json:"secret,omitempty"`
}

const (
	// sampled is how many values a sample has, and longestSample how many bytes each.
	sampled, longestSample = 3, 80
	// sampledRows is how many rows are looked at for samples.
	sampledRows = 100
)

// withheld matches the names, as [squash] leaves them, of columns that hold other secrets than passwords.
var withheld = pattern.Of("token|secret|geheim|apikey|accesskey|privatekey|credential")

// sample adds a value to those of a column, if it is not among them.
func sample(values []string, value string) []string {
	if value = email.Trim(value); value == "" || len(values) == sampled {
		return values
	}
	if len(value) > longestSample {
		cut := longestSample
		for !utf8.RuneStart(value[cut]) {
			cut--
		}
		value = value[:cut] + "…"
	}
	if slices.Contains(values, value) {
		return values
	}
	return append(values, strings.Clone(value))
}

// newColumns returns columns of these names, without samples.
func newColumns(names []string) []ColumnChoice {
	all := make([]ColumnChoice, len(names))
	for i, name := range names {
		all[i] = ColumnChoice{Name: name, Secret: isSecret(name) || withheld().MatchString(squash(name))}
	}
	return all
}

// take adds the cells of a row to the samples, and reports whether all have enough.
func take(columns []ColumnChoice, cell func(i int) string) (enough bool) {
	enough = true
	for i := range columns {
		if columns[i].Secret {
			continue
		}
		columns[i].Sample = sample(columns[i].Sample, cell(i))
		enough = enough && len(columns[i].Sample) == sampled
	}
	return enough
}

// fieldSamples are the samples of the fields of a roster.
type fieldSamples struct {
	values [3][]string
	full   bool
	rows   int
}

// take adds the values of a row.
func (s *fieldSamples) take(r *row) {
	if s.full {
		return
	}
	s.full = true
	for i, text := range []string{r.email.text, r.role.text, r.teams.text} {
		if i == 2 && r.list != nil {
			text = FormatTeams(r.list)
		}
		s.values[i] = sample(s.values[i], text)
		s.full = s.full && len(s.values[i]) == sampled
	}
	s.rows++
	s.full = s.full || s.rows == sampledRows
}

func (s *fieldSamples) fill(fields []FieldSource) {
	for i := range fields {
		if fields[i].At != absent {
			fields[i].Sample = s.values[i]
		}
	}
}
