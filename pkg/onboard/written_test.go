package onboard_test

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/onboard"
	"rollcall/pkg/record"
	"rollcall/pkg/sandbox"
)

// many are more people than results are written for together.
const many = 3000

// inviteMany invites many people, one of whom is refused and one of whom is looked up, and calls do with how many have an
// outcome. Then it holds the results to what the ledger has.
func inviteMany(t *testing.T, do func(settled int, o onboard.Options)) {
	t.Helper()
	_, o := team(t, many, sandbox.Options{Duplicates: sandbox.AcceptSecond, Script: func(call sandbox.Call) sandbox.Fault {
		switch {
		case call.Operation != sandbox.Invite:
		case call.Email == "p2901@x.example":
			return sandbox.Fault{Kind: sandbox.Unavailable}
		case call.Email == "p2902@x.example":
			return sandbox.Fault{Kind: sandbox.CutAfter}
		}
		return sandbox.Fault{}
	}})
	o.Rate, o.Attempts = 1e6, 1
	settled := 0
	o.Observer.Event = func(e batch.Event) {
		if e.Settled != nil {
			settled++
			do(settled, o)
		}
	}
	report, err := onboard.Run(t.Context(), nil, o, nil)
	if want := map[record.Outcome]int{record.Invited: many - 1, record.Failed: 1}; !maps.Equal(report.Outcomes, want) {
		t.Fatalf("%v, %v", err, report.Outcomes)
	}
	again := o.Output
	again.Results = filepath.Join(t.TempDir(), "again.csv")
	if err := (onboard.History{Ledgers: []string{o.Ledger}}).Results(t.Context(), "", again); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(o.Results)
	if err != nil {
		t.Fatal(err)
	}
	if want, err := os.ReadFile(again.Results); err != nil || string(got) != string(want) {
		t.Errorf("the results are not what the ledger has: %d bytes and %d, %v", len(got), len(want), err)
	}
	if size, found := inTheMaking(t, o); found != 0 {
		t.Errorf("%d files of %d bytes are left", found, size)
	}
}

// inTheMaking are the results that are not in their place yet.
func inTheMaking(t *testing.T, o onboard.Options) (size int64, found int) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(filepath.Dir(o.Results), ".*.tmp"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if info, err := os.Stat(name); err == nil {
			size, found = size+info.Size(), found+1
		}
	}
	return size, found
}

// awaitResults waits until much of the results is there.
func awaitResults(t *testing.T, o onboard.Options) {
	t.Helper()
	for until := time.Now().Add(time.Minute); ; <-time.After(time.Millisecond) {
		if size, _ := inTheMaking(t, o); size >= 256<<10 {
			return
		}
		if time.Now().After(until) {
			t.Error("too little is written before the end")
			return
		}
	}
}

// TestResultsAreWrittenWhileTheRunGoesOn looks for them near the end of a run.
func TestResultsAreWrittenWhileTheRunGoesOn(t *testing.T) {
	inviteMany(t, func(settled int, o onboard.Options) {
		if settled == many-200 {
			awaitResults(t, o)
		}
	})
}

// TestResultsThatAreTakenAwayMeanwhile has somebody tidy up what is written of the results.
func TestResultsThatAreTakenAwayMeanwhile(t *testing.T) {
	inviteMany(t, func(settled int, o onboard.Options) {
		if settled != many-200 {
			return
		}
		awaitResults(t, o)
		names, err := filepath.Glob(filepath.Join(filepath.Dir(o.Results), ".*.tmp"))
		if err != nil || len(names) != 1 {
			t.Errorf("%q, %v", names, err)
		}
		for _, name := range names {
			if err := os.Remove(name); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestResultsThatCannotBeWrittenMeanwhile has a folder stand where the results go, until little is left to send.
func TestResultsThatCannotBeWrittenMeanwhile(t *testing.T) {
	inviteMany(t, func(settled int, o onboard.Options) {
		var err error
		switch settled {
		case 1:
			err = os.Mkdir(o.Results, 0o700)
		case many - 200:
			err = os.Remove(o.Results)
		}
		if err != nil {
			t.Error(err)
		}
	})
}
