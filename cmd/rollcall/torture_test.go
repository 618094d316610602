package main_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/email"
	"rollcall/pkg/sandbox"
)

const (
	// tortureRows is how many people each run invites.
	tortureRows = 200
	// tortureGrace is how late a request may take effect, and tortureLag how far lists lag behind at most.
	tortureGrace, tortureLag = 250 * time.Millisecond, 500 * time.Millisecond
	// fewKills is how many kills the ordinary test makes; KILLS=100 makes a hundred.
	fewKills = 6
	// killsEach is how many of them one service sees at most.
	killsEach = 3
)

// TestTorture kills the real binary with SIGKILL at random instants, on services that are odd in one way or another: they
// lose replies, fail after they have done their work or before, cut bodies and connections, take effect late, answer what
// is no whole invitation, spell addresses their own way, and show lists that lag behind and come in any order. Whoever is
// sent twice is mailed twice.
//
// The same command must always finish the job: nobody mailed twice, every row in the results once, and invited with id and
// token unless nobody was mailed and the service has said that it was done.
func TestTorture(t *testing.T) {
	kills := envInt(t, "KILLS", fewKills)
	seed := uint64(envInt(t, "SEED", int(time.Now().UnixNano()&0xffffff)))
	t.Logf("SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	bin := build(t)

	made, runs := 0, 0
	var emails, twice, unknown int
	for made < kills {
		options := oddService(random)
		service, err := sandbox.Start(t.Context(), "", options)
		if err != nil {
			t.Fatal(err)
		}
		n, hollow := tortureRun(t, bin, service, random, min(killsEach, kills-made))
		made, runs, unknown = made+n, runs+1, unknown+hollow
		counts := service.Counts()
		emails, twice = emails+counts.Emails, twice+counts.MailedTwice
		if counts.MailedTwice != 0 || counts.Emails+hollow != tortureRows {
			t.Errorf("run %d: %d e-mails and %d unknown of %d people, twice to %v", runs, counts.Emails, hollow, tortureRows, counts.Twice)
		}
		if t.Failed() {
			t.Fatalf("run %d at %+v", runs, options)
		}
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d kills over %d runs of %d rows: %d e-mails, %d people mailed twice, %d rows unknown", made, runs, tortureRows, emails, twice, unknown)
}

// oddService draws a service. Its lists spell addresses in a way that tells who is meant: otherwise, lost replies are in
// doubt for good.
func oddService(random *rand.Rand) sandbox.Options {
	o := sandbox.Options{
		Seed: random.Uint64(), Latency: 10 * time.Millisecond, Duplicates: sandbox.AcceptSecond,
		Faults: sandbox.Faults{ErrorAfter: 0.03, CutAfter: 0.03, Truncate: 0.03, CutBefore: 0.03, Others: map[sandbox.Kind]float64{}},
		Order:  one(random, sandbox.NewestFirst, sandbox.OldestFirst, sandbox.Shuffled),
		Spelling: sandbox.Spellings{
			Reply: one(random, sandbox.AsInvited, sandbox.LowerCase, sandbox.Normalized, sandbox.Masked),
			List:  one(random, sandbox.AsInvited, sandbox.LowerCase),
		},
	}
	odd := []sandbox.Kind{
		sandbox.ErrorBefore, sandbox.Garble, sandbox.Hollow, sandbox.FailureAfter, sandbox.FailureBefore, sandbox.Empty,
		sandbox.Queued, sandbox.BOM, sandbox.NumericID, sandbox.MissingID, sandbox.OtherOrganization, sandbox.OtherRole,
	}
	for range 3 {
		kind := one(random, odd...)
		if kind == sandbox.ErrorBefore {
			o.Faults.ErrorBefore = 0.03
			continue
		}
		o.Faults.Others[kind] = 0.03
	}
	if random.IntN(2) == 0 {
		o.Lists.Lag = time.Duration(random.Int64N(int64(tortureLag)))
	}
	if random.IntN(2) == 0 {
		o.Faults.Late = time.Duration(random.Int64N(int64(tortureGrace)))
	}
	return o
}

func one[T any](random *rand.Rand, of ...T) T { return of[random.IntN(len(of))] }

// tortureRun invites one roster, killing the process up to most times on the way, and checks what it leaves. It returns
// how often it killed, and how many rows are unknown.
func tortureRun(t *testing.T, bin string, service *sandbox.Running, random *rand.Rand, most int) (kills, unknown int) {
	t.Helper()
	folder := t.TempDir()
	roster := filepath.Join(folder, "roster.csv")
	var b bytes.Buffer
	fmt.Fprintln(&b, "email,role,Employee ID")
	for i := range tortureRows {
		fmt.Fprintf(&b, "%s,member,%04d\n", tortured(i), i)
	}
	if err := os.WriteFile(roster, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for {
		command := exec.CommandContext(t.Context(), bin, "invite", roster, "--rate", "400/s", "--grace", tortureGrace.String(), "--timeout", "1s",
			"--ledger", filepath.Join(folder, "ledger.db"), "--yes", "--json")
		command.Env = append(os.Environ(), service.Environment(service.URL())...)
		var out, log bytes.Buffer
		command.Stdout, command.Stderr = &out, &log
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = command.Wait() // ProcessState has what it returns
		}()
		var deadly <-chan time.Time
		if kills < most {
			deadly = time.After(time.Duration(random.Int64N(int64(1500 * time.Millisecond))))
		}
		select {
		case <-deadly:
			if err := command.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Fatal(err)
			}
			<-ended
		case <-ended:
		}
		switch code := command.ProcessState.ExitCode(); code {
		case -1:
			kills++
			continue
		case 0, 3:
			unknown = checkTortured(t, filepath.Join(folder, "roster.results.csv"), out.Bytes(), mailed(service))
			if (unknown > 0) != (code == 3) {
				t.Errorf("exit code %d with %d rows unknown\n%s%s", code, unknown, out.String(), log.String())
			}
			if t.Failed() {
				t.Log(log.String())
			}
			return kills, unknown
		default:
			t.Fatalf("exit code %d\n%s%s", code, out.String(), log.String())
		}
	}
}

// tortured returns the address of a row: some are spelled so that a service may spell them another way.
func tortured(i int) string {
	if i%3 == 0 {
		return fmt.Sprintf("Per.Son%d+work@Gmail.com", i)
	}
	return fmt.Sprintf("person%d@x.example", i)
}

func mailed(service *sandbox.Running) map[string]bool {
	people := map[string]bool{}
	for person := range service.Mails() {
		people[person] = true
	}
	return people
}

// checkTortured holds the results and the summary of a run to what they must be, and returns how many rows are unknown.
func checkTortured(t *testing.T, results string, summary []byte, mailed map[string]bool) (unknown int) {
	t.Helper()
	text, err := os.ReadFile(results)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != tortureRows+1 {
		t.Fatalf("%d rows in the results, want %d", len(rows)-1, tortureRows)
	}
	for i, row := range rows[1:] {
		const outcome, id, token, failure = 5, 6, 7, 15
		hollow := row[outcome] == "unknown" && !mailed[email.Fold(tortured(i))] && strings.Contains(row[failure], "the service has confirmed it")
		if hollow {
			unknown++
		}
		if row[0] != strconv.Itoa(i+1) || row[2] != tortured(i) || !hollow && (row[outcome] != "invited" || row[id] == "" || row[token] == "") {
			t.Errorf("row %d of the results: %q", i+1, row)
		}
	}
	var got struct {
		Rows     int            `json:"rows"`
		Outcomes map[string]int `json:"outcomes"`
	}
	if err := json.Unmarshal(summary, &got); err != nil {
		t.Fatal(err)
	}
	if got.Rows != tortureRows || got.Outcomes["invited"] != tortureRows-unknown || got.Outcomes["unknown"] != unknown {
		t.Errorf("summary %s", summary)
	}
	return unknown
}

func envInt(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	value, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return value
}
