package sandbox

// Standing is a fault that every call meets until it is taken back, whatever script and chance would have. The zero
// value is none.
type Standing struct {
	Fault
	// InvitesOnly spares all other calls. Without it, those for credentials meet the fault, too.
	InvitesOnly bool
}

func (f Standing) meets(operation Operation) bool {
	return f.Kind != None && (operation == Invite || !f.InvitesOnly)
}

func (f Standing) check() error {
	var p problems
	p.demand(f.Kind.known(), "standing fault: unknown kind %d", f.Kind)
	p.demand(f.Status == 0 || f.Status >= 500 && f.Status <= 599, "standing fault: status %d is not a 5xx", f.Status)
	p.duration("retry after of the standing fault", f.RetryAfter)
	p.duration("lateness of the standing fault", f.Late)
	return p.err()
}

// ChangeStanding makes the standing fault another one from now on; the zero value takes it back.
func (s *Sandbox) ChangeStanding(fault Standing) error {
	return s.change(fault.check(), func() { s.current.standing = fault })
}
