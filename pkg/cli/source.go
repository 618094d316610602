package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"

	"rollcall/pkg/document"
	"rollcall/pkg/fetch"
	"rollcall/pkg/results"
	"rollcall/pkg/secret"
	"rollcall/pkg/status"
)

// source returns the source of a roster, a file, an address or "-" for standard input, and what to do when it is not
// needed any more.
func (a *app) source(ctx context.Context, roster string, f rosterFlags) (document.Source, func() error, error) {
	switch {
	case fetch.Is(roster):
		return a.fetch(ctx, roster, f.headerFile)
	case f.headerFile != "":
		return document.Source{}, nil, usageError("", "--header-file is for a roster at an https address, and %s is none", roster)
	case roster == "-":
		return spool("stdin", a.In)
	}
	return document.File(roster), func() error { return nil }, nil
}

// fetch brings a roster from its address into a file that nobody else can read.
func (a *app) fetch(ctx context.Context, address, headerFile string) (document.Source, func() error, error) {
	if parsed, err := url.Parse(address); err == nil {
		a.redact(secret.New(parsed.RawQuery))
	}
	header, err := a.readHeader(headerFile)
	if err != nil {
		return document.Source{}, nil, err
	}
	name := publicName(address)
	a.console.Status("fetching " + name)
	defer a.console.Clear()
	reader, writer := io.Pipe()
	fetched := make(chan error, 1)
	go func() {
		err := fetch.To(ctx, writer, fetch.Options{Address: address, Header: header})
		writer.CloseWithError(err)
		fetched <- err
	}()
	source, done, err := spool(name, reader)
	_ = reader.Close() // which ends the fetching where there is no room for it; it never fails
	if fetchErr := <-fetched; err != nil && !errors.Is(fetchErr, io.ErrClosedPipe) {
		return source, done, &codedError{status.Roster, fmt.Errorf("%s: %w", name, fetchErr), ""}
	}
	return source, done, err
}

// spool is [document.Spool], after which there is no roster if it fails.
func spool(name string, r io.Reader) (document.Source, func() error, error) {
	source, done, err := document.Spool(name, r)
	if err != nil {
		return source, done, &codedError{status.Roster, err, ""}
	}
	return source, done, nil
}

// readHeader reads the header fields to send along, whose values are secrets.
func (a *app) readHeader(path string) (http.Header, error) {
	if path == "" {
		return http.Header{}, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, usageError("", "--header-file: %w", err)
	}
	header, values, err := fetch.ReadHeader(bytes.NewReader(text))
	if err != nil {
		return nil, usageError("", "--header-file: %s: %w", path, err)
	}
	a.redact(values...)
	return header, nil
}

// publicName returns what a roster may be called in messages: without what is secret in an address.
func publicName(roster string) string {
	if fetch.Is(roster) {
		return fetch.Name(roster)
	}
	return roster
}

// resultsFor returns where the results of a roster go: where the flag says, or beside it. Those of an address go to the
// working directory.
func resultsFor(flag, roster string) string {
	if flag != "" {
		return flag
	}
	return results.DefaultPath(localName(roster))
}

// localName returns what files beside a roster are named for: the last part of an address, or the path.
func localName(roster string) string {
	if !fetch.Is(roster) {
		return roster
	}
	if roster = path.Base(fetch.Name(roster)); roster == "/" || roster == "." {
		return "roster"
	}
	return roster
}
