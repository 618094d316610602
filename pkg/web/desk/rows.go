package desk

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// Marks say what there is to say about a row, in bits. Zero: nothing, it is ready.
type Marks uint8

// The marks. A row has one of the first four at most.
const (
	WrongRow Marks = 1 << iota
	DoubtfulRow
	RepeatedRow
	LeftOutRow
	CorrectedRow
	// AnyRow stands for all rows, whatever is said of them.
	AnyRow Marks = 0
)

// Row is a row of a roster.
type Row struct {
	// Number counts the rows, from 1; Line is where the row begins in the document.
	Number int `json:"n"`
	Line   int `json:"l"`
	// Marks say what is to be said of a row.
	Marks Marks `json:"k,omitempty"`
	// Cells are those of the e-mail, the role and the teams.
	Cells [3]Cell `json:"c"`
	// Role and Teams are what the cells mean; Defaulted tells that the cell of the role is empty and all such rows have this one.
	Role      string `json:"r,omitempty"`
	Defaulted bool   `json:"d,omitempty"`
	Teams     []Team `json:"t,omitempty"`
	// Findings are those about the row as a whole.
	Findings []Finding `json:"f,omitempty"`
	// Of is the line that the row repeats, Rule says why it is left out.
	Of   int   `json:"o,omitempty"`
	Rule parts `json:"w,omitempty"`
}

// Team is a team of a row, and the role in it.
type Team struct {
	Name string `json:"n"`
	Role string `json:"r"`
}

// Cell is a field of a row.
type Cell struct {
	// Field is what the cell is for, Text what stands in it.
	Field string `json:"-"`
	Text  string `json:"x,omitempty"`
	// Findings are what there is to say about it, the worst first.
	Findings []Finding `json:"f,omitempty"`
	// Was is what stood there before it was corrected, nil if it was not.
	Was *string `json:"w,omitempty"`
	// Fixed tells that it cannot be corrected: the document has no such cell.
	Fixed bool `json:"-"`
}

// Wrong reports whether the cell makes its row wrong.
func (c Cell) Wrong() bool { return len(c.Findings) > 0 && c.Findings[0].Severity == roster.Error }

// Finding is a finding that can be kept.
type Finding struct {
	roster.Finding
	// Hint is the suggestion, with its remedies.
	Hint parts `json:"hint,omitempty"`
}

// parts are those of a hint, which in JSON would be a text.
type parts []part

type part struct {
	Text   string        `json:"t,omitempty"`
	Remedy remedy.Remedy `json:"r,omitzero"`
}

func partsOf(hint remedy.Hint) (all parts) {
	for _, one := range hint {
		all = append(all, part{one.Text, one.Remedy})
	}
	return all
}

// Hint returns the hint.
func (p parts) Hint() (hint remedy.Hint) {
	for _, one := range p {
		hint = append(hint, remedy.Part{Text: one.Text, Remedy: one.Remedy})
	}
	return hint
}

func toKeep(f roster.Finding) Finding {
	one := Finding{f, partsOf(f.Suggestion)}
	one.File, one.Suggestion = "", nil // which the sheet knows, and which would be lost
	return one
}

// Said returns the finding as it was found.
func (f Finding) Said() roster.Finding {
	f.Suggestion = f.Hint.Hint()
	return f.Finding
}

var fieldNames = [3]string{roster.FieldEmail, roster.FieldRole, roster.FieldTeams}

// rowOf returns what is shown of a row.
func rowOf(raw roster.RawRow, fields []roster.FieldSource) Row {
	row := Row{
		Number: raw.Row, Line: raw.Line, Role: raw.Role, Defaulted: raw.RoleDefaulted, Of: raw.DuplicateOf, Rule: partsOf(raw.Rule),
	}
	for i, source := range fields {
		if source.At >= 0 && source.At < len(raw.All) {
			row.Cells[i].Text = raw.All[source.At]
		}
	}
	for _, team := range raw.Teams {
		row.Teams = append(row.Teams, Team{team.Name, team.Role})
	}
	for _, finding := range raw.Findings {
		if i := fieldIndex(finding.Field); i >= 0 {
			row.Cells[i].Findings = append(row.Cells[i].Findings, toKeep(finding))
		} else {
			row.Findings = append(row.Findings, toKeep(finding))
		}
	}
	return row
}

