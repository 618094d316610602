package record

// LeftWithout says in words that the person has lost an invitation which was to be replaced, and has no new one as far as
// is known. It is empty where nothing was lost, or what was lost is replaced.
func (r Record) LeftWithout() string {
	if r.Trail.Cancelled == "" {
		return ""
	}
	lost := "the invitation of " + r.Email + " was cancelled"
	switch {
	case r.Outcome == Invited, r.Outcome == AlreadyInvited, r.Outcome == AlreadyMember:
		return ""
	case r.Outcome == Unknown, r.Trail.Lost, r.Trail.Confirmed:
		return lost + ", and whether a new one was sent is not known"
	}
	return lost + " and no new one was sent: the person has none now"
}

// WithLoss returns the record with that in its hint, before what can be done about it.
func (r Record) WithLoss() Record {
	switch words := r.LeftWithout(); {
	case words == "":
	case r.Hint == "":
		r.Hint = words
	default:
		r.Hint = words + "; " + r.Hint
	}
	return r
}
