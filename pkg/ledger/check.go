package ledger

import (
	"fmt"

	"rollcall/pkg/email"
	"rollcall/pkg/record"
)

// PersonOf returns the person whom a claim is about: the folded address. It returns an error for a claim that no ledger
// may keep: without an address it would stand for nobody, and without a kind of change it says nothing.
func PersonOf(c record.Claim) (person string, err error) {
	person = email.Fold(c.Email)
	switch {
	case person == "":
		return "", fmt.Errorf("run %s: row %d: a claim without an address: name the person", c.Run, c.Row)
	case c.Change == 0:
		return "", fmt.Errorf("run %s: row %d: a claim without a kind of change: say what it changes", c.Run, c.Row)
	}
	return person, nil
}

// CheckConclusions returns an error for a conclusion without a row that does not say whose claim it is about.
func CheckConclusions(run string, conclusions []record.Conclusion) error {
	for _, c := range conclusions {
		if c.Row == 0 && email.Fold(c.Email) == "" {
			return fmt.Errorf("run %s: a conclusion without a row and an address: name the person", run)
		}
	}
	return nil
}

// OnlyEnds reports whether a conclusion has nothing to keep but the end of the claim: no outcome, nothing of an
// invitation, no attempt and no trail.
func OnlyEnds(c record.Conclusion) bool {
	r := c.Record
	return r.Outcome == record.Unset && r.InvitationID == "" && r.Token.Empty() && r.Status == "" &&
		r.OrganizationID == "" && r.OrganizationName == "" && r.OrganizationRole == "" && r.ExpiresAt.IsZero() &&
		r.Attempts == 0 && r.HTTPStatus == 0 && r.Error == "" && r.Hint == "" && r.Trail == record.Trail{}
}
