package auditfile_test

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"

	"rollcall/pkg/audit"
	"rollcall/pkg/audit/auditfile"
)

// A file follows the lines of a ledger.
func Example() {
	folder, _ := os.MkdirTemp("", "audit")
	defer os.RemoveAll(folder)
	line, _ := audit.Begin().Next(at, audit.Author{Who: "ada@laptop"}, audit.Approve("r1", audit.AtPrompt, ""))
	lines := func(_ context.Context, after int) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			if after == 0 {
				yield(line, nil)
			}
		}
	}
	path := filepath.Join(folder, "audit.jsonl")
	file, err := auditfile.Open(context.Background(), path, lines)
	if err == nil {
		err = file.CatchUp(context.Background())
	}
	written, _ := os.ReadFile(path)
	fmt.Println(string(written) == line+"\n", err)
	// Output: true <nil>
}
