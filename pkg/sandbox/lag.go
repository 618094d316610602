package sandbox

import (
	"math"
	"time"

	"rollcall/pkg/cybedefend"
)

// moment is an instant in milliseconds since 1970.
type moment int64

// The moment of whatever was there from the beginning, and the one that lies after everything.
const (
	beginning moment = 0
	present   moment = math.MaxInt64
)

func momentOf(instant time.Time) moment { return moment(instant.UnixMilli()) }

// seen returns the moment whose state the lists show.
func (s *Sandbox) seen() moment {
	if s.current.lists.Lag == 0 {
		return present
	}
	return momentOf(s.options.Now().Add(-s.current.lists.Lag))
}

// listedAt returns the numbers of the invitations that the list showed at the moment, oldest first.
func (o *organization) listedAt(at moment) (numbers []uint32) {
	if at == present {
		return o.listed
	}
	for _, i := range o.invitations {
		if i.created <= at && (!i.unlisted || i.ended > at) {
			numbers = append(numbers, i.number)
		}
	}
	return numbers
}

// statusAt returns the status that the invitation had at the moment.
func (i *invitation) statusAt(at moment) status {
	if i.ended > at {
		return pending
	}
	return i.status
}

// membersAt returns the numbers of those who were members at the moment, in order of joining.
func (o *organization) membersAt(at moment) (numbers []uint32) {
	if at == present {
		return o.members
	}
	for _, m := range o.joined {
		if m.since <= at && (!m.gone || m.until > at) {
			numbers = append(numbers, m.number)
		}
	}
	return numbers
}

// adminsAt returns how many of the members at the moment were administrators.
func (o *organization) adminsAt(at moment) (admins int) {
	if at == present {
		return o.admins
	}
	for _, n := range o.membersAt(at) {
		if o.joined[n].roleAt(at) == cybedefend.Administrator {
			admins++
		}
	}
	return admins
}

// formerRole is a role that a member had until a moment.
type formerRole struct {
	role  cybedefend.Role
	until moment
}

// roleAt returns the role that the member had at the moment.
func (m *member) roleAt(at moment) cybedefend.Role {
	for _, former := range m.former {
		if at < former.until {
			return former.role
		}
	}
	return m.role
}
