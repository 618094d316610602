package guard

import (
	"fmt"
	"strconv"

	"rollcall/pkg/plural"
)

// The guards about seats. A member has one, and so has whoever has an open invitation.
const (
	OptionMaxSeats    = "max-seats"
	OptionWithinSeats = "within-seats"
)

// Seats say how many seats there are to be given. The zero value limits nothing.
type Seats struct {
	// Taken is how many members and open invitations there are now.
	Taken int
	// Most is how many there may be afterwards, nil meaning any number.
	Most *int
	// Left is how many seats of Total nobody has, nil meaning that it does not matter or is not known.
	Left  *int
	Total int
}

// seatTrips returns the guards that have something against so many more seats. Where nobody needs one, nothing is held back,
// however many are taken. Whoever loses an open invitation for having left gives a seat back, but not before the others have
// got theirs.
func (c *Check) seatTrips() (trips []Trip) {
	s, needed := c.limits.Seats, c.seats.n
	if needed == 0 {
		return nil
	}
	if after := s.Taken + needed - c.leavers.n; s.Most != nil && after > *s.Most {
		trips = append(trips, Trip{
			Option: OptionMaxSeats, Reason: fmt.Sprintf("%s would be members or invited afterwards, and at most %d may", plural.Of(after, "person"), *s.Most),
			Examples: c.seats.examples(), Pass: pass(OptionMaxSeats, strconv.Itoa(after)),
		})
	}
	if s.Left != nil && needed > *s.Left {
		trips = append(trips, Trip{
			Option: OptionWithinSeats, Reason: fmt.Sprintf("%s would be needed, and %d of %d are left", plural.Of(needed, "more seat"), *s.Left, s.Total),
			Examples: c.seats.examples(), Pass: pass(OptionWithinSeats, "false"),
		})
	}
	return trips
}
