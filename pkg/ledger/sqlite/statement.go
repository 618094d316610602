package sqlite

import (
	"context"

	"rollcall/pkg/ledger/sqlite/commit"
)

// statements are those that run often.
type statements struct {
	insert, page, next, pageOf, update, updateAll, claims, unclaim, tally commit.Statement
	name, nameOther, nameAgain, ask                                       commit.Statement
	acceptName, acceptMailbox, number, tell                               commit.Statement
}

func (s *statements) prepare(ctx context.Context, w *commit.Writer) (err error) {
	for query, target := range map[string]*commit.Statement{
		insertPage: &s.insert, selectPage: &s.page, selectNext: &s.next, selectKey: &s.pageOf, updatePage: &s.update, updateAll: &s.updateAll, updateClaims: &s.claims, deleteClaims: &s.unclaim,
		updateTally: &s.tally, insertNames: &s.name, insertName: &s.nameOther, updateNames: &s.nameAgain, insertAsked: &s.ask, acceptNames: &s.acceptName,
		acceptMailboxes: &s.acceptMailbox, updateNumber: &s.number, insertLines: &s.tell,
	} {
		if *target, err = w.Prepare(ctx, query); err != nil {
			return err
		}
	}
	return nil
}
