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
	inputs.Withheld = s.following.Withheld()
	if s.past.recovered != nil {
		s.past.recovered.Withhold(inputs.Withheld)
	}
	s.approval.withhold(s.following.Changes, false)
	if s.report.Resumed {
		s.following.Changes, err = amend.Recall(ctx, s.memory.ledger, s.run.ID, s.following.Changes)
	}
	return err
}

// warnUnchanged tells a person that the roster has been the very same for many nights, and who has another address in it.
func (s *Session) warnUnchanged() {
	if s.o.Sync == nil {
		return
	}
	if shifted := s.following.Shifted; shifted != "" {
		s.o.Observer.warn(shifted, nil)
	}
	for i, rename := range s.following.Renames {
		text := "somebody has another address, and both are left alone until that is confirmed"
		if rename.Accepted {
			text = "somebody has another address, which is accepted: the old one is left alone until the new one is there"
		}
		if s.o.Observer.warn(text, map[string]any{"email": rename.From, "new_email": rename.Email}); i+1 == Shown {
			break // the file of differences has them all
		}
	}
	if same := s.following.Unchanged(time.Now()); same != "" {
		s.o.Observer.warn(same, map[string]any{"since": s.following.Evidence.Local().Format(time.DateTime)})
	}
}
