package onboard

import (
	"context"
	"time"

	"rollcall/pkg/amend"
	"rollcall/pkg/follow"
)

// compare finds out where the organization differs from the roster: in everything if it is to follow it, else in its teams.
func (s *Session) compare(ctx context.Context) error {
	memory := follow.Memory{Ledger: s.memory.ledger, Scope: s.memory.scope, IsHeld: !s.memory.held.IsZero()}
	inputs := &s.past.inputs
	ground := follow.Ground{
		Memory: memory, Directory: inputs.Directory, Histories: inputs.Histories, Doubtful: s.past.doubtful, Protected: s.protected, Now: s.now(),
	}
	var absence *follow.Absence
	var err error
	if s.o.Sync != nil {
		if absence, err = follow.Recall(ctx, memory, s.edition(), time.Now(), s.beside()); err != nil {
			return err
		}
	}
	if s.following, err = s.o.Sync.Compare(ctx, s.roster, absence, s.edition(), s.o.Teams, ground); err != nil || s.following == nil {
		return err
	}
	if s.report.Resumed {
		s.following.Changes, err = amend.Recall(ctx, s.memory.ledger, s.run.ID, s.following.Changes)
	}
	return err
}

// warnUnchanged tells a person that the roster has been the very same for many nights.
func (s *Session) warnUnchanged() {
	if s.o.Sync == nil {
		return
	}
	if same := s.following.Unchanged(time.Now()); same != "" {
		s.o.Observer.warn(same, map[string]any{"since": s.following.Evidence.Local().Format(time.DateTime)})
	}
}
