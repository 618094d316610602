package roster_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/roster"
)

// Whether a line is cut at its quotes or goes to the CSV reader, as the quotes inside the last cell make the second one do: what is
// said about its cells stands at the same places.
func TestQuotedCellsStandWhereTheyStand(t *testing.T) {
	for _, line := range []string{
		`"ann@x","member","Platform:chief"`, `ann@x,"boss","Platform; Security"`, ` ann@x ,boss,"A,B:chief"`, `"ann@x.test","",`,
		`"","member",""`, `"ann@x.test" ,member,`, `ann"@x.test,member,`, "\"ann@x.test\",\"boss\",\"A:developer;B:chief\"",
	} {
		for _, end := range []string{"\n", "\r\n"} {
			var said [2][]string
			for i, note := range []string{`"a note"`, `"a ""note"""`} {
				source := memory("people.csv", []byte("email,role,teams,note"+end+line+","+note+end+"bob@x.test,member,,"+end))
				for finding := range allFindings(t.Context(), source, roster.Options{}) {
					said[i] = append(said[i], finding.String())
				}
			}
			if diff := cmp.Diff(said[1], said[0]); diff != "" || len(said[0]) == 0 {
				t.Errorf("%q: %s", strings.TrimSpace(line), diff)
			}
		}
	}
}
