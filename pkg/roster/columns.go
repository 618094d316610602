package roster

import (
	"context"
	"errors"

	"rollcall/pkg/document"
)

// errEnough ends a reading whose header is known.
var errEnough = errors.New("the columns are known")

// Columns returns the names of the columns of a document, also of one that lacks what a roster needs. It reads no further than
// it has to: what is wrong with the rows, nobody finds out. Of a document that is no table, the columns of the first person are
// known.
func Columns(ctx context.Context, source document.Source, options Options) ([]string, error) {
	rules, err := newRules(options)
	if err != nil {
		return nil, err
	}
	d, err := document.Open(ctx, source)
	if err != nil {
		return nil, err
	}
	defer d.Close() //nolint:errcheck // it was only read
	r := &Roster{Name: source.Name, source: source, encoding: rules.encoding, rules: rules}
	reading := &reading{bytes: d, rules: rules, wantExtra: true}
	err = r.read(ctx, d, reading, func(*row) error { return errEnough })
	switch {
	case reading.columns != nil:
		return reading.columns, nil
	case err == nil || errors.Is(err, errEnough):
		return append([]string{FieldEmail, FieldRole, FieldTeams}, reading.extra...), nil
	}
	return nil, err
}
