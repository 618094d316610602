package htmlreport_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"rollcall/pkg/causes"
	"rollcall/pkg/htmlreport"
	"rollcall/pkg/record"
	"rollcall/pkg/report"
	"rollcall/pkg/results"
	"rollcall/pkg/secret"
	"rollcall/pkg/status"
	"rollcall/pkg/timeline"
)

var made = time.Date(2026, 11, 28, 15, 4, 5, 0, time.FixedZone("CET", 3600))

// row returns a row; every tenth was refused.
func row(i int) record.Record {
	r := record.Record{
		Row: i + 1, Line: i + 2, Email: fmt.Sprintf("person%d@example.com", i), Role: "member", Teams: "Platform:developer",
		Outcome: record.Invited, Token: secret.New("TOKEN" + strconv.Itoa(i)), Attempts: 1, UpdatedAt: made,
	}
	if i%10 == 9 {
		r.Outcome, r.Error, r.Hint = record.Rejected, "400 Bad Request: no", "correct the row"
	}
	return r
}

// rows yields so many rows.
func rows(n int) iter.Seq2[record.Record, error] {
	return func(yield func(record.Record, error) bool) {
		for i := range n {
			if !yield(row(i), nil) {
				return
			}
		}
	}
}

// page is one about so many rows.
func page(n int) htmlreport.Page {
	r := timeline.NewRecorder(made.Add(-time.Minute))
	for i := range 100 {
		r.Request(made.Add(-time.Minute+time.Duration(i)*100*time.Millisecond), timeline.Kind(i%30/29))
	}
	r.Pace(made.Add(-50*time.Second), timeline.State{Rate: 10, HeldUntil: made.Add(-40 * time.Second), Why: "the service asks for a pause"})
	return htmlreport.Page{
		Summary: report.Summary{
			Run: "20261128T140305Z-76f036", Roster: "team.csv", OrganizationName: "Acme", Rows: n, Status: status.Rows,
			Outcomes: map[record.Outcome]int{record.Invited: n - n/10, record.Rejected: n / 10},
			Causes:   []causes.Cause{{Outcome: "rejected", Error: "400 Bad Request: no", Count: n / 10, Examples: []causes.Example{{Line: 11, Email: "person9@example.com"}}}},
			Results:  "team.results.csv", StartedAt: made.Add(-time.Minute), Duration: time.Minute,
		},
		Caller: "ada@laptop", Program: "rollcall v1", Service: "https://eu.example.com", Rows: rows(n), Where: "team.results.csv", Made: made,
		Pace: []timeline.Piece{r.Piece(made)},
	}
}

