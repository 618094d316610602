package onboard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rollcall/pkg/budget"
	"rollcall/pkg/journey"
	"rollcall/pkg/plural"
)

// Budget is a limit on how many people are invited, and what it leaves for another time.
type Budget struct {
	// Option is [budget.OptionPerDay], [budget.OptionPending] or [budget.OptionFirst].
	Option string `json:"option"`
	// Limit is what may be used of it, Used what others and earlier runs have used, Left how many of the people to invite
	// it leaves.
	Limit int `json:"limit"`
	Used  int `json:"used"`
	Left  int `json:"left"`
	// From is from when on the next one may be invited, by this machine's clock; zero where nobody can know or nobody is
	// left.
	From time.Time `json:"from,omitzero"`
}

// String says what is used, and what is left for another time.
func (b Budget) String() string {
	text := fmt.Sprintf("%d a day, %d of them used", b.Limit, b.Used)
	switch b.Option {
	case budget.OptionPending:
		text = fmt.Sprintf("%d open invitations at once, %d are open", b.Limit, b.Used)
	case budget.OptionFirst:
		text = fmt.Sprintf("the first %d, and as many again each time", b.Limit)
	}
	switch {
	case b.Left == 0:
		return text
	case b.From.IsZero():
		return fmt.Sprintf("%s: %s will be left", text, plural.Of(b.Left, "person"))
	}
	return fmt.Sprintf("%s: %s will be left, until %s or later", text, plural.Of(b.Left, "person"), budget.Minute(b.From))
}

// budget returns the limits on how many people are invited.
func (c Course) budget() budget.Limits {
	return budget.Limits{PerDay: c.MaxPerDay, Pending: c.MaxPending, First: c.Limit}
}

// budgetLeft returns what is left of the limits now, by all that is known.
func (s *Session) budgetLeft(ctx context.Context) (left *budget.Budget, err error) {
	limits := s.o.budget()
	if !limits.Given() || s.memory.ledger == nil {
		return budget.New(limits, budget.Used{}), nil
	}
	mailings, err := s.memory.ledger.Mailings(ctx, s.memory.scope, s.now().Add(-budget.Window))
	if err != nil {
		return nil, err
	}
	doubts, err := s.memory.doubts(ctx)
	return journey.Budget(limits, mailings, s.past.inputs, doubts), err
}

// budgets returns what the limits leave of so many people to invite, some of them in place of their open invitation.
func (s *Session) budgets(ctx context.Context, sends, replaced int) (list []Budget, err error) {
	if s.connection == nil {
		return nil, nil
	}
	left, err := s.budgetLeft(ctx)
	if err != nil {
		return nil, err
	}
	now := s.now()
	if limit := s.o.MaxPerDay; limit != nil {
		b := Budget{Option: budget.OptionPerDay, Limit: *limit, Used: left.Mailings(now), Left: max(0, sends-left.Day(now))}
		if from := left.From(now); b.Left > 0 && !from.IsZero() {
			b.From = from.Add(time.Since(now))
		}
		list = append(list, b)
	}
	if limit := s.o.MaxPending; limit != nil {
		list = append(list, Budget{
			Option: budget.OptionPending, Limit: *limit, Used: left.Pending(), Left: max(0, sends-replaced-left.Open()),
		})
	}
	return list, nil
}

// reasonLeft returns what an error says about each row that was left, empty if nothing more than that.
func reasonLeft(err error) string {
	if spent, ok := errors.AsType[*budget.SpentError](err); ok {
		return spent.Reason()
	}
	return ""
}
