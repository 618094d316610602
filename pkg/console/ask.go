package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"rollcall/pkg/paint"
)

// longestAnswer bounds what is read of an answer; whatever is longer is not a yes.
const longestAnswer = 64

// Ask prints the question and reads one line from in: y or yes, in any letter case, means yes; anything else, and the
// end of in, means no. When ctx ends first the answer is no, and the error its cause. Log lines that come meanwhile
// are printed above the question. Only one question may be open at a time.
//
// A blocked read cannot be called off: when ctx ends, a goroutine stays with in until its next byte or its end, and in
// should not be read again.
func (c *Console) Ask(ctx context.Context, in io.Reader, question string) (bool, error) {
	if err := c.open(paint.Line{}.In(paint.Strong, question).Render(c.o.Color) + " "); err != nil {
		return false, fmt.Errorf("ask: %w", err)
	}
	type reply struct {
		line string
		err  error
	}
	replies := make(chan reply, 1)
	go func() {
		line, err := readLine(in)
		replies <- reply{line, err}
	}()

	var r reply
	select {
	case <-ctx.Done():
	case r = <-replies:
	}
	// An interrupt beats a yes that came with it.
	if ctx.Err() != nil {
		r.err = context.Cause(ctx)
	}
	// The person's Enter has ended the line. Without one, the cursor still stands behind the question.
	c.settle(r.err != nil)
	switch {
	case errors.Is(r.err, io.EOF):
		return false, nil
	case r.err != nil:
		return false, fmt.Errorf("ask: %w", r.err)
	}
	answer := strings.ToLower(strings.TrimSpace(r.line))
	return answer == "y" || answer == "yes", nil
}

// open shows the question in place of the status.
func (c *Console) open(prompt string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.prompt = prompt; !c.isLive() {
		_, err := io.WriteString(c.o.Out, prompt)
		return err
	}
	return c.refresh("")
}

// settle leaves the question where it stands and goes on below.
func (c *Console) settle(brokenOff bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.prompt, c.live = "", false
	end := ""
	if brokenOff {
		end = "\n"
	}
	// Whether standard error still listens shows with the next log line.
	_ = c.refresh(end)
}

// readLine reads up to a line feed, byte by byte, so that what follows is left for others.
func readLine(in io.Reader) (string, error) {
	var line []byte
	b := make([]byte, 1)
	for len(line) < longestAnswer {
		switch n, err := in.Read(b); {
		case n == 1 && b[0] == '\n':
			return string(line), nil
		case n == 1:
			line = append(line, b[0])
		case err != nil:
			return "", err
		}
	}
	return string(line), nil
}
