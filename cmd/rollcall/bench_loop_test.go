package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

// bareLoop is what an engineer writes in an hour: it reads a roster by encoding/csv, posts each row by net/http from so many
// workers, and writes a line for each. A journal, if there is one, gets a claim before the request leaves and the outcome before
// the line is written, both on disk. It checks nothing, repeats nothing, and after a crash it knows nothing.
type bareLoop struct {
	// url is where to post.
	url, token, roster, results, journal string
	workers                              int
}

// bareInvite is what is posted, and bareReply what is wanted of the answer.
type (
	bareInvite struct {
		Email string     `json:"email"`
		Role  string     `json:"role"`
		Teams []bareTeam `json:"teamAssignments,omitempty"`
	}
	bareTeam struct {
		ID   string `json:"teamId"`
		Role string `json:"role"`
	}
	bareReply struct {
		ID    string `json:"id"`
		Token string `json:"token"`
	}
)

func (l bareLoop) run(ctx context.Context) (err error) {
	rows, err := os.Open(l.roster)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // it was only read
	out, err := os.Create(l.results)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	journal, err := openBareJournal(l.journal)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, journal.close()) }()

	transport := &http.Transport{MaxIdleConnsPerHost: l.workers}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: 30 * time.Second}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	invites := make(chan bareInvite, 2*l.workers)
	go func() {
		defer close(invites)
		if err := readBare(ctx, rows, invites); err != nil {
			stop(err)
		}
	}()
	var writing sync.Mutex
	lines := csv.NewWriter(out)
	if err := lines.Write([]string{"email", "outcome", "id", "token"}); err != nil {
		return err
	}
	var workers sync.WaitGroup
	for range l.workers {
		workers.Go(func() {
			for invite := range invites {
				if err := errors.Join(ctx.Err(), journal.put("claim", invite.Email, bareReply{})); err != nil {
					stop(err)
					return
				}
				reply, err := l.post(ctx, client, invite)
				if err == nil {
					err = journal.put("invited", invite.Email, reply)
				}
				if err != nil {
					stop(err)
					return
				}
				writing.Lock()
				err = lines.Write([]string{invite.Email, "invited", reply.ID, reply.Token})
				writing.Unlock()
				if err != nil {
					stop(err)
					return
				}
			}
		})
	}
	workers.Wait()
	lines.Flush()
	return errors.Join(context.Cause(ctx), lines.Error())
}

func readBare(ctx context.Context, roster io.Reader, into chan<- bareInvite) error {
	rows := csv.NewReader(bufio.NewReader(roster))
	if _, err := rows.Read(); err != nil { // the header
		return err
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		invite := bareInvite{Email: row[0], Role: row[1]}
		if id, role, found := strings.Cut(row[2], ":"); found {
			invite.Teams = []bareTeam{{id, role}}
		}
		select {
		case into <- invite:
		case <-ctx.Done():
			return nil
		}
	}
}

func (l bareLoop) post(ctx context.Context, client *http.Client, invite bareInvite) (reply bareReply, err error) {
	body, err := json.Marshal(invite)
	if err != nil {
		return reply, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url, bytes.NewReader(body))
	if err != nil {
		return reply, err
	}
	request.Header.Set("Authorization", "Bearer "+l.token)
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return reply, err
	}
	text, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return reply, err
	}
	if response.StatusCode != http.StatusCreated {
		return reply, fmt.Errorf("%s: %s", response.Status, text)
	}
	return reply, json.Unmarshal(text, &reply)
}

// bareJournal is a file of JSON lines with group commit: one write and one sync carry whatever has queued up meanwhile.
// Nil is none.
type bareJournal struct {
	file    *os.File
	kick    chan struct{}
	ended   chan struct{}
	mu      sync.Mutex
	queued  []byte
	waiting []chan error
}

func openBareJournal(path string) (*bareJournal, error) {
	if path == "" {
		return nil, nil //nolint:nilnil // none is no error
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	j := &bareJournal{file: file, kick: make(chan struct{}, 1), ended: make(chan struct{})}
	go j.commit()
	return j, nil
}

// put returns when the line is on disk.
func (j *bareJournal) put(state, email string, reply bareReply) error {
	if j == nil {
		return nil
	}
	line, err := json.Marshal(struct {
		State string `json:"state"`
		Email string `json:"email"`
		bareReply
	}{state, email, reply})
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	j.mu.Lock()
	j.queued = append(append(j.queued, line...), '\n')
	j.waiting = append(j.waiting, done)
	j.mu.Unlock()
	select {
	case j.kick <- struct{}{}:
	default: // it is on its way already
	}
	return <-done
}

func (j *bareJournal) commit() {
	defer close(j.ended)
	for range j.kick {
		j.mu.Lock()
		lines, waiting := j.queued, j.waiting
		j.queued, j.waiting = nil, nil
		j.mu.Unlock()
		if len(waiting) == 0 {
			continue
		}
		_, err := j.file.Write(lines)
		if err == nil {
			err = j.file.Sync()
		}
		for _, done := range waiting {
			done <- err
		}
	}
}

func (j *bareJournal) close() error {
	if j == nil {
		return nil
	}
	close(j.kick)
	<-j.ended
	return j.file.Close()
}
