package findings

import (
	"encoding/json"
	"net/url"
	"path/filepath"
	"strings"

	"rollcall/pkg/roster"
)

// What a log has of SARIF 2.1.0, the Static Analysis Results Interchange Format (OASIS), in its words.
type (
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
		// Related are the other rows that the finding stands for.
		Related []sarifLocation `json:"relatedLocations,omitempty"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	// Columns count what those of a finding do: bytes, in a text that is not ASCII.
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID          string    `json:"id"`
		Description sarifText `json:"shortDescription"`
	}
)

// The rules that findings are of.
const (
	ruleDocument = "document"
	ruleRow      = "row"
	ruleGuard    = "guard"
)

var rules = []sarifRule{
	{ruleDocument, sarifText{"The roster as a whole can be read, and in one way only."}},
	{ruleRow, sarifText{"A row has what its header or its keys promise."}},
	{ruleGuard, sarifText{"The roster stays within the limits that were set for it."}},
	{roster.FieldEmail, sarifText{"Everybody has one e-mail address that can be right, and stands in one row."}},
	{roster.FieldRole, sarifText{"Everybody has a role that the service knows."}},
	{roster.FieldTeams, sarifText{"Teams are written so that they can be told apart, with roles that the service knows."}},
	{roster.FieldActive, sarifText{"It is certain who is active."}},
}

// ruleOf returns the rule that a finding is of.
func ruleOf(f roster.Finding) string {
	switch f.Field {
	case roster.FieldEmail, roster.FieldRole, roster.FieldTeams, roster.FieldActive:
		return f.Field
	case "":
		if f.Line > 1 {
			return ruleRow
		}
		return ruleDocument
	}
	return ruleGuard
}

const (
	sarifHead = `{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":{"driver":`
	sarifBody = `},"results":[`
	sarifTail = "\n]}]}\n"
)

// begin writes the head of the log once.
func (w *Writer) begin() {
	if w.begun {
		return
	}
	w.begun = true
	driver, _ := json.Marshal(sarifDriver{"rollcall", w.o.Version, rules}) //nolint:errchkjson // it holds texts alone
	_, _ = w.out.WriteString(sarifHead + string(driver) + sarifBody)
}

// end ends the log, of no results if there was none.
func (w *Writer) end() {
	w.begin()
	_, _ = w.out.WriteString(sarifTail)
}

func (w *Writer) result(f roster.Finding) error {
	w.begin()
	text, err := json.Marshal(resultOf(f))
	if err != nil {
		return err
	}
	if w.any {
		_ = w.out.WriteByte(',')
	}
	w.any = true
	_, err = w.out.WriteString("\n" + string(text))
	return err
}

func resultOf(f roster.Finding) sarifResult {
	at := func(line, column int) sarifLocation {
		place := sarifLocation{sarifPhysical{Artifact: sarifArtifact{uriOf(f.File)}}}
		if line > 0 {
			place.Physical.Region = &sarifRegion{line, column}
		}
		return place
	}
	text := message(f)
	if f.Field != "" {
		text = f.Field + ": " + text
	}
	result := sarifResult{RuleID: ruleOf(f), Level: f.Severity.String(), Message: sarifText{text}, Locations: []sarifLocation{at(f.Line, f.Column)}}
	for _, line := range f.Lines {
		if line != f.Line {
			result.Related = append(result.Related, at(line, 0))
		}
	}
	return result
}

// uriOf returns the name of a roster as a URI reference: relative to wherever the check ran, if it is a relative path.
func uriOf(name string) string {
	if strings.HasPrefix(name, "https://") || strings.HasPrefix(name, "http://") {
		return name
	}
	slashed := filepath.ToSlash(name)
	switch {
	case strings.HasPrefix(slashed, "/"):
		return (&url.URL{Scheme: "file", Path: slashed}).String()
	case filepath.IsAbs(name):
		return (&url.URL{Scheme: "file", Path: "/" + slashed}).String()
	}
	return (&url.URL{Path: slashed}).String()
}
