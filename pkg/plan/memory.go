package plan

import (
	"iter"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
	"rollcall/pkg/record"
)

// Memory is what earlier runs did for people, by their keys. Nil remembers nothing.
type Memory map[string]Past

// Past is what earlier runs did for one person. The zero value is nothing.
type Past struct {
	// Times is how often the person was invited.
	Times int
	// At is when the last invitation was sent, and Invitation what it was then.
	At         time.Time
	Invitation cybedefend.Invitation
}

// Remember makes a memory of everybody who was invited, once for each time, in any order.
func Remember(invited iter.Seq2[record.Record, error]) (Memory, error) {
	memory := Memory{}
	for r, err := range invited {
		if err != nil {
			return nil, err
		}
		key := email.Fold(r.Email)
		past := memory[key]
		past.Times++
		if !r.UpdatedAt.Before(past.At) {
			past.At = r.UpdatedAt
			past.Invitation = cybedefend.Invitation{
				ID: r.InvitationID, Token: r.Token, Email: r.Email, Status: r.Status,
				OrganizationRole: r.OrganizationRole, ExpiresAt: r.ExpiresAt,
			}
		}
		memory[key] = past
	}
	return memory, nil
}

// Of returns what is remembered about an address.
func (m Memory) Of(address string) Past { return m[email.Fold(address)] }
