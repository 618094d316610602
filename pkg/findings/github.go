package findings

import (
	"fmt"
	"strings"

	"rollcall/pkg/paint"
	"rollcall/pkg/roster"
)

// What a workflow command of GitHub Actions takes for its own, in what it says and in its properties. Source: the toolkit's
// escapeData and escapeProperty (actions/toolkit, packages/core/src/command.ts).
var (
	escapeData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	escapeProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// annotate writes a finding as a workflow command: `::error file=team.csv,line=14,col=3,title=role::unknown role "managr"`.
func (w *Writer) annotate(f roster.Finding) error {
	command := "error"
	if f.Severity == roster.Warning {
		command = "warning"
	}
	properties := []string{"file=" + escapeProperty.Replace(f.File)}
	if f.Line > 0 {
		properties = append(properties, fmt.Sprintf("line=%d,col=%d", f.Line, f.Column))
	}
	if f.Field != "" {
		properties = append(properties, "title="+escapeProperty.Replace(f.Field))
	}
	_, err := fmt.Fprintf(w.out, "::%s %s::%s\n", command, strings.Join(properties, ","), escapeData.Replace(paint.Clean(message(f))))
	return err
}
