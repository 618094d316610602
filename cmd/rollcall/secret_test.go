package main

import (
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// secret notes what a variable or a file holds, or each cell of a column, as something that must not leak.
func secret(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: secret NAME | FILE [column]")
	}
	var found []string
	switch value := ts.Getenv(args[0]); {
	case len(args) == 2:
		found = cells(ts, args[0], args[1])
	case value != "":
		found = []string{value}
	default:
		found = []string{strings.TrimSpace(ts.ReadFile(args[0]))}
	}
	s := stageOf(ts)
	for _, text := range found {
		if len(text) < 16 {
			ts.Fatalf("%q is too short to be looked for", text)
		}
		s.secrets = append(s.secrets, text)
	}
}

// leaks checks that each file holds a secret, or that none does.
func leaks(ts *testscript.TestScript, neg bool, args []string) {
	s := stageOf(ts)
	if len(args) == 0 || len(s.secrets) == 0 {
		ts.Fatalf("usage: [!] leaks FILE..., after secret")
	}
	for _, file := range args {
		text, found := ts.ReadFile(file), ""
		for _, secret := range s.secrets {
			if strings.Contains(text, secret) {
				found = secret
				break
			}
		}
		switch {
		case neg && found != "":
			ts.Fatalf("%s holds the secret %s", file, found)
		case !neg && found == "":
			ts.Fatalf("%s holds none of %d secrets", file, len(s.secrets))
		}
	}
}
