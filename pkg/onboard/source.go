package onboard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"time"

	"rollcall/pkg/bounded"
	"rollcall/pkg/document"
	"rollcall/pkg/fetch"
	"rollcall/pkg/remedy"
	"rollcall/pkg/results"
	"rollcall/pkg/status"
)

// open returns the source of the roster, and what to do when it is not needed any more.
func (d Document) open(ctx context.Context, observer Observer) (document.Source, func() error, error) {
	nothing := func() error { return nil }
	switch {
	case d.Source.Open != nil:
		return d.Source, nothing, nil
	case fetch.Is(d.Roster):
		return d.fetch(ctx, observer)
	case len(d.Header) > 0:
		return document.Source{}, nil, &remedy.OptionError{
			Option: "header-file",
			What:   remedy.Use("header-file", "").Words(" is for a roster at an https address, and " + d.Roster + " is none"),
		}
	case d.Roster == "-":
		return spool("stdin", d.Input)
	case d.IsPerson():
		return d.person(), nothing, nil
	}
	return document.File(d.Roster), nothing, nil
}

// mostRead bounds what [Document.Read] returns: whoever works on many rosters at once has them all in memory.
const mostRead = 64 << 20

// Read returns what is in the roster, wherever it is, for whoever keeps it himself.
func (d Document) Read(ctx context.Context) (content []byte, err error) {
	source, done, err := d.open(ctx, Observer{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, done()) }()
	reader, err := source.Open()
	if err != nil {
		return nil, refusal(status.Roster, err, nil)
	}
	content, err = bounded.Read(reader, mostRead)
	if err = errors.Join(err, reader.Close()); err != nil {
		return nil, refusal(status.Roster, fmt.Errorf("%s: %w", d.PublicName(), err), nil)
	}
	return content, nil
}

// slowRoster is how long a person wonders what is going on.
const slowRoster = 5 * time.Second

// fetch brings a roster from its address into a file that nobody else can read.
func (d Document) fetch(ctx context.Context, observer Observer) (document.Source, func() error, error) {
	name := d.PublicName()
	observer.working("fetching " + name)
	defer observer.working("")
	slow := time.AfterFunc(slowRoster, func() {
		observer.warn("the roster's server has not sent all of it yet: it is waited for up to "+fetch.Longest.String(), map[string]any{"roster": name})
	})
	defer slow.Stop()
	reader, writer := io.Pipe()
	fetched := make(chan error, 1)
	go func() {
		err := fetch.To(ctx, writer, fetch.Options{
			Address: d.Roster, Header: d.Header,
			Observe: func(err error, wait time.Duration) {
				observer.warnOf(err, "the roster could not be fetched, trying again", map[string]any{"roster": name, "wait_s": wait.Round(time.Second / 10).Seconds()})
			},
		})
		writer.CloseWithError(err)
		fetched <- err
	}()
	source, done, err := spool(name, reader)
	_ = reader.Close() // which ends the fetching where there is no room for it; it never fails
	switch fetchErr := <-fetched; {
	case ctx.Err() != nil:
		return source, done, context.Cause(ctx)
	case err != nil && !errors.Is(fetchErr, io.ErrClosedPipe):
		return source, done, refusal(status.Roster, fmt.Errorf("%s: %w", name, fetchErr), nil)
	}
	return source, done, err
}

// spool is [document.Spool], after which there is no roster if it fails.
func spool(name string, r io.Reader) (document.Source, func() error, error) {
	source, done, err := document.Spool(name, r)
	if err != nil {
		return source, done, refusal(status.Roster, err, nil)
	}
	return source, done, nil
}

// PublicName returns what the roster may be called in messages: without what is secret in an address.
func (d Document) PublicName() string {
	if fetch.Is(d.Roster) {
		return fetch.Name(d.Roster)
	}
	return d.Roster
}

// localName returns what files beside the roster are named for: the last part of an address, or the path.
func (d Document) localName() string {
	if !fetch.Is(d.Roster) {
		return d.Roster
	}
	if name := path.Base(fetch.Name(d.Roster)); name != "/" && name != "." {
		return name
	}
	return "roster"
}

// DefaultResults returns where the results go where nothing else is said: beside the roster, as CSV or, beside a workbook, as
// one, see [Output.LikeRoster]. Those of an address go to the
// working directory, and those of standard input and of one person nowhere.
func (d Document) DefaultResults() string {
	if d.IsPerson() {
		return ""
	}
	return results.DefaultPath(d.localName())
}
