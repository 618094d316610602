package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/pkg/audit"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/postgres"
	"rollcall/pkg/ledger/postgres/postgrestest"
	"rollcall/pkg/record"
)

// TestACrashOfTheServerCostsNothing kills the server again and again while rows are claimed and concluded: whatever was told
// to be kept is there, once, and who has waited has not noticed.
func TestACrashOfTheServerCostsNothing(t *testing.T) {
	t.Parallel()
	const rows, workers, crashes = 1200, 32, 2
	server := postgrestest.Start(t)
	address := server.Address(t)
	l := open(t, address, postgres.Options{})
	enter(t, l, true)
	run := begin(t, l, people(rows))
	var done atomic.Int64
	due := make(chan struct{}, crashes)
	var crasher, wg sync.WaitGroup
	crasher.Go(func() {
		for range due {
			server.Crash()
			server.Restart(t)
		}
	})
	next := make(chan int)
	for range workers {
		wg.Go(func() {
			for row := range next {
				if err := l.Claim(t.Context(), nil, invite(run, row)); err != nil {
					t.Error(err)
					continue
				}
				wg.Add(1)
				c := record.Conclusion{Record: invited(row), Event: told(run.ID, invited(row))}
				if err := l.Conclude(t.Context(), run.ID, func(err error) {
					if err != nil {
						t.Error(err)
					}
					if n := done.Add(1); n%(rows/(crashes+1)) == 0 && n < rows {
						due <- struct{}{}
					}
					wg.Done()
				}, c); err != nil {
					t.Error(err)
					wg.Done()
				}
			}
		})
	}
	for row := 1; row <= rows; row++ {
		next <- row
	}
	close(next)
	wg.Wait()
	close(due)
	crasher.Wait()
	shut(t, l)
	l = open(t, address, postgres.Options{})
	outcomes, err := l.Outcomes(t.Context(), run.ID)
	if err != nil || outcomes[record.Invited] != rows {
		t.Errorf("outcomes %v, %v", outcomes, err)
	}
	if doubts, err := l.Doubts(t.Context(), scope); err != nil || len(doubts) != 0 {
		t.Errorf("%d claims stand, %v", len(doubts), err)
	}
	if mailings, err := l.Mailings(t.Context(), scope, time.Time{}); err != nil || len(mailings) != rows {
		t.Errorf("%d mailings, %v", len(mailings), err)
	}
	if n := verify(t, l); n != rows {
		t.Errorf("the trail has %d lines, want %d", n, rows)
	}
}

// cutter stands between a ledger and its server, and can lose an answer.
type cutter struct {
	address string
	// word is what the answer says that is lost with its connection, nil for none.
	word atomic.Pointer[string]
	cut  atomic.Int64
}

// lose has the next answer lost that has the word.
func (c *cutter) lose(word string) { c.word.Store(&word) }

// newCutter returns one before the server at an address.
func newCutter(t *testing.T, address string) *cutter {
	t.Helper()
	server, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := server.Query()
	folder := query.Get("host")
	if folder == "" {
		t.Skip("the server has no socket of its own")
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	query.Del("host")
	server.Host, server.RawQuery = listener.Addr().String(), query.Encode()+"&sslmode=disable"
	c := &cutter{address: server.String()}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			behind, err := new(net.Dialer).DialContext(context.WithoutCancel(t.Context()), "unix", folder+"/.s.PGSQL.5432")
			if err != nil {
				_ = client.Close()
				continue
			}
			go func() {
				_, _ = io.Copy(behind, client)
				_ = behind.Close()
			}()
			go c.answer(client, behind)
		}
	}()
	return c
}

