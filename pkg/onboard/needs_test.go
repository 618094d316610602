package onboard

import (
	"bytes"
	"strings"
	"testing"

	"rollcall/pkg/amend"
)

func TestCancelReportNamesWhoNeedsSomething(t *testing.T) {
	report := CancelReport{
		CancelCounts: CancelCounts{Cancelled: 1, Failed: 2, InDoubt: 1}, File: "cancelled.csv", looked: true,
		People: []CancelledPerson{
			{Email: "ada@x.example", Action: amend.Cancelled},
			{Email: "bo@x.example", Action: amend.Failed, Error: "cancel: 403 Forbidden: bo@x.example is not yours"},
			{Email: "eve@x.example", Action: amend.Failed, Error: "cancel: 403 Forbidden: eve@x.example is not yours"},
			{Kind: string(InDoubt), Email: "kim@x.example", Action: amend.Reported, Error: "the id is not known"},
		},
	}
	var text bytes.Buffer
	if err := report.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	want := `
  1 in_doubt: the id is not known
    kim@x.example
  2 failed: cancel: 403 Forbidden: … is not yours
    bo@x.example
    eve@x.example

3 invitations left: the same command goes on.
`
	if !strings.HasSuffix(text.String(), want) {
		t.Errorf("the text is %s", text.String())
	}
}
