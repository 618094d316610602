package main_test

import (
	"os"
	"path/filepath"
	"testing"

	"rollcall/pkg/sandbox"
	"rollcall/pkg/web/browsertest"
)

// Fifty thousand rows are brought, looked through, planned and sent in a browser, which is never given more than a page of them.
func TestFiftyThousandRowsInABrowser(t *testing.T) {
	service := startService(t, sandbox.Options{})
	s := serve(t, build(t), t.TempDir(), service, "--rate", "1000000/s", "--concurrency", "64")
	path := filepath.Join(t.TempDir(), "everybody.csv")
	if err := os.WriteFile(path, []byte(largeRoster(pageRows)), 0o600); err != nil {
		t.Fatal(err)
	}
	v := visitor{browsertest.Start(t).Page(t), t}
	v.Open(s.address + s.ticket)
	v.At("start")
	v.Upload("#roster", path)
	v.follow("Check this roster", "check-500", "500 rows need a correction")
	v.page("1 to 50 of 500")
	v.ClickTo(`a[href*="show=all"]`, "check-500")
	v.page("1 to 50 of 50,000")
	v.Fill("[type=search]", "person49999@")
	v.press("Find")
	v.Sees("tbody tr", "person49999@example.com")
	v.ClickTo("#plan", "plan")
	v.Sees("h1", "49,500 people will get an e-mail")
	v.Click("#go")
	const people = pageRows - pageRows/100
	for tenth := range 10 { // each is waited for as long as any step is
		v.Until("more are mailed", func() bool { return service.Counts().Emails >= people*(tenth+1)/10 })
	}
	v.Until("all have their outcome", func() bool { return v.Has("main[data-at=results-0]") })
	v.Sees("h1", "500 rows need you, 49,500 invited")
	v.page("1 to 50 of 50,000")
	v.Open(v.URL() + "?page=1000")
	v.At("results-999")
	v.page("49,951 to 50,000 of 50,000")
	v.ClickTo(`a[href*="show=invalid"]`, "results-0")
	v.page("1 to 50 of 500")
	mailedOnce(t, service, people)
}

// page waits for a page of a table that has those rows, and no others.
func (v visitor) page(rows string) {
	v.t.Helper()
	v.Sees(".pager", rows)
	if n := v.Count("main tbody tr"); n != 50 {
		v.t.Errorf("the page %s has %d rows", rows, n)
	}
}