func write(t *testing.T, p htmlreport.Page) string {
	t.Helper()
	var out bytes.Buffer
	if err := htmlreport.Write(&out, p); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// data returns what the script gets.
func data(t *testing.T, text string) (found struct {
	Rows     [][]any
	Words    []string
	Outcomes []struct{ Label string }
},
) {
	t.Helper()
	parts := regexp.MustCompile(`(?s)<script type="application/json" id="data">(.*?)</script>`).FindStringSubmatch(text)
	if parts == nil {
		t.Fatal("there is no data")
	}
	if err := json.Unmarshal([]byte(parts[1]), &found); err != nil {
		t.Fatal(err)
	}
	return found
}

func TestEveryRowIsThere(t *testing.T) {
	for _, n := range []int{1, 30, 99, 100, 101, 2500} {
		text := write(t, page(n))
		found := data(t, text)
		if len(found.Rows) != n || found.Rows[n-1][1] != fmt.Sprintf("person%d@example.com", n-1) {
			t.Errorf("%d rows: %d in the data", n, len(found.Rows))
		}
		early := strings.Count(text, `class="line num"`)
		if early != min(n, 100) {
			t.Errorf("%d rows: %d stand in the page itself", n, early)
		}
		if rest := strings.Contains(text, "more rows, in team.results.csv"); rest != (n > 101) {
			t.Errorf("%d rows: says that there are more: %t", n, rest)
		}
	}
}

func TestSmallRunsMakeSmallPages(t *testing.T) {
	if n := len(write(t, page(30))); n > 100_000 {
		t.Errorf("%d bytes", n)
	}
}

// hostile are texts that try to be something else than text.
var hostile = []string{
	`</script><script>alert(1)</script>`, `--><!-- ]]>`, `<img src=x onerror=alert(1)>`, `" onmouseover="alert(1)`, `' x='`, "a\u2028b\u2029c",
	"ev\u202egnp.exe", "\u2066isolated\u2069", "nul\x00esc\x1b[31m", "\u200bzero\ufeffwidth", "line\nbreak", "broken\xff\xfe", "{{.Token}}", "${alert(1)}", `</style><style>*{display:none}`,
	`</title>`, "tag\U000e0041",
}

// Whatever a roster or the service says, wherever it stands, is text alone, and no character of it hides or reorders anything.
func TestTextsFromOutsideStayTexts(t *testing.T) {
	plain := write(t, page(20))
	for _, text := range hostile {
		p := page(20)
		p.Summary.Roster, p.OrganizationName, p.Summary.Error, p.Hint, p.Caller, p.Program, p.Service, p.Where = text, text, text, text, text, text, text, text
		p.Details, p.Planned, p.Done, p.Facts = []string{text}, []htmlreport.Fact{{text, text}}, []htmlreport.Fact{{text, text}}, []htmlreport.Fact{{text, text}}
		p.Causes = []causes.Cause{{Outcome: text, Error: text, Hint: text, Count: 3, Examples: []causes.Example{{Email: text}}}}
		p.Changes = []results.DriftLine{{Kind: text, Email: text, Team: text, HasRole: text, WantedRole: text, NewEmail: text, Action: text, Error: text}}
		p.Summary.Tripped = &report.Tripped{Digest: text, Guards: []report.Guard{{Option: text, Reason: text}}}
		p.Pace[0].Reasons = []string{text}
		p.Rows = func(yield func(record.Record, error) bool) {
			for i := range 150 {
				if !yield(record.Record{Line: i, Email: text, Role: text, Teams: text, Outcome: record.Rejected, Error: text, Hint: text}, nil) {
					return
				}
			}
		}
		got := write(t, p)
		for _, element := range []string{"<script", "</script", "<style", "</style", "<title", "</title", "<img", "<!--"} {
			if n, want := strings.Count(got, element), strings.Count(plain, element); n != want {
				t.Errorf("%q: %s is there %d times, want %d", text, element, n, want)
			}
		}
		if strings.ContainsAny(got, "\u2028\u2029\u202e\u2066\u2069\u200b\ufeff\x00\x1b\U000e0041") {
			t.Errorf("%q: a character that nobody sees is in the page", text)
		}
		for _, name := range attributes(got) {
			if strings.HasPrefix(name, "on") || name == "style" || name == "src" || name == "href" {
				t.Errorf("%q: the page has an attribute %s", text, name)
			}
		}
		if n := len(data(t, got).Rows); n != 150 {
			t.Errorf("%q: %d rows", text, n)
		}
	}
}

// attributes returns the names of all attributes.
func attributes(page string) (names []string) {
	for z := html.NewTokenizer(strings.NewReader(page)); z.Next() != html.ErrorToken; {
		for _, attribute := range z.Token().Attr {
			names = append(names, attribute.Key)
		}
	}
	return names
}

// No token is in the page, not even where the service has put it into its words; and what is to be redacted is not.
func TestTokensAreNeverThere(t *testing.T) {
	p := page(300)
	p.Redact = func(text string) string { return strings.ReplaceAll(text, "pat_secret", "[redacted]") }
	p.Summary.Error, p.Planned = "pat_secret was refused", []htmlreport.Fact{{"x", "pat_secret"}}
	p.Rows = func(yield func(record.Record, error) bool) {
		for i := range 300 {
			r := row(i)
			r.Error, r.Hint = "invited with "+r.Token.Reveal(), "pat_secret, see https://x.example/accept?token="+r.Token.Reveal()
			if !yield(r, nil) {
				return
			}
		}
	}
	got := write(t, p)
	if strings.Contains(got, "TOKEN") || strings.Contains(got, "pat_secret") || !strings.Contains(got, "[redacted]") {
		t.Error("a secret is in the page")
	}
}

// The policy lets nothing in, and the page names nothing outside.
func TestThePageNeedsNothingElse(t *testing.T) {
	got := write(t, page(20))
	if !strings.Contains(got, `content="default-src 'none'; style-src 'sha256-`) {
		t.Error("the policy is not there")
	}
	for _, outside := range []string{" src=", "<link", "url(", "@import", "http:", "fetch(", "XMLHttpRequest", "innerHTML"} {
		if strings.Contains(got, outside) {
			t.Errorf("%s is in the page", outside)
		}
	}
	if n := strings.Count(got, "https:"); n != 1 { // which is said
		t.Errorf("%d addresses", n)
	}
}

func TestTheWorstTrueStatementComesFirst(t *testing.T) {
	for _, tt := range []struct {
		want string
		page htmlreport.Page
	}{
		{"30 people were invited", htmlreport.Page{Summary: report.Summary{Run: "r", Outcomes: map[record.Outcome]int{record.Invited: 30}}}},
		{"1 person was invited, 2 changes were made", htmlreport.Page{Summary: report.Summary{Run: "r", Outcomes: map[record.Outcome]int{record.Invited: 1}, Drift: &report.Drift{Changed: 2}}}},
		{"Nobody had to be invited", htmlreport.Page{Summary: report.Summary{Run: "r", Outcomes: map[record.Outcome]int{record.AlreadyMember: 3}}}},
		{"Nothing had to be done", htmlreport.Page{Summary: report.Summary{Idle: true, Outcomes: map[record.Outcome]int{record.AlreadyMember: 3}}}},
		{"1,200 people would be invited", htmlreport.Page{Summary: report.Summary{DryRun: true, Outcomes: map[record.Outcome]int{record.WouldInvite: 1200}}}},
		{"2 rows need you, 116 people were invited", htmlreport.Page{Summary: report.Summary{Run: "r", Status: status.Rows, Outcomes: map[record.Outcome]int{record.Invited: 116, record.Invalid: 2}}}},
		{"1 row needs you", htmlreport.Page{Summary: report.Summary{Run: "r", Status: status.Rows, Outcomes: map[record.Outcome]int{record.Unknown: 1}}}},
		{"3 changes could not be made, 1 person was invited", htmlreport.Page{Summary: report.Summary{Run: "r", Status: status.Rows, Drift: &report.Drift{Failed: 3}, Outcomes: map[record.Outcome]int{record.Invited: 1}}}},
		{"Stopped before the end: 40 rows had no turn yet; 7 people were invited before that", htmlreport.Page{Summary: report.Summary{Run: "r", Status: status.Stopped, Outcomes: map[record.Outcome]int{record.Invited: 7, record.NotSent: 40}}}},
		{"Interrupted before the end: nothing was sent", htmlreport.Page{Summary: report.Summary{Status: status.Interrupted, Outcomes: map[record.Outcome]int{record.NotSent: 40}}}},
		{"This run has not ended: 1 row had no turn yet", htmlreport.Page{Unended: true, Summary: report.Summary{Run: "r", Outcomes: map[record.Outcome]int{record.NotSent: 1}}}},
		{"A guard keeps everything back: nothing was sent", htmlreport.Page{Summary: report.Summary{Status: status.Guarded, Outcomes: map[record.Outcome]int{record.WouldInvite: 1}}}},
		{"The roster was refused: nothing was sent", htmlreport.Page{Summary: report.Summary{Status: status.Roster}}},
		{"The settings are wrong: nothing was sent", htmlreport.Page{Summary: report.Summary{Status: status.Settings}}},
		{"The service refused the credentials, or the right to invite; 5 people were invited before that", htmlreport.Page{Summary: report.Summary{Run: "r", Status: status.Refused, Outcomes: map[record.Outcome]int{record.Invited: 5}}}},
		{"Stopped by an unexpected error", htmlreport.Page{Summary: report.Summary{Status: status.Unexpected}}},
	} {
		tt.page.Made = made
		if got := write(t, tt.page); !strings.Contains(got, "<h1>"+tt.want+"</h1>") {
			t.Errorf("%s, want %s", regexp.MustCompile("<h1>.*</h1>").FindString(got), tt.want)
		}
	}
}

// The zone of the times is named, and rows of the day leave the date out.
func TestTimes(t *testing.T) {
	got := write(t, page(1))
	for _, part := range []string{"All times are in CET (UTC&#43;01:00)", "28 Nov 2026, 15:03:05", `data-label="When">15:04:05<`, "15:03:05</text>"} {
		if !strings.Contains(got, part) {
			t.Errorf("%q is not in the page", part)
		}
	}
}

// Requests that come close together are not the rate of a second.
func TestTheHighestRateIsThatOfASecond(t *testing.T) {
	p := page(1)
	r := timeline.NewRecorder(made)
	for i := range 40 {
		r.Request(made.Add(time.Duration(i/10)*time.Second), timeline.Answered)
	}
	p.Pace = []timeline.Piece{r.Piece(made.Add(4 * time.Second))}
	if got := write(t, p); !strings.Contains(got, "40 requests in 4s, at most 10 a second.") {
		t.Error("ten requests in each second are not said to be ten a second")
	}
}

func TestARoughPaceSaysSo(t *testing.T) {
	p := page(5)
	p.RoughPace = true
	if got := write(t, p); !strings.Contains(got, "Nothing was kept of the pace itself") || !strings.Contains(got, "rows a second") {
		t.Error("it does not say so")
	}
}

// A run may be gone on with every night: all its pieces stand in the picture, beside each other.
func TestThePaceOfARunThatWasResumedOften(t *testing.T) {
	p := page(1)
	for night := range 100 {
		piece := p.Pace[0]
		piece.Start, piece.End = piece.Start.AddDate(0, 0, night+1), piece.End.AddDate(0, 0, night+1)
		p.Pace = append(p.Pace, piece)
	}
	lanes := regexp.MustCompile(`class="lane" x="([\d.-]+)" y="\d+" width="([\d.-]+)"`).FindAllStringSubmatch(write(t, p), -1)
	if len(lanes) < 2*len(p.Pace) {
		t.Fatalf("%d strips of lanes for %d pieces in two pictures", len(lanes), len(p.Pace))
	}
	for _, lane := range lanes {
		x, err := strconv.ParseFloat(lane[1], 64)
		width, widthErr := strconv.ParseFloat(lane[2], 64)
		if err != nil || widthErr != nil || width <= 0 || x < 66 || x+width > 1000.2 {
			t.Fatalf("a strip that is not in the picture: %s", lane[0])
		}
	}
}

func TestErrorsOfRowsAreReturned(t *testing.T) {
	broken := errors.New("broken")
	for _, after := range []int{0, 5, 100, 150} {
		p := page(200)
		p.Rows = func(yield func(record.Record, error) bool) {
			for i := range 200 {
				if i == after {
					yield(record.Record{}, broken)
					return
				}
				if !yield(row(i), nil) {
					return
				}
			}
		}
		if err := htmlreport.Write(io.Discard, p); !errors.Is(err, broken) {
			t.Errorf("after %d rows: %v", after, err)
		}
	}
}

// Rows are written as they come: however many there are, they take no more memory than some.
func TestMemoryDoesNotGrowWithTheRows(t *testing.T) {
	const n = 150_000
	var most uint64
	p := page(n)
	p.Rows = func(yield func(record.Record, error) bool) {
		for i := range n {
			r := row(i)
			r.Error = fmt.Sprintf("each has its own words: %d", i)
			if i%50_000 == 49_999 {
				runtime.GC()
				var now runtime.MemStats
				runtime.ReadMemStats(&now)
				most = max(most, now.HeapAlloc)
			}
			if !yield(r, nil) {
				return
			}
		}
	}
	if err := htmlreport.Write(io.Discard, p); err != nil {
		t.Fatal(err)
	}
	if most > 32<<20 {
		t.Errorf("%d MiB are in use", most>>20)
	}
}
