package roster

import (
	"context"
	"io"

	"rollcall/pkg/panics"
)

// blocksAhead is how many blocks there are, to be read into or read from, and blockSize how long each is: enough to keep both
// sides busy, and few enough that they stay in a processor's cache.
const blocksAhead, blockSize = 4, 2 * window

// ahead reads from its source in a goroutine of its own, some blocks ahead of whoever reads from it: to read a document, to
// decode it and to look for what is damaged takes a quarter of a check.
type ahead struct {
	full  chan block
	empty chan []byte
	stop  context.CancelFunc
	why   func() error // it was stopped
	// block is what is being read from, rest what is left of it.
	block block
	rest  []byte
}

// block is what one reading of the source gave.
type block struct {
	bytes []byte
	err   error
	// broken is what the reading has panicked with, nil if it has not.
	broken any
}

// readAhead begins to read. Nobody else may read from the source until close was called.
func readAhead(ctx context.Context, source io.Reader) *ahead {
	ctx, stop := context.WithCancel(ctx)
	a := &ahead{full: make(chan block, blocksAhead), empty: make(chan []byte, blocksAhead), stop: stop, why: ctx.Err}
	for range blocksAhead {
		a.empty <- nil
	}
	go a.run(ctx, source)
	return a
}

// run reads until the source has no more or nobody wants it.
func (a *ahead) run(ctx context.Context, source io.Reader) {
	defer close(a.full)
	for {
		select {
		case <-ctx.Done():
			return
		case bytes := <-a.empty:
			if bytes == nil {
				bytes = make([]byte, blockSize)
			}
			next := readBlock(source, bytes[:blockSize])
			if a.full <- next; next.err != nil || next.broken != nil {
				return
			}
		}
	}
}

// readBlock reads once, into the given bytes.
func readBlock(source io.Reader, into []byte) (b block) {
	panics.Catch(&b.broken, func() {
		n, err := source.Read(into)
		b.bytes, b.err = into[:n], err
	})
	return b
}

func (a *ahead) Read(p []byte) (int, error) {
	if len(a.rest) == 0 {
		if a.block.err != nil {
			return 0, a.block.err
		}
		if a.block.bytes != nil {
			a.empty <- a.block.bytes
		}
		next, more := <-a.full
		if !more {
			next.err = a.why()
		}
		panics.Rethrow(next.broken)
		a.block, a.rest = next, next.bytes
	}
	n := copy(p, a.rest)
	if a.rest = a.rest[n:]; len(a.rest) == 0 {
		return n, a.block.err
	}
	return n, nil
}

// close ends the goroutine. Nothing may be read after it.
func (a *ahead) close() {
	a.stop()
	for range a.full { // until nobody reads any more
		continue
	}
}
