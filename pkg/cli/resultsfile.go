package cli

import (
	"errors"
	"strings"

	"rollcall/pkg/console"
	"rollcall/pkg/record"
	"rollcall/pkg/results"
)

// output is a results file in the making, or the results on standard output.
type output struct {
	Write   func(record.Record) error
	commit  func() error
	discard func()
}

// createResults starts the results at path, "-" being standard output.
func (a *app) createResults(path string, extra []string) (output, error) {
	if path == "-" {
		writer, err := results.NewWriter(a.Out, results.CSV, extra)
		if err != nil {
			return output{}, err
		}
		return output{Write: writer.Write, commit: writer.Close, discard: func() {}}, nil
	}
	file, err := results.Create(path, results.Options{Extra: extra})
	if err != nil {
		return output{}, err
	}
	return output{Write: file.Write, commit: file.Commit, discard: func() {
		// What is left behind when this fails is named by its own error at the next try.
		_ = file.Discard()
	}}, nil
}

// closer is a function to be called once something is not needed any more.
type closer func() error

// Close calls the function.
func (c closer) Close() error { return c() }

// lines is a writer of whole lines to the terminal.
type lines struct{ console *console.Console }

// Write prints each line of the text.
func (l lines) Write(text []byte) (int, error) {
	if len(text) == 0 {
		return 0, errors.New("nothing to print")
	}
	for line := range strings.Lines(string(text)) {
		l.console.Printf("%s", strings.TrimSuffix(line, "\n"))
	}
	return len(text), nil
}

func sum(outcomes map[record.Outcome]int) int {
	total := 0
	for _, n := range outcomes {
		total += n
	}
	return total
}
