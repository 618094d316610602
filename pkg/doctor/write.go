package doctor

import (
	"encoding/json"
	"io"

	"rollcall/pkg/paint"
	"rollcall/pkg/remedy"
	"rollcall/pkg/status"
)

// Line returns the fact in one line, with what can be done about it at its end.
func (f Fact) Line(render remedy.Renderer) string {
	line := f.Subject + ": " + f.Text
	if hint := f.Remedy.Render(render); hint != "" {
		line += " (" + hint + ")"
	}
	return line
}

// WriteText writes the facts for people, a line each, and a line below it for what can be done.
func (e Examination) WriteText(w io.Writer, render remedy.Renderer) error {
	return paint.Paper{Out: w}.Print(e.Lines(render)...)
}

// Lines returns the lines of [Examination.WriteText], for a terminal.
func (e Examination) Lines(render remedy.Renderer) []paint.Line {
	roles := map[State]paint.Role{Good: paint.Good, Doubtful: paint.Warn, Bad: paint.Bad}
	var rows [][]paint.Cell
	for _, f := range e.Facts {
		rows = append(rows, []paint.Cell{{Role: roles[f.State], Text: string(f.State)}, {Text: f.Subject}, {Text: f.Text}})
		if hint := f.Remedy.Render(render); hint != "" {
			rows = append(rows, []paint.Cell{{}, {}, {Role: paint.Strong, Text: hint}})
		}
	}
	return paint.Table(rows)
}

// WriteJSON writes the facts for programs, as one object.
func (e Examination) WriteJSON(w io.Writer, render remedy.Renderer) error {
	type fact struct {
		Subject string `json:"subject"`
		State   State  `json:"state"`
		Text    string `json:"text"`
		Remedy  string `json:"remedy,omitempty"`
	}
	facts := []fact{}
	for _, f := range e.Facts {
		facts = append(facts, fact{f.Subject, f.State, f.Text, f.Remedy.Render(render)})
	}
	return json.NewEncoder(w).Encode(struct {
		Facts    []fact        `json:"facts"`
		ExitCode status.Status `json:"exit_code"`
	}{facts, e.Status})
}
