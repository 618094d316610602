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

	"rollcall/pkg/sandbox"
)

const (
	// tortureRows is how many people each run invites.
	tortureRows = 200
	// fewKills is how many kills the ordinary test makes; KILLS=100 makes a hundred.
	fewKills = 6
)

// TestTorture kills the real binary with SIGKILL at random instants, on a service that loses replies, fails after it has
// done its work and cuts bodies and connections. The same command must always finish the job: everybody mailed once,
// every row in the results once, with id and token.
func TestTorture(t *testing.T) {
	kills := envInt(t, "KILLS", fewKills)
	seed := uint64(envInt(t, "SEED", int(time.Now().UnixNano()&0xffffff)))
	t.Logf("SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	bin := build(t)

	made, runs := 0, 0
	var total sandbox.Stats
	for made < kills {
		service, err := sandbox.Start(t.Context(), "", sandbox.Options{
			Seed: random.Uint64(), Latency: 10 * time.Millisecond,
			Faults: sandbox.Faults{ErrorAfter: 0.03, CutAfter: 0.03, Truncate: 0.03, CutBefore: 0.03},
		})
		if err != nil {
			t.Fatal(err)
		}
		n := tortureRun(t, bin, service, random, kills-made)
		made, runs = made+n, runs+1
		counts := service.Counts()
		total.Emails += counts.Emails
		total.MailedTwice += counts.MailedTwice
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d kills over %d runs of %d rows: %d e-mails, %d people mailed twice", made, runs, tortureRows, total.Emails, total.MailedTwice)
	if total.MailedTwice != 0 || total.Emails != runs*tortureRows {
		t.Errorf("%d e-mails to %d people, %d of them mailed twice", total.Emails, runs*tortureRows, total.MailedTwice)
	}
}

// tortureRun invites one roster, killing the process up to most times on the way, and checks what it leaves. It returns
// how often it killed.
func tortureRun(t *testing.T, bin string, service *sandbox.Running, random *rand.Rand, most int) (kills int) {
	t.Helper()
	folder := t.TempDir()
	roster := filepath.Join(folder, "roster.csv")
	var b bytes.Buffer
	fmt.Fprintln(&b, "email,role,Employee ID")
	for i := range tortureRows {
		fmt.Fprintf(&b, "person%d@x.example,member,%04d\n", i, i)
	}
	if err := os.WriteFile(roster, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for {
		command := exec.CommandContext(t.Context(), bin, "invite", roster, "--rate", "400/s", "--grace", "250ms", "--timeout", "1s",
			"--ledger", filepath.Join(folder, "ledger.db"), "--yes", "--json")
		command.Env = append(os.Environ(), service.Environment(service.URL())...)
		var out, log bytes.Buffer
		command.Stdout, command.Stderr = &out, &log
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- command.Wait() }()
		var deadly <-chan time.Time
		if kills < most {
			deadly = time.After(time.Duration(random.Int64N(int64(1500 * time.Millisecond))))
		}
		select {
		case <-deadly:
			if err := command.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Fatal(err)
			}
			if err := <-ended; err != nil {
				kills++
				continue
			}
		case err := <-ended:
			if err != nil {
				t.Fatalf("%v\n%s%s", err, out.String(), log.String())
			}
		}
		checkTortured(t, filepath.Join(folder, "roster.results.csv"), out.Bytes())
		return kills
	}
}

// checkTortured holds the results and the summary of a run to what they must be.
func checkTortured(t *testing.T, results string, summary []byte) {
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
		const outcome, id, token = 5, 6, 7
		if row[0] != strconv.Itoa(i+1) || !strings.HasPrefix(row[2], fmt.Sprintf("person%d@", i)) ||
			row[outcome] != "invited" || row[id] == "" || row[token] == "" {
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
	if got.Rows != tortureRows || got.Outcomes["invited"] != tortureRows || len(got.Outcomes) != 1 {
		t.Errorf("summary %s", summary)
	}
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
