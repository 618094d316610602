package roster

import "fmt"

// FieldSource says which column of a document a field is read from.
type FieldSource struct {
	// Field is "email", "role" or "teams".
	Field string `json:"field"`
	// Column is the name of the column as it stands in the document. It is empty if there is none, or if it has no name.
	Column string `json:"column,omitempty"`
	// At is the index of the column in [Roster.Columns], -1 if there is none.
	At int `json:"at"`
	// How says why it is that column.
	How Recognition `json:"how"`
	// Sample are the first values of the field that differ, at most three, in whatever rows they stand.
	Sample []string `json:"sample,omitempty"`
}

// Recognition is why a column is taken for a field.
type Recognition uint8

// The recognitions. Nowhere: the field has no column, and nobody has said so. Given: a setting names the column. Excluded: a setting
// says that the field has none. ByName: the column is called so. ByGuess: it has a name that may mean something else, and no
// other column is called so. ByKey: the document is no table and has the field under its own name. ByResults: the document is a
// file of results, whose columns are known.
const (
	Nowhere Recognition = iota
	Given
	Excluded
	ByName
	ByGuess
	ByKey
	ByResults
)

var recognitions = [...]string{
	Nowhere: "none", Given: "given", Excluded: "excluded", ByName: "name", ByGuess: "guess", ByKey: "key", ByResults: "results",
}

// String returns the recognition in one word.
func (r Recognition) String() string {
	if int(r) < len(recognitions) {
		return recognitions[r]
	}
	return fmt.Sprintf("recognition(%d)", uint8(r))
}

// MarshalText writes [Recognition.String].
func (r Recognition) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// Field returns where a field is read from. One that a roster does not have is read from nowhere.
func (r *Roster) Field(field string) FieldSource {
	for _, one := range r.Fields {
		if one.Field == field {
			return one
		}
	}
	return FieldSource{Field: field, At: absent}
}

// fields says which columns the fields are read from.
func (h header) fields(l layout, rules *rules) (sources []FieldSource) {
	for i, at := range []int{l.email, l.role, l.teams} {
		source := FieldSource{Field: columns[i], At: at}
		name, isMapped := rules.columns[columns[i]]
		switch {
		case isMapped && name == "":
			source.How = Excluded
		case at == absent:
		case isMapped:
			source.How = Given
		case l.results:
			source.How = ByResults
		default:
			source.How = ByName
			if _, guess := meaning(h.cells[at]); guess {
				source.How = ByGuess
			}
		}
		if at != absent {
			source.Column = h.cells[at]
		}
		sources = append(sources, source)
	}
	return sources
}

// keyFields are the fields of a document that is no table.
func keyFields() (sources []FieldSource) {
	for i, field := range columns {
		sources = append(sources, FieldSource{Field: field, Column: field, At: i, How: ByKey})
	}
	return sources
}