// answer carries answers until one is lost.
func (c *cutter) answer(client, server net.Conn) {
	defer func() { _ = errors.Join(server.Close(), client.Close()) }()
	buffer := make([]byte, 1<<16)
	for {
		n, err := server.Read(buffer)
		if err != nil {
			return
		}
		if word := c.word.Load(); word != nil && bytes.Contains(buffer[:n], []byte(*word)) && c.word.CompareAndSwap(word, nil) {
			c.cut.Add(1)
			return
		}
		if _, err := client.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// TestAnAnswerThatIsLostCostsNothing loses the answer to each write after the server has committed it: it is written again, and
// counts once.
func TestAnAnswerThatIsLostCostsNothing(t *testing.T) {
	t.Parallel()
	direct := postgrestest.Address(t)
	c := newCutter(t, direct)
	l := open(t, c.address, postgres.Options{})
	run := begin(t, l, people(4))
	losing := func(what, word string, do func() error) {
		t.Helper()
		before := c.cut.Load()
		c.lose(word)
		if err := do(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if c.cut.Load() != before+1 {
			t.Errorf("%s: its answer was not lost", what)
		}
		c.word.Store(nil)
	}
	const batch, transaction = "SELECT ", "COMMIT"
	if err := l.Claim(t.Context(), nil, invite(run, 4)); err != nil { // after which the statements are known
		t.Fatal(err)
	}
	if err := l.Conclude(t.Context(), run.ID, nil, record.Conclusion{Record: record.Record{Row: 4}, Harmless: true}); err != nil {
		t.Fatal(err)
	}
	losing("Enter", transaction, func() error {
		_, err := l.Enter(t.Context(), scope)
		return err
	})
	losing("Claim", batch, func() error { return l.Claim(t.Context(), nil, invite(run, 1), invite(run, 2)) })
	losing("Conclude", batch, func() error {
		return l.Conclude(t.Context(), run.ID, nil, record.Conclusion{Record: invited(1), Event: told(run.ID, invited(1))},
			record.Conclusion{Record: record.Record{Row: 2, Attempts: 1}, Event: told(run.ID, invited(2))})
	})
	losing("a claim again", batch, func() error { return l.Claim(t.Context(), nil, invite(run, 2)) })
	losing("Note", batch, func() error { return l.Note(t.Context(), audit.Pass(run.ID, "fresh", "true", "")) })
	losing("Resume", transaction, func() error {
		_, err := l.Resume(t.Context(), run)
		return err
	})
	losing("KeepChange", transaction, func() error { return l.KeepChange(t.Context(), run.ID, ledger.Change{Kind: "role"}) })
	losing("End", transaction, func() error { return l.End(t.Context(), run.ID, 3) })
	losing("Begin", transaction, func() error {
		_, err := l.Begin(t.Context(), ledger.Run{Service: scope.Service, OrganizationID: scope.OrganizationID}, people(5))
		return err
	})
	runs, err := ledger.All(l.Runs(t.Context()))
	if err != nil || len(runs) != 2 || runs[0].Rows != 5 || runs[1].Resumed != 1 || runs[1].ExitCode != 3 || runs[1].Outcomes[record.Invited] != 1 {
		t.Errorf("runs %+v, %v", runs, err)
	}
	if changes, err := ledger.All(l.Changes(t.Context(), run.ID)); err != nil || len(changes) != 1 {
		t.Errorf("changes %v, %v", changes, err)
	}
	doubts, err := l.Doubts(t.Context(), scope)
	if err != nil || len(doubts) != 1 || doubts[0].Row != 2 {
		t.Errorf("doubts %v, %v", doubts, err)
	}
	if mailings, err := l.Mailings(t.Context(), scope, time.Time{}); err != nil || len(mailings) != 3 {
		t.Errorf("mailings %v, %v", mailings, err)
	}
	if n := verify(t, l); n != 3 {
		t.Errorf("the trail has %d lines, want 3", n)
	}
}

// TestADatabaseThatStaysAwayIsGivenUp takes the server away for good.
func TestADatabaseThatStaysAwayIsGivenUp(t *testing.T) {
	server := postgrestest.Start(t)
	l := open(t, server.Address(t), postgres.WithPatience(postgres.Options{}, 300*time.Millisecond))
	enter(t, l, true)
	run := begin(t, l, people(2))
	server.Crash()
	_, runsErr := ledger.All(l.Runs(t.Context()))
	for what, err := range map[string]error{
		"Claim": l.Claim(t.Context(), nil, invite(run, 1)), "End": l.End(t.Context(), run.ID, 0), "Runs": runsErr,
		"Note": l.Note(t.Context(), audit.Event{Kind: audit.Invite}),
	} {
		broken, ok := errors.AsType[*ledger.Error](err)
		if !errors.Is(err, ledger.ErrUnreachable) || !ok || broken.Hint == "" {
			t.Errorf("%s = %v, want %v", what, err, ledger.ErrUnreachable)
		}
	}
	told := make(chan error, 1)
	if err := l.Conclude(t.Context(), run.ID, func(err error) { told <- err }, record.Conclusion{Record: invited(1)}); err != nil {
		t.Fatal(err)
	}
	shut(t, l)
	if err := <-told; err == nil {
		t.Error("what was not kept was told to be kept")
	}
}
