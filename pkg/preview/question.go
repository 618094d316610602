package preview

import (
	"strings"

	"rollcall/pkg/onboard"
	"rollcall/pkg/plural"
	"rollcall/pkg/report"
)

// Question asks whether all that is to be done may be done; it is empty where nothing is.
func Question(p *onboard.Preview) string {
	var parts []string
	if n := p.Sends(); n > 0 {
		parts = append(parts, "invite "+plural.Of(n, "person"))
	}
	if n := len(p.NewTeams); n > 0 {
		parts = append(parts, "make "+plural.Of(n, "team"))
	}
	due := 0
	for _, change := range p.Changes {
		if change.IsDue() {
			due++
		}
	}
	switch changes := plural.Of(due, "change"); {
	case due == 0:
	case len(p.NewTeams) > 0:
		parts = append(parts, changes)
	default:
		parts = append(parts, "make "+changes)
	}
	if len(parts) == 0 {
		return ""
	}
	text := parts[0]
	if last := len(parts) - 1; last > 0 {
		text = strings.Join(parts[:last], ", ") + " and " + parts[last]
	}
	if text = strings.ToUpper(text[:1]) + text[1:] + "?"; p.Sandbox {
		text = report.SandboxMark + " " + text
	}
	return text
}
