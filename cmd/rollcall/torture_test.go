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
	// killsEach is how many of them one service sees at most: the ordinary test does each kind of work once.
	killsEach = 2
)

// TestTorture kills the real binary with SIGKILL at random instants, on services that are odd in one way or another: they
// lose replies, fail after they have done their work or before, cut bodies and connections, take effect late, answer what
// is no whole invitation, spell addresses their own way, and show lists that lag behind and come in any order. Whoever is
// sent twice is mailed twice.
//
// It invites, replaces invitations that are pending, and has an organization follow its roster, in turn. The same command
// must always finish the job: nobody mailed or changed twice, every row in the results once, and invited with id and token
// unless nobody was mailed and the service has said that it was done.
func TestTorture(t *testing.T) {
	kills := envInt(t, "KILLS", fewKills)
	seed := uint64(envInt(t, "SEED", int(time.Now().UnixNano()&0xffffff)))
	t.Logf("SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	bin := build(t)

	made, runs := 0, 0
	var all, sum tortured
	works := []work{invites{}, replacements{}, &follows{}}
	for made < kills {
		w := works[runs%len(works)]
		options := w.service(random)
		service, err := sandbox.Start(t.Context(), "", options)
		if err != nil {
			t.Fatal(err)
		}
		k := &killer{t: t, bin: bin, service: service, random: random, folder: t.TempDir(), most: min(killsEach, kills-made)}
		all = w.torture(k)
		made, runs = made+k.kills, runs+1
		counts := service.Counts()
		all.emails, all.twice = counts.Emails, counts.MailedTwice
		if twice := service.ChangedTwice(); counts.MailedTwice != 0 || len(twice) != 0 || counts.Emails+all.unknown != all.people {
			t.Errorf("run %d: %d e-mails and %d unknown of %d people, twice to %v, changed twice: %v", runs, counts.Emails, all.unknown, all.people, counts.Twice, twice)
		}
		if counts.Cancelled != all.cancelled || counts.RolesChanged != all.roles {
			t.Errorf("run %d: %d cancelled, want %d; %d roles changed, want %d", runs, counts.Cancelled, all.cancelled, counts.RolesChanged, all.roles)
		}
		if t.Failed() {
			t.Fatalf("run %d, %T, at %+v", runs, w, options)
		}
		if err := service.Close(); err != nil {
			t.Error(err)
		}
		sum.add(all)
	}
	t.Logf("%d kills over %d runs: %d people, %d e-mails, %d people mailed twice, %d rows unknown; %d invitations cancelled and %d roles changed, none twice",
		made, runs, sum.people, sum.emails, sum.twice, sum.unknown, sum.cancelled, sum.roles)
}

// tortured is what came of a run, and of all of them.
type tortured struct{ people, emails, twice, unknown, cancelled, roles int }

func (t *tortured) add(o tortured) {
	t.people, t.emails, t.twice, t.unknown = t.people+o.people, t.emails+o.emails, t.twice+o.twice, t.unknown+o.unknown
	t.cancelled, t.roles = t.cancelled+o.cancelled, t.roles+o.roles
}

// work is what the program is killed at.
type work interface {
	// service draws a service.
	service(random *rand.Rand) sandbox.Options
	// torture has the work done, and checks what the program says of it. It returns what the service must have seen.
	torture(k *killer) tortured
}

// killer kills the program at random instants.
type killer struct {
	t           *testing.T
	bin         string
	service     *sandbox.Running
	random      *rand.Rand
	folder      string
	kills, most int
}

// file writes a file into the folder, and returns its path.
func (k *killer) file(name, text string) string {
	k.t.Helper()
	path := filepath.Join(k.folder, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		k.t.Fatal(err)
	}
	return path
}

// untilItEnds gives the same command again and again, killing it up to so many times on the way, until it ends by itself.
func (k *killer) untilItEnds(args ...string) (code int, out, log string) {
	k.t.Helper()
	for {
		args := append(args, "--grace", tortureGrace.String(), "--timeout", "1s", "--ledger", filepath.Join(k.folder, "ledger.db"), "--json")
		command := exec.CommandContext(k.t.Context(), k.bin, args...)
		command.Env = append(os.Environ(), k.service.Environment(k.service.URL())...)
		var out, log bytes.Buffer
		command.Stdout, command.Stderr = &out, &log
		if err := command.Start(); err != nil {
			k.t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = command.Wait() // ProcessState has what it returns
		}()
		var deadly <-chan time.Time
		if k.kills < k.most {
			deadly = time.After(time.Duration(k.random.Int64N(int64(1500 * time.Millisecond))))
		}
		select {
		case <-deadly:
			if err := command.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
				k.t.Fatal(err)
			}
			<-ended
		case <-ended:
		}
		if code := command.ProcessState.ExitCode(); code >= 0 {
			return code, out.String(), log.String()
		}
		k.kills++
	}
}

// invites are the work of inviting a roster.
type invites struct{}

func (invites) service(random *rand.Rand) sandbox.Options { return oddService(random) }

func (invites) torture(k *killer) tortured {
	k.t.Helper()
	var b strings.Builder
	fmt.Fprintln(&b, "email,role,Employee ID")
	addresses := make([]string, tortureRows)
	for i := range addresses {
		addresses[i] = oddAddress(i)
		fmt.Fprintf(&b, "%s,member,%04d\n", addresses[i], i)
	}
	code, out, log := k.untilItEnds("invite", k.file("roster.csv", b.String()), "--rate", "400/s", "--yes")
	return tortured{people: tortureRows, unknown: k.checkInvited(code, out, log, addresses)}
}

// checkInvited holds the results and the summary of a run to what they must be, and returns how many rows are unknown.
func (k *killer) checkInvited(code int, out, log string, addresses []string) (unknown int) {
	k.t.Helper()
	if code != 0 && code != 3 {
		k.t.Fatalf("exit code %d\n%s%s", code, out, log)
	}
	unknown = checkTortured(k.t, filepath.Join(k.folder, "roster.results.csv"), []byte(out), mailed(k.service), addresses)
	if (unknown > 0) != (code == 3) {
		k.t.Errorf("exit code %d with %d rows unknown\n%s%s", code, unknown, out, log)
	}
	if k.t.Failed() {
		k.t.Log(log)
	}
	return unknown
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

// oddAddress returns the address of a row: some are spelled so that a service may spell them another way.
func oddAddress(i int) string {
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
func checkTortured(t *testing.T, results string, summary []byte, mailed map[string]bool, addresses []string) (unknown int) {
	t.Helper()
	text, err := os.ReadFile(results)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(addresses)+1 {
		t.Fatalf("%d rows in the results, want %d", len(rows)-1, len(addresses))
	}
	for i, row := range rows[1:] {
		const outcome, id, token, failure = 5, 6, 7, 15
		hollow := row[outcome] == "unknown" && !mailed[email.Fold(addresses[i])] && strings.Contains(row[failure], "the service has confirmed it")
		if hollow {
			unknown++
		}
		if row[0] != strconv.Itoa(i+1) || row[2] != addresses[i] || !hollow && (row[outcome] != "invited" || row[id] == "" || row[token] == "") {
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
	if got.Rows != len(addresses) || got.Outcomes["invited"] != len(addresses)-unknown || got.Outcomes["unknown"] != unknown {
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
