package guard

import (
	"fmt"
	"slices"

	"rollcall/pkg/remedy"
)

// OptionAcceptRoster is the option that lets another roster take the place of the last one.
const OptionAcceptRoster = "accept-roster"

// Another returns the trip that people would be changed for not being in a roster, and that the organization has followed
// another one.
func Another(last, now string) Trip {
	return Trip{
		Option: OptionAcceptRoster, Pass: []remedy.Remedy{{Option: OptionAcceptRoster}},
		Reason: fmt.Sprintf("people would be changed for not being in %s, and the organization has followed %s: is it the same list?", now, last),
	}
}

// Reshaped returns the trip that people would be changed for not being in a roster that is read in another way than the last
// time.
func Reshaped(last, now string) Trip {
	return Trip{
		Option: OptionAcceptRoster, Pass: []remedy.Remedy{{Option: OptionAcceptRoster}},
		Reason: fmt.Sprintf("people would be changed for not being in a roster that is read with other settings than the last time: %s, and before %s", now, last),
	}
}

// AboutRoster returns the options of those guards that have something against the roster itself, whatever would be done, in
// their order and once each.
func AboutRoster(trips []Trip) []string {
	var options []string
	for _, trip := range trips {
		switch trip.Option {
		case OptionMinRows, OptionMaxShrink, OptionAcceptRoster:
			options = append(options, trip.Option)
		}
	}
	slices.Sort(options)
	return slices.Compact(options)
}
