package amend

// String returns the word for the step that files use, empty for none.
func (s Step) String() string {
	switch s {
	case ChangeRole:
		return "change_role"
	case Cancel:
		return "cancel"
	case JoinTeam:
		return "join_team"
	case ChangeTeamRole:
		return "change_team_role"
	case LeaveTeam:
		return "leave_team"
	case Demote:
		return "demote"
	case Remove:
		return "remove"
	}
	return ""
}

// StepTo returns the step that leads to an action, zero where none does.
func StepTo(done Action) Step {
	for step, kind := range kinds {
		if kind.done == done {
			return step
		}
	}
	return 0
}
