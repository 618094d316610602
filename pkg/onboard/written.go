package onboard

import (
	"context"
	"time"

	"rollcall/pkg/causes"
	"rollcall/pkg/ledger"
	"rollcall/pkg/readahead"
	"rollcall/pkg/record"
	"rollcall/pkg/results"
)

// output is a results file in the making, or the results in a stream.
type output struct {
	write   func(record.Record) error
	commit  func() error
	discard func()
}

// createResults starts the results, in the dialect if they are a file of CSV. Where none are asked for, nothing is written.
func (o Output) createResults(extra []string, d results.Dialect) (output, error) {
	switch o.Results {
	case "":
		return output{write: func(record.Record) error { return nil }, commit: func() error { return nil }, discard: func() {}}, nil
	case "-":
		writer, err := results.NewWriter(o.Stream, results.CSV, extra)
		if err != nil {
			return output{}, err
		}
		return output{write: writer.Write, commit: writer.Close, discard: func() {}}, nil
	}
	file, err := results.Create(o.Results, results.Options{Extra: extra, Dialect: d})
	if err != nil {
		return output{}, err
	}
	return output{write: file.Write, commit: file.Commit, discard: func() {
		// What is left behind when this fails is named by its own error at the next try.
		_ = file.Discard()
	}}, nil
}

// writing is the results of a run in the making.
type writing struct {
	output
	ledger ledger.Ledger
	run    ledger.Run
	// last is the row that was written last.
	last     int
	outcomes map[record.Outcome]int
	needy    causes.Collector
}

// startWriting starts the results of a run, in the dialect if they are a file of CSV.
func startWriting(l ledger.Ledger, run ledger.Run, o Output, d results.Dialect) (*writing, error) {
	out, err := o.createResults(run.Extra, d)
	if err != nil {
		return nil, err
	}
	return &writing{output: out, ledger: l, run: run, outcomes: map[record.Outcome]int{}}, nil
}

// ahead writes the rows that have had their last word, up to the first that has not: the run goes on meanwhile.
func (w *writing) ahead(ctx context.Context) error {
	for r, err := range w.ledger.Records(ctx, w.run.ID, w.last) {
		if err != nil || r.Outcome == record.Unset || r.Outcome == record.Unknown {
			return err
		}
		if err := w.add(r); err != nil {
			return err
		}
	}
	return nil
}

// end writes all other rows, once the run has ended, and puts the results in their place. Left says why rows were not sent,
// where there is more to say than that the run has ended.
func (w *writing) end(ctx context.Context, ended time.Time, left string) error {
	defer w.discard()
	for r, err := range readahead.Of(results.Records(ctx, w.ledger, w.run, w.last, ended)) {
		if err != nil {
			return err
		}
		if r.Outcome == record.NotSent && left != "" {
			r.Error = left
		}
		if err := w.add(r); err != nil {
			return err
		}
	}
	return w.commit()
}

func (w *writing) add(r record.Record) error {
	w.last = r.Row
	w.outcomes[r.Outcome]++
	needs(&w.needy, &r)
	return w.write(r)
}

// writtenTogether is after how many outcomes the results are written as far as they are known. Fewer are written at the end.
const writtenTogether = 1024

// writer writes the results of a run while that goes on, so that little is left to write at its end.
type writer struct {
	start   func() (*writing, error)
	settled int
	due     chan struct{}
	// made gets what is written, once nothing is due any more: nil if there is nothing, or if it has failed.
	made chan *writing
}

// writeBeside starts the writing of the results. A stream gets its results when the run has ended: what went wrong in the middle
// of them could not be mended.
func (s *Session) writeBeside(ctx context.Context) *writer {
	w := &writer{due: make(chan struct{}, 1), made: make(chan *writing, 1), start: func() (*writing, error) {
		return startWriting(s.memory.ledger, s.run, s.o.Output, s.resultsDialect())
	}}
	if s.o.Results == "-" || s.o.Results == "" {
		w.made <- nil
	} else {
		go func() { w.made <- w.work(ctx) }()
	}
	return w
}

// work returns what is written, or nil: whatever has failed is tried again at the end, and then told.
func (w *writer) work(ctx context.Context) (made *writing) {
	for range w.due {
		if made == nil {
			var err error
			if made, err = w.start(); err != nil {
				return nil
			}
		}
		if err := made.ahead(ctx); err != nil {
			made.discard()
			return nil
		}
	}
	return made
}

// rowEnded counts a row that has an outcome.
func (w *writer) rowEnded() {
	if w.settled++; w.settled%writtenTogether != 0 {
		return
	}
	select {
	case w.due <- struct{}{}:
	default:
	}
}

// end writes what is left, or all of it where what is written did not last: hours may have gone by since.
func (w *writer) end(ctx context.Context, ended time.Time, left string) (*writing, error) {
	close(w.due)
	if made := <-w.made; made != nil && made.end(ctx, ended, left) == nil {
		return made, nil
	}
	made, err := w.start()
	if err != nil {
		return nil, err
	}
	return made, made.end(ctx, ended, left)
}
