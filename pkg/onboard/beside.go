package onboard

import (
	"rollcall/pkg/document"
	"rollcall/pkg/results"
	"rollcall/pkg/roster"
)

// dialectOf returns how CSV is written for whoever works on the roster, whose spreadsheet has made it: with the delimiter and
// the line ends that it has, which are those of the country and the system, and with a byte order mark where the same
// spreadsheet would take it for another encoding otherwise. What is no table has none of these, nor has standard input,
// which another program writes.
func (d Document) dialectOf(r *roster.Roster) results.Dialect {
	if d.Roster == "-" || r.Format != roster.CSV {
		return results.Dialect{}
	}
	had := r.Dialect()
	wide := r.Encoding() == document.UTF16LE || r.Encoding() == document.UTF16BE
	return results.Dialect{Delimiter: had.Delimiter, Marked: had.Marked || had.Delimiter == ';' || wide, CRLF: had.LineEnd == "CRLF"}
}

// rosterDialect is that of what is a roster again, whatever the results are: rows to correct, and people who are removed.
func (s *Session) rosterDialect() results.Dialect { return s.o.dialectOf(s.roster) }

// resultsDialect is that of the results, and of what else is said about the rows.
func (s *Session) resultsDialect() results.Dialect {
	if !s.o.LikeRoster {
		return results.Dialect{}
	}
	return s.rosterDialect()
}

// placeResults names the results that are where nobody has asked for them, now that it is known how many rows there are.
func (s *Session) placeResults() error {
	if !s.o.LikeRoster || s.o.Results == "" {
		return nil
	}
	path := results.DefaultPathFor(s.o.Results, results.Options{Extra: s.roster.Extra, Rows: s.roster.Rows})
	if path == s.o.Results {
		return nil
	}
	s.o.Observer.warn("there are too many rows or columns for a workbook: the results are CSV", map[string]any{"results": path})
	s.o.Results = path
	return s.o.refuseCollisions()
}
