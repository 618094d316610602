package sandbox

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/cybedefend/contract"
)

// What the sandbox serves is what the table of the API page has: no call more, none less, and no other parameters.
func TestRoutesAreThoseOfTheContract(t *testing.T) {
	served, known := map[string][]string{}, map[string][]string{}
	for _, r := range routes() {
		served[string(r.operation)] = append([]string{r.pattern}, slices.Sorted(slices.Values(r.query))...)
		if r.status != 0 {
			served[string(r.operation)] = append(served[string(r.operation)], "another status")
		}
	}
	for _, call := range contract.Calls() {
		row := []string{}
		for _, field := range call.Query {
			row = append(row, field.Name)
		}
		slices.Sort(row)
		row = append([]string{call.Method + " " + call.Path}, row...)
		if call.Success != 200 {
			row = append(row, "another status")
		}
		known[call.Operation] = row
	}
	if diff := cmp.Diff(known, served); diff != "" {
		t.Errorf("the calls (-contract +sandbox):\n%s", diff)
	}
}
