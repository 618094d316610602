package main

import (
	"regexp"

	"github.com/rogpeppe/go-internal/testscript"
)

// take sets a variable to what the last command has printed, on standard error or else on standard output: to the first group
// of the expression.
func take(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: take NAME EXPRESSION")
	}
	expression, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	for _, stream := range []string{"stderr", "stdout"} {
		if found := expression.FindStringSubmatch(ts.ReadFile(stream)); len(found) > 1 {
			ts.Setenv(args[0], found[1])
			return
		}
	}
	ts.Fatalf("nothing matches %q", args[1])
}
