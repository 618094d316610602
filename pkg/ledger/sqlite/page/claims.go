package page

import (
	"slices"
	"strconv"

	"rollcall/pkg/record"
)

// Claim is a claim that stands for a row of a page. It does not have the run.
type Claim struct {
	record.Claim
	// Mails says that the request may have mailed the person, and that the row does not say so.
	Mails bool
}

// Claims are those that stand for the rows of a page, in the order of the rows, at most one a row. They are kept beside the
// page: a claim comes and goes without the page being written for it.
type Claims []Claim

// Find returns the index of the claim for a row, -1 if none stands.
func (c Claims) Find(row int) int {
	if i, found := c.search(row); found {
		return i
	}
	return -1
}

func (c Claims) search(row int) (int, bool) {
	return slices.BinarySearchFunc(c, row, func(claim Claim, row int) int { return claim.Row - row })
}

// Of returns the claim for a row of the run, nil if none stands.
func (c Claims) Of(run string, row int) *record.Claim {
	i := c.Find(row)
	if i < 0 {
		return nil
	}
	claim := c[i].Claim
	claim.Run = run
	return &claim
}

// Add adds a claim for a row for which none stands.
func (c *Claims) Add(claim Claim) {
	i, _ := c.search(claim.Row)
	*c = slices.Insert(*c, i, claim)
}

// End takes away the one with the index.
func (c *Claims) End(i int) { *c = slices.Delete(*c, i, i+1) }

// Text returns the text of the claims.
func (c Claims) Text() string {
	b := append(make([]byte, 0, 128*len(c)+2), '[')
	for i := range c {
		if i > 0 {
			b = append(b, ',')
		}
		b = c[i].append(b)
	}
	return string(append(b, ']'))
}

// append writes the claim. Its keys are those that [reader.claim] knows.
func (c *Claim) append(b []byte) []byte {
	b = strconv.AppendInt(append(b, `{"row":`...), int64(c.Row), 10)
	b = appendText(b, `,"email":`, c.Email)
	b = appendNumber(b, `,"change":`, int64(c.Change))
	b = appendNumber(b, `,"attempt":`, int64(c.Attempt))
	b = appendTime(b, `,"at":`, c.At)
	b = appendText(b, `,"replaces":`, c.Replaces)
	b = appendText(b, `,"before":`, c.Before)
	return append(appendTruth(b, `,"mails":`, c.Mails), '}')
}

// Parse makes the claims those with that text, or returns an error that matches [ledger.ErrDamaged]. No text is no claims.
func (c *Claims) Parse(text string) error {
	*c = (*c)[:0]
	if text == "" {
		return nil
	}
	r := reader{text: text}
	r.array(func() {
		claim := r.claim()
		if last := len(*c) - 1; claim.Row < 1 || last >= 0 && claim.Row <= (*c)[last].Row {
			r.spoil()
		}
		*c = append(*c, claim)
	})
	return r.end("claims of a run")
}

func (r *reader) claim() (c Claim) {
	r.object(func(key string) {
		switch key {
		case "row":
			c.Row = int(r.number())
		case "email":
			c.Email = r.string()
		case "change":
			c.Change = record.Change(r.small())
		case "attempt":
			c.Attempt = int(r.number())
		case "at":
			c.At = r.time()
		case "replaces":
			c.Replaces = r.string()
		case "before":
			c.Before = r.string()
		case "mails":
			c.Mails = r.truth()
		default:
			r.spoil()
		}
	})
	return c
}
