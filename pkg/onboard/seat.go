package onboard

import (
	"fmt"
	"math"

	"rollcall/pkg/budget"
	"rollcall/pkg/guard"
	"rollcall/pkg/journey"
	"rollcall/pkg/remedy"
)

// Seats are those of a subscription.
type Seats struct {
	Needed int `json:"needed"`
	Left   int `json:"left"`
	Total  int `json:"total"`
}

// String says how many seats are needed and left, "" of nil.
func (s *Seats) String() string {
	if s == nil {
		return ""
	}
	text := fmt.Sprintf("%d needed, %d of %d left", s.Needed, s.Left, s.Total)
	if s.Needed > s.Left {
		text += ": too few, so the service may refuse the last ones"
	}
	return text
}

// seatsTaken returns how many people are members or have an open invitation, by all that is known: also those who were
// invited so lately that a list need not show them yet. It returns false where nobody was looked up.
func (s *Session) seatsTaken() (int, bool) {
	in := s.past.inputs
	if in.Directory == nil || in.Blind {
		return 0, false
	}
	pending := journey.Budget(budget.Limits{Pending: new(math.MaxInt)}, nil, in, nil).Pending()
	return in.Directory.Members() + pending, true
}

// seatsLeft returns the seats of the subscription, of which so many are needed; nil where they are not known.
func (s *Session) seatsLeft(needed int) *Seats {
	if s.connection == nil || s.connection.Caller.Seats == 0 {
		return nil
	}
	taken, known := s.seatsTaken()
	if !known {
		return nil
	}
	total := s.connection.Caller.Seats
	return &Seats{Needed: needed, Left: max(total-taken, 0), Total: total}
}

// seats returns what the options allow of the seats that there are.
func (s *Session) seats() guard.Seats {
	seats := guard.Seats{Most: s.o.MaxSeats}
	if seats.Most == nil && !s.o.WithinSeats {
		return seats
	}
	seats.Taken, _ = s.seatsTaken()
	if left := s.seatsLeft(0); left != nil && s.o.WithinSeats {
		seats.Left, seats.Total = &left.Left, left.Total
	}
	return seats
}

// warnOfSeats says that a guard about seats holds nothing back, since nobody knows how many there are.
func (s *Session) warnOfSeats() {
	if s.o.WithinSeats && s.connection.Caller.Seats == 0 {
		s.o.Observer.warn("the service does not tell how many seats the subscription has: nothing is held back for want of one", nil)
	}
}

// seatsOfNobody says that a guard goes by who is there, which is not looked up.
func (g Guards) seatsOfNobody() error {
	option := guard.OptionWithinSeats
	if g.MaxSeats != nil {
		option = guard.OptionMaxSeats
	}
	return &remedy.OptionError{
		Option: option, What: remedy.Use(option, "").Words(" counts members and open invitations, which are not looked up"),
		Remedy: remedy.Words("leave it out, or let them be looked up"),
	}
}
