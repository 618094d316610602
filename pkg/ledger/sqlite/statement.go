package sqlite

import (
	"context"

	"rollcall/pkg/ledger/sqlite/commit"
)

// statements are those that run for every row.
type statements struct {
	insert, claim, claimRowless, settle, step, release, releaseRow, name, nameAgain, acceptName, acceptMailbox, ask commit.Statement
	mailing, harmless, tell, number                                                                                 commit.Statement
}

func (s *statements) prepare(ctx context.Context, w *commit.Writer) (err error) {
	for query, target := range map[string]*commit.Statement{
		insertEntry: &s.insert, insertClaim: &s.claim, insertRowless: &s.claimRowless, settleEntry: &s.settle,
		updateFacts: &s.step, deleteClaim: &s.release, deleteRow: &s.releaseRow, insertName: &s.name, updateName: &s.nameAgain,
		insertMailing: &s.mailing, deleteMailing: &s.harmless,
		acceptName: &s.acceptName, acceptMailbox: &s.acceptMailbox, insertAsked: &s.ask,
		updateNumber: &s.number,
		insertLine:   &s.tell,
	} {
		if *target, err = w.Prepare(ctx, query); err != nil {
			return err
		}
	}
	return nil
}
