package audit_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/audit"
)

var at = time.Date(2026, 11, 23, 1, 30, 0, 123456789, time.FixedZone("", 3600))

// lines returns so many lines of a chain.
func lines(id string, n int) (texts []string) {
	chain := audit.Chain{ID: id}
	for i := range n {
		var text string
		text, chain = chain.Next(at.Add(time.Duration(i)*time.Second), audit.Author{Who: "ada@laptop", Credential: "pat:1"},
			audit.Event{Kind: audit.Invite, Run: "r" + id, Email: fmt.Sprintf("p%d@x.example", i+1), Outcome: "invited", Status: 201})
		texts = append(texts, text)
	}
	return texts
}

func TestVerify(t *testing.T) {
	a, b := lines("aa", 5), lines("bb", 3)
	forgedEnd, err := audit.End(a[1])
	if err != nil {
		t.Fatal(err)
	}
	forged, _ := forgedEnd.Next(at, audit.Author{Who: "eve@x"}, audit.Event{Kind: audit.Role, Email: "eve@x.example", After: "administrator"})
	join := func(texts ...string) string { return strings.Join(texts, "\n") + "\n" }
	edited := strings.Replace(a[2], "p3@", "p9@", 1)
	// As somebody would who knows about sums, and lets the rest be.
	resummed, _ := forgedEnd.Next(at.Add(2*time.Second), audit.Author{Who: "ada@laptop", Credential: "pat:1"},
		audit.Event{Kind: audit.Invite, Run: "raa", Email: "eve@x.example", Outcome: "invited", Status: 201})
	tests := []struct {
		name, give string
		want       string // the error
		lines      int
	}{
		{"nothing", "", "", 0},
		{"one chain", join(a...), "", 5},
		{"two chains", join(a[0], b[0], a[1], b[1], b[2], a[2]), "", 6},
		{"an edited byte", join(a[0], a[1], edited, a[3]), "line 3: changed: its sum does not fit what it says", 2},
		{"an edited byte of the last line", join(a[0], a[1], edited), "line 3: changed: its sum does not fit what it says", 2},
		{"an edited line with another sum", join(a[0], a[1], resummed, a[3]), "line 4: changed: it does not go on from the line before of its chain: one of both was changed (chain aa, number 4)", 3},
		{"no line", join(a[0], "{}"), "line 2: changed: it has no sum: it was changed, or is no line of a trail", 1},
		{"a blank line", join(a[0], "", a[1]), "line 2: changed: it has no sum: it was changed, or is no line of a trail", 1},
		{"the first is missing", join(a[1:]...), "line 1: missing: number 1 of chain aa should stand before it", 0},
		{"one is missing", join(a[0], a[1], a[3], a[4]), "line 3: missing: number 3 of chain aa should stand before it", 2},
		{"several are missing", join(a[0], b[0], a[4]), "line 3: missing: numbers 2 to 4 of chain aa should stand before it", 2},
		{"two are swapped", join(a[0], a[2], a[1], a[3]), "line 2: reordered: number 2 of chain aa should stand here, and is on line 3", 1},
		{"one is there twice", join(a[0], a[1], a[1], a[2]), "line 3: inserted: number 2 of chain aa is there already", 2},
		{"one is added", join(a[0], a[1], forged, a[2]), "line 4: inserted: number 3 of chain aa is there already", 3},
		{"no end", join(a[0], a[1]) + a[2][:40], "line 3: torn: it has no end: it was being written when the program or the machine stopped, or the file was cut off in it", 2},
		{"no end of a whole line", join(a[0]) + a[1], "line 2: torn: it has no end: it was being written when the program or the machine stopped, or the file was cut off in it", 1},
		{"an endless line", join(a[0]) + strings.Repeat("x", 2<<20), "line 2: changed: it is longer than any line of a trail", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			report, err := audit.Verify(strings.NewReader(tt.give))
			got := ""
			if err != nil {
				got = err.Error()
				if _, ok := errors.AsType[*audit.BreakError](err); !ok {
					t.Errorf("error = %T", err)
				}
			}
			if got != tt.want || report.Lines != tt.lines {
				t.Errorf("%d lines, error\n%s, want %d and\n%s", report.Lines, got, tt.lines, tt.want)
			}
		})
	}
}

// TestEveryByteCounts changes each byte of a trail, one at a time.
func TestEveryByteCounts(t *testing.T) {
	whole := []byte(strings.Join(lines("aa", 3), "\n") + "\n")
	for i := range whole {
		changed := append([]byte(nil), whole...)
		changed[i] ^= 1
		if _, err := audit.Verify(strings.NewReader(string(changed))); err == nil {
			t.Errorf("byte %d: changed from %q to %q unseen", i, whole[i], changed[i])
		}
	}
}

func TestServiceTimeIsToldWhereItDiffers(t *testing.T) {
	for _, test := range []struct {
		off  time.Duration
		want string
	}{{0, ""}, {1500 * time.Millisecond, ""}, {-time.Hour, `"service_at":"2026-11-22T23:30:00Z"`}} {
		text, _ := audit.Begin().Next(at, audit.Author{Now: func() time.Time { return at.Add(test.off) }}, audit.Event{Kind: audit.Invite})
		if got := strings.Contains(text, "service_at"); got != (test.want != "") || !strings.Contains(text, test.want) {
			t.Errorf("off by %s: %s", test.off, text)
		}
	}
}

func TestReadingErrorsAreNotBreaks(t *testing.T) {
	broken := errors.New("disk")
	_, err := audit.Verify(failing{broken})
	if _, is := errors.AsType[*audit.BreakError](err); is || !errors.Is(err, broken) {
		t.Errorf("Verify = %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestPasses(t *testing.T) {
	text, _ := audit.Chain{ID: "c"}.Next(at, audit.Author{}, audit.Pass("r", "trust-lists", "true", "lists <that> contradict themselves"))
	line, err := audit.Parse(text)
	if err != nil || line.Option != "trust-lists" || line.Kind != audit.Override || !strings.Contains(text, "<that>") {
		t.Errorf("%s: %v", text, err)
	}
}

// BenchmarkNext is what a line costs without the disk.
func BenchmarkNext(b *testing.B) {
	chain, by := audit.Begin(), audit.Author{Who: "ada@laptop", Credential: "pat sha256 0123456789abcdef", Now: time.Now}
	e := audit.Event{
		Kind: audit.Invite, Run: "20261128T122334Z-5ac55d", Email: "person001@example.com", Role: "member", Outcome: "invited", Status: 201,
		After: "bff50576-3b60-4d4e-95e6-460f802a27f3",
	}
	for b.Loop() {
		_, chain = chain.Next(time.Now(), by, e)
	}
}
