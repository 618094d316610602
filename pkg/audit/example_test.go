package audit_test

import (
	"fmt"
	"strings"

	"rollcall/pkg/audit"
)

// Two lines of a trail, the second of which goes on from the first.
func Example() {
	chain := audit.Chain{ID: "5f3a"}
	first, chain := chain.Next(at, audit.Author{Who: "ada@laptop"}, audit.Approve("r1", audit.AtPrompt, ""))
	second, _ := chain.Next(at, audit.Author{Who: "ada@laptop"}, audit.Event{Kind: audit.Invite, Run: "r1", Email: "bo@x.example", Outcome: "invited", Status: 201})
	report, err := audit.Verify(strings.NewReader(first + "\n" + second + "\n"))
	fmt.Println(first)
	fmt.Println(report.Lines, report.Runs, err)
	// Output:
	// {"chain":"5f3a","seq":1,"at":"2026-11-23T00:30:00.123456Z","kind":"approval","run":"r1","outcome":"prompt","who":"ada@laptop","prev":"","sum":"5170f15a727d819e"}
	// 2 1 <nil>
}
