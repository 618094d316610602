package onboard_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/onboard"
	"rollcall/pkg/record"
	"rollcall/pkg/roster"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/secret"
	"rollcall/pkg/status"
)

const (
	// embedded is the variable that makes the test binary an embedding program, by the settings in it.
	embedded = "EMBEDDED"
	// embeddedPeople is how many people it onboards, and embeddedGrace how late a request of its may take effect.
	embeddedPeople, embeddedGrace = 60, 100 * time.Millisecond
	// embeddedKills is how many kills the ordinary test makes; KILLS=100 makes a hundred.
	embeddedKills = 4
)

// embedding is what an embedding program is told.
type embedding struct{ URL, Token, Folder string }

func TestMain(m *testing.M) {
	text, ok := os.LookupEnv(embedded)
	if !ok {
		os.Exit(m.Run())
	}
	var e embedding
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		panic(err)
	}
	report, err := e.run(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(int(report.Status))
}

// run is what the package's example does, on a service that is slow enough to be killed at.
func (e embedding) run(ctx context.Context) (onboard.Report, error) {
	return onboard.Run(ctx, nil, onboard.Options{
		Document: onboard.Document{Source: roster.People("HR", staff)},
		Service: onboard.Service{
			Dial: onboard.At(e.URL, cybedefend.AccessToken(secret.New(e.Token))), Timeout: time.Second,
			Pacing: onboard.Pacing{Rate: 100},
		},
		Course: onboard.Course{Ledger: filepath.Join(e.Folder, "ledger.db"), Grace: embeddedGrace},
		Output: onboard.Output{Results: filepath.Join(e.Folder, "results.jsonl")},
	}, nil)
}

// staff are the people of the embedding program.
func staff(yield func(roster.Person, error) bool) {
	for i := range embeddedPeople {
		if !yield(roster.Person{Email: fmt.Sprintf("person%d@x.example", i), Role: "member"}, nil) {
			return
		}
	}
}

// TestAnEmbeddingProgramIsKilled kills a program that embeds the package at random instants, until it comes to its end: on
// a service that loses replies, shows late lists, and mails again whoever is sent again.
func TestAnEmbeddingProgramIsKilled(t *testing.T) {
	kills := embeddedKills
	if text := os.Getenv("KILLS"); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	const most = 4 // at one service
	for made := 0; made < kills; made += most {
		service, err := sandbox.Start(t.Context(), "", sandbox.Options{
			Seed: random.Uint64(), Latency: 10 * time.Millisecond, Duplicates: sandbox.AcceptSecond,
			Faults: sandbox.Faults{CutAfter: 0.05, ErrorAfter: 0.05, Late: embeddedGrace / 2}, Lists: sandbox.Lists{Lag: 300 * time.Millisecond},
		})
		if err != nil {
			t.Fatal(err)
		}
		outlive(t, service, random, min(most, kills-made))
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	}
}

// outlive runs the embedding program, killing it so many times, and looks at what is left.
func outlive(t *testing.T, service *sandbox.Running, random *rand.Rand, kills int) {
	t.Helper()
	e := embedding{URL: service.URL(), Token: service.AccessToken().Reveal(), Folder: t.TempDir()}
	settings, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	for {
		ctx, cancel := t.Context(), context.CancelFunc(func() {})
		if kills > 0 {
			ctx, cancel = context.WithTimeout(ctx, time.Duration(random.Int64N(int64(1500*time.Millisecond))))
		}
		command := exec.CommandContext(ctx, os.Args[0], "-test.run=^$")
		command.Env = append(os.Environ(), embedded+"="+string(settings))
		out, err := command.CombinedOutput()
		killed := err != nil && ctx.Err() != nil
		cancel()
		if killed {
			kills--
			continue
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		break
	}
	if counts := service.Counts(); counts.Emails != embeddedPeople || counts.MailedTwice != 0 {
		t.Errorf("%d e-mails to %d people, twice to %v", counts.Emails, embeddedPeople, counts.Twice)
	}
	// Once more, there is nothing to do.
	report, err := e.run(t.Context())
	if err != nil || report.Status != status.Well || report.Outcomes[record.AlreadyInvited] != embeddedPeople {
		t.Errorf("another run: %d, %v, %v", report.Status, report.Outcomes, err)
	}
}
