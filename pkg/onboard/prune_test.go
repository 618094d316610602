package onboard_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/onboard"
	"rollcall/pkg/quantity"
	"rollcall/pkg/report"
	"rollcall/pkg/results"
	"rollcall/pkg/status"
)

// TestAPrunedLedgerPlansTheSame has a company for some months, and asks every night what would be done by the ledger as it is,
// and by one that has forgotten all that it may.
func TestAPrunedLedgerPlansTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStory(t, 7)
		s.options.Sync.RemoveLeavers, s.options.SkipInvalid, s.spoils = true, true, true
		folder := t.TempDir()
		planned := func(name string, prune bool) (report.Summary, string) {
			t.Helper()
			o := s.options
			o.Ledger, o.Results, o.DryRun = filepath.Join(folder, name+".db"), filepath.Join(folder, name+".csv"), true
			content, err := os.ReadFile(s.options.Ledger)
			if err == nil {
				err = os.WriteFile(o.Ledger, content, 0o600)
			}
			if err == nil && prune {
				err = forget(t, o.Ledger, time.Now())
			}
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			said, err := onboard.Run(t.Context(), nil, o, nil)
			if err != nil && onboard.StatusOf(err) != status.Guarded {
				t.Fatal(err)
			}
			rows, err := os.ReadFile(o.Results)
			changes, driftErr := os.ReadFile(results.DriftPath(o.Results))
			if err = errors.Join(err, driftErr); err != nil {
				t.Fatal(err)
			}
			return said.Summary, since(began, o.Sync.LeaverGrace, string(rows)+string(changes))
		}
		different := 0
		for range 70 {
			s.day()
			s.cutAt = 0
			for !s.export() {
				continue
			}
			whole, wholeRows := planned("whole", false)
			pruned, prunedRows := planned("pruned", true)
			if diff := cmp.Diff(wholeRows, prunedRows); diff != "" {
				t.Fatalf("%s: rows (-whole +pruned):\n%s", time.Now(), diff)
			}
			if diff := cmp.Diff([]any{whole.Outcomes, whole.Drift.String()}, []any{pruned.Outcomes, pruned.Drift.String()}); diff != "" {
				t.Fatalf("%s: summary (-whole +pruned):\n%s", time.Now(), diff)
			}
			if strings.Contains(wholeRows, "would_invite") || strings.Contains(wholeRows, "leaver") {
				different++
			}
		}
		if different < 20 {
			t.Errorf("only %d nights had something to do", different)
		}
	})
}

// since has the times in a text be words that are those of a run which began then: of now, and of when the grace ends that
// begins now.
func since(then time.Time, grace time.Duration, text string) string {
	return regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\dZ?`).ReplaceAllStringFunc(text, func(found string) string {
		at, err := time.Parse(time.DateTime, strings.TrimSuffix(strings.Replace(found, "T", " ", 1), "Z"))
		for word, from := range map[string]time.Time{"now": then.Truncate(time.Second), "later": then.Truncate(time.Second).Add(grace)} {
			if d := at.Sub(from); err == nil && d >= 0 && d < time.Minute {
				return word
			}
		}
		return found
	})
}

// forget prunes the ledger at a path of all that ended before a time.
func forget(t *testing.T, path string, before time.Time) error {
	t.Helper()
	l, err := sqlite.Open(path, sqlite.Options{})
	if err != nil {
		return err
	}
	_, err = l.Prune(t.Context(), ledger.Pruning{Before: before})
	return errors.Join(err, l.Close())
}

// TestNightsWithKeepStopGrowing has many nights with a roster that is exported anew each night, and in which hardly anybody comes
// or goes. Once nights are forgotten, the ledger grows no more by them, and nobody is invited twice.
func TestNightsWithKeepStopGrowing(t *testing.T) {
	const nights = 130
	synctest.Test(t, func(t *testing.T) {
		s := newStory(t, 3)
		s.options.Keep = quantity.Age(30 * 24 * time.Hour)
		for range 60 {
			s.join()
		}
		for _, c := range s.people {
			c.ignores, c.other = false, ""
		}
		size := func() int64 {
			info, err := os.Stat(s.options.Ledger)
			if err != nil {
				t.Fatal(err)
			}
			return info.Size()
		}
		gone := s.people[0]
		var after int64
		for night := range nights {
			gone.works = night < 3 || night >= nights-10
			var roster strings.Builder
			fmt.Fprintf(&roster, "email,role,teams,Exported\n")
			for _, c := range s.people {
				if c.works {
					fmt.Fprintf(&roster, "%s,%s,%s,%s\n", c.address, c.role, c.team, time.Now().Format(time.DateOnly))
				}
			}
			if err := os.WriteFile(s.options.Roster, []byte(roster.String()), 0o600); err != nil {
				t.Fatal(err)
			}
			if report, err := s.run(); err != nil || report.Status != status.Well {
				t.Fatal(night, report.Status, err)
			}
			for _, c := range s.people {
				if c != gone { // who answers nobody
					_ = s.service.AcceptAs(c.address, c.address)
				}
			}
			time.Sleep(24 * time.Hour) // virtual time
			if night == 60 {
				after = size()
			}
		}
		for address, mails := range s.service.Mails() {
			want := 1
			if address == gone.address {
				want = 3 // as is usual within a joining
			}
			if mails > want {
				t.Errorf("%s got %d mails", address, mails)
			}
		}
		// The audit trail has a line a night, the roster is another one each night, and a page of the file has 4 KiB. A night
		// that is not forgotten has 16 KiB.
		if grown := (size() - after) / (nights - 60); grown > 1500 {
			t.Errorf("after 60 nights the ledger has %d bytes, after %d nights %d", after, nights, size())
		}
	})
}
