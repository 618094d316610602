package desk

import (
	"slices"
	"strings"

	"rollcall/pkg/roster"
)

// columnOf returns what settings say about the column of a field: `email="Work Email"`, or nothing.
func columnOf(settings roster.Settings, field string) string {
	i := slices.IndexFunc(settings.Maps, func(text string) bool { return isColumn(text, field) })
	if i < 0 {
		return ""
	}
	return settings.Maps[i]
}

func isColumn(text, field string) bool { return strings.HasPrefix(text, field+"=") }

// WithColumn returns settings in which a field is read from a column: from the one that is found if isGiven is false, from none if
// the name is empty.
func WithColumn(settings roster.Settings, field, column string, isGiven bool) roster.Settings {
	settings.Maps = slices.DeleteFunc(slices.Clone(settings.Maps), func(text string) bool { return isColumn(text, field) })
	switch {
	case !isGiven:
	case column == "":
		settings.Maps = append(settings.Maps, field+"=")
	default:
		settings.Maps = append(settings.Maps, field+`="`+column+`"`)
	}
	return settings
}

// ColumnOf returns the column that settings name for a field, and whether they say something about it.
func ColumnOf(settings roster.Settings, field string) (column string, isGiven bool) {
	text := columnOf(settings, field)
	if text == "" {
		return "", false
	}
	column = strings.TrimPrefix(text, field+"=")
	if len(column) > 1 && strings.HasPrefix(column, `"`) && strings.HasSuffix(column, `"`) {
		column = column[1 : len(column)-1]
	}
	return column, true
}

// Fields returns the fields of a row, in the order in which they are shown.
func Fields() []string { return fieldNames[:] }

// IsField reports whether a row has such a field.
func IsField(field string) bool { return fieldIndex(field) >= 0 }
