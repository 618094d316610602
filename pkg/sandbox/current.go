package sandbox

// current is the misbehaviour that can be changed while the sandbox serves. It begins as the options have it.
type current struct {
	limit    Limit
	spelling Spellings
	lists    Lists
	standing Standing
	refusals []refusal
	quota    Quota
	// keepsRoles says that a change of a role has no effect.
	keepsRoles bool
	// keepsMembers says that a removal has no effect.
	keepsMembers bool
}

func (o *Options) current() current {
	return current{
		limit: o.Limit, spelling: o.Spelling, lists: o.Lists, standing: o.Standing,
		refusals: prepare(o.Refusals), quota: o.Quota,
	}
}

// change changes the current misbehaviour, unless err says what is wrong with the change.
func (s *Sandbox) change(err error, do func()) error {
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catchUp(s.options.Now())
	do()
	return nil
}
