package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"rollcall/pkg/console"
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
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range e.Facts {
		// A tabwriter keeps everything until it is flushed, which says what was wrong.
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\n", f.State, f.Subject, console.Clean(f.Text))
		if hint := f.Remedy.Render(render); hint != "" {
			_, _ = fmt.Fprintf(table, "\t\t%s\n", console.Clean(hint))
		}
	}
	return table.Flush()
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