func fieldIndex(field string) int {
	for i, name := range fieldNames {
		if name == field {
			return i
		}
	}
	return -1
}

// corrected notes what stood in a cell before.
func (r *Row) corrected(c Correction) {
	if i := fieldIndex(c.Field); i >= 0 {
		r.Cells[i].Was = &c.Was
	}
}

// rows are the rows of a reading in a file without a name, so that each is at hand and memory does not grow with them: a row costs
// nine bytes.
type rows struct {
	file  *os.File
	named bool
	out   *bufio.Writer
	at    []int64 // where each row begins, and where the last one ends
	marks []Marks
}

func (x *rows) create(folder string) (err error) {
	if x.file, err = os.CreateTemp(folder, "rows-*"); err != nil {
		return err
	}
	x.named = os.Remove(x.file.Name()) != nil // Windows keeps the name of an open file
	x.out, x.at = bufio.NewWriterSize(x.file, 64<<10), []int64{0}
	return nil
}

func (x *rows) close() error {
	if x.file == nil {
		return nil
	}
	err := x.file.Close()
	if x.named {
		err = errors.Join(err, os.Remove(x.file.Name()))
	}
	x.file = nil
	return err
}

func (x *rows) add(row Row, marks Marks) error {
	row.Marks = marks
	text, err := json.Marshal(row)
	if err != nil {
		return err
	}
	text = append(text, '\n')
	x.at, x.marks = append(x.at, x.at[len(x.at)-1]+int64(len(text))), append(x.marks, marks)
	_, err = x.out.Write(text)
	return err
}

func (x *rows) flush() error { return x.out.Flush() }

// row returns the row of an index.
func (x *rows) row(i int) (row Row, err error) {
	text := make([]byte, x.at[i+1]-x.at[i])
	if _, err := x.file.ReadAt(text, x.at[i]); err != nil {
		return row, err
	}
	return decode(text)
}

func decode(text []byte) (row Row, err error) {
	if err = json.Unmarshal(text, &row); err != nil {
		return row, fmt.Errorf("row: %w", err)
	}
	for i := range row.Cells {
		row.Cells[i].Field = fieldNames[i]
	}
	return row, nil
}

// of returns how many rows are of a kind, and some of them: those from the first on.
func (x *rows) of(kind Marks, first, most int) (found []Row, all int, err error) {
	for i, marks := range x.marks {
		if kind != AnyRow && marks&kind == 0 {
			continue
		}
		if all >= first && len(found) < most {
			row, err := x.row(i)
			if err != nil {
				return nil, 0, err
			}
			found = append(found, row)
		}
		all++
	}
	return found, all, nil
}

// find returns how many rows have a text in their address, or stand on a line of that number, and some of them.
func (x *rows) find(text string, first, most int) (found []Row, all int, err error) {
	wanted := strings.ToLower(strings.TrimSpace(text))
	line, notNumber := strconv.Atoi(wanted)
	quoted, err := json.Marshal(wanted)
	if err != nil {
		return nil, 0, err
	}
	part := bytes.Trim(quoted, `"`)
	in := bufio.NewReader(io.NewSectionReader(x.file, 0, x.at[len(x.at)-1]))
	for range x.marks {
		text, err := in.ReadBytes('\n')
		if err != nil {
			return nil, 0, err
		}
		if notNumber != nil && !bytes.Contains(bytes.ToLower(text), part) {
			continue
		}
		row, err := decode(text)
		if err != nil {
			return nil, 0, err
		}
		if notNumber == nil && row.Line != line || notNumber != nil && !strings.Contains(strings.ToLower(row.Cells[0].Text), wanted) {
			continue
		}
		if all >= first && len(found) < most {
			found = append(found, row)
		}
		all++
	}
	return found, all, nil
}
