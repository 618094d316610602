package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/remedy"
	"rollcall/pkg/secret"
	"rollcall/pkg/web/desk"
	"rollcall/pkg/web/words"
)

const settingsAddress = "/settings"

// routeSettings says what answers whoever wants to work somewhere else.
func (s *Server) routeSettings() {
	s.handle("GET "+settingsAddress, s.settings)
	for name, set := range map[string]func(*http.Request) error{
		"service": s.setService, "organization": s.setOrganization, "token": s.setToken, "token/forget": s.forgetToken, "rosters": s.removeRosters,
	} {
		s.handle("POST "+settingsAddress+"/"+name, func(r *http.Request) (answer, error) {
			if s.isSending() { // it goes on where it has begun, and the page says so
				return seeOther(settingsAddress), nil
			}
			switch err := set(r); {
			case errors.Is(err, errNoToken):
				return s.notice(r, http.StatusBadRequest, "settings.token.bad")
			case err != nil:
				return nil, err
			}
			return seeOther(settingsAddress + "?done"), nil
		})
	}
}

// settingsView is the page of what holds.
type settingsView struct {
	Standing desk.Standing
	Place    desk.Place
	Kind     desk.Trouble
	Trouble  *trouble
	// Sending says that nothing can be changed now.
	Sending bool
	Regions []string
	// Typed says that a token was typed in, CanRemember that it can be remembered, Unremembered why it was not.
	Typed, CanRemember bool
	Unremembered       *trouble
	// Organizations are those to choose from, none if they are not known.
	Organizations []cybedefend.Membership
	// Inviting and Following are the settings that hold, Ledger and Folder what is kept.
	Inviting, Following []setting
	Ledger, Folder      keptView
	// Rosters counts those that lie on the desk.
	Rosters int
}

// setting is a setting and its value, as people read them.
type setting struct{ Name, Value string }

// keptView is what is kept at a path.
type keptView struct {
	Path    string
	Size    int64
	Trouble *trouble
}

// own is the choice of a service that is at an address of its own.
const own = "own"

// brief is how long a page waits for a list that it can do without.
const brief = 4 * time.Second

// settings is the page of what holds.
func (s *Server) settings(r *http.Request) (answer, error) {
	l, standing, place := s.languageOf(r), s.desk.Standing(), s.desk.Place()
	view := settingsView{
		Standing: standing, Place: place, Kind: standing.Trouble(), Trouble: troubleOf(l, standing.Err), Sending: s.isSending(),
		Typed: !place.Token.Empty(), CanRemember: s.desk.CanRemember(), Unremembered: troubleOf(l, standing.RememberErr),
		Rosters: len(s.desk.Sheets()), Organizations: s.organizations(r.Context(), standing),
	}
	for _, region := range cybedefend.Regions() {
		view.Regions = append(view.Regions, region.Name)
	}
	inviting, following := s.desk.Holds()
	view.Inviting, view.Following = settingsOf(l, inviting), settingsOf(l, following)
	path, size, err := s.desk.Ledger()
	view.Ledger = keptView{path, size, troubleOf(l, err)}
	path, size, err = s.desk.Kept()
	view.Folder = keptView{path, size, troubleOf(l, err)}
	return s.render(r, "settings.html", page{Title: l.Say("settings.title"), Mark: "settings", Data: view, Focus: r.URL.Query().Has("done")})
}

// organizations returns those to choose from, none where that takes too long or cannot be known, or where nobody can choose.
func (s *Server) organizations(ctx context.Context, standing desk.Standing) []cybedefend.Membership {
	if trouble := standing.Trouble(); standing.Looking || s.desk.Place().Sandbox || s.isSending() || trouble != desk.NoTrouble && trouble != desk.NoOrganization {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, brief)
	defer cancel()
	found, err := s.desk.Organizations(ctx)
	if err != nil { // the name can be typed in
		return nil
	}
	return found
}

// setService goes on at another service.
func (s *Server) setService(r *http.Request) error {
	p := s.desk.Place()
	p.Region, p.APIURL, p.AuthEndpoint = r.PostFormValue("region"), "", ""
	if p.Region == own {
		p.Region = ""
		p.APIURL, p.AuthEndpoint = strings.TrimSpace(r.PostFormValue("api-url")), strings.TrimSpace(r.PostFormValue("auth-endpoint"))
	}
	p.Organization = "" // another service has others
	s.desk.Move(p)
	return nil
}

// setOrganization goes on in another organization.
func (s *Server) setOrganization(r *http.Request) error {
	p := s.desk.Place()
	p.Organization = strings.TrimSpace(r.PostFormValue("organization"))
	s.desk.Move(p)
	return nil
}

// errNoToken says that what was typed in cannot be a token.
var errNoToken = errors.New("that is no token")

// setToken goes on with a token that was typed in. It is kept in memory, and wherever the system keeps passwords if that is
// wished and the service takes it.
func (s *Server) setToken(r *http.Request) error {
	text := strings.TrimSpace(r.PostFormValue("token"))
	if len(text) < secret.Shortest {
		return errNoToken
	}
	p := s.desk.Place()
	p.Token, p.Remember = secret.New(text), r.PostFormValue("remember") != ""
	s.desk.Move(p)
	return nil
}

// forgetToken goes on without the token that was typed in.
func (s *Server) forgetToken(r *http.Request) error { return s.desk.Forget(r.Context()) }

// removeRosters takes all rosters off the desk, those too with which a stopped run would have gone on.
func (s *Server) removeRosters(r *http.Request) error {
	if r.PostFormValue("sure") == "" {
		return nil
	}
	var failed error
	for _, sheet := range s.desk.Sheets() {
		failed = errors.Join(failed, s.desk.Remove(sheet))
	}
	return failed
}

// settingsOf returns settings as people read them.
func settingsOf(l *words.Language, set []remedy.Remedy) []setting {
	shown := make([]setting, len(set))
	for i, r := range set {
		shown[i] = setting{Name: named(l, "option.", r.Option), Value: valueOf(l, r)}
	}
	return shown
}

// valueOf returns the value of a setting as people read it: exactly, since it is a promise.
func valueOf(l *words.Language, r remedy.Remedy) string {
	if key := "value." + r.Option + "." + r.Value; words.Has(key) {
		return l.Say(key)
	}
	if r.Value == "" {
		return l.Say("value.yes")
	}
	d, err := time.ParseDuration(r.Value)
	if err != nil || d <= 0 {
		return r.Value
	}
	for _, unit := range units {
		if d%unit.size == 0 {
			return l.Say(unit.key, int(d/unit.size))
		}
	}
	return r.Value
}

// units are those of time spans, the longest first.
var units = []struct {
	key  string
	size time.Duration
}{{"time.days", 24 * time.Hour}, {"time.hours", time.Hour}, {"time.minutes", time.Minute}, {"time.seconds", time.Second}}

// sizeOf returns so many bytes in words.
func sizeOf(l *words.Language, bytes int64) string {
	switch {
	case bytes >= 1<<20:
		return l.Say("size.mega", float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return l.Say("size.kilo", float64(bytes)/(1<<10))
	}
	return l.Say("size.bytes", int(bytes))
}
