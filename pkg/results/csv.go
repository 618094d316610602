package results

import "io"

// table writes CSV.
type table struct{ out *records }

func newTable(w io.Writer, extra []string, d Dialect) (encoder, error) {
	t := table{newRecords(w, d)}
	return t, t.encode(append(Columns(), extra...))
}

func (t table) encode(cells []string) error { return t.out.write(cells...) }

func (t table) finish() error { return t.out.err }
