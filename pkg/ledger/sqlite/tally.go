package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/commit"
	"rollcall/pkg/record"
)

// tally counts the rows of a run by outcome. In the file it is a JSON object, by the words of the outcomes.
type tally struct {
	counts  [256]int
	changed bool
}

// move says that a row has another outcome.
func (t *tally) move(from, to record.Outcome) {
	t.counts[from]--
	t.counts[to]++
	t.changed = true
}

func (t *tally) text() string {
	b := []byte{'{'}
	for outcome, count := range t.counts {
		if count == 0 {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = strconv.AppendQuote(b, record.Outcome(outcome).String())
		b = strconv.AppendInt(append(b, ':'), int64(count), 10)
	}
	return string(append(b, '}'))
}

// parseTally reads what [tally.text] writes.
func parseTally(text string) (map[record.Outcome]int, error) {
	counts := map[record.Outcome]int{}
	if err := json.Unmarshal([]byte(text), &counts); err != nil {
		return nil, fmt.Errorf("%w: the outcomes of a run: %w", ledger.ErrDamaged, err)
	}
	return counts, nil
}

// tally returns that of a run, as it is now.
func (d *desk) tally(ctx context.Context, w *commit.Writer, run int64) (*tally, error) {
	if found := d.tallies[run]; found != nil {
		return found, nil
	}
	found, err := w.First(ctx, selectTally, run)
	if err != nil {
		return nil, err
	}
	text := "{}"
	if found != nil {
		text, _ = found[0].(string)
	}
	counts, err := parseTally(text)
	if err != nil {
		return nil, err
	}
	t := &tally{}
	for outcome, count := range counts {
		t.counts[outcome] = count
	}
	if d.tallies == nil {
		d.tallies = map[int64]*tally{}
	}
	d.tallies[run] = t
	return t, nil
}
