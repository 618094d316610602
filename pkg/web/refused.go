package web

import (
	"bytes"
	"net/http"

	"rollcall/pkg/web/door"
	"rollcall/pkg/web/words"
)

// refusals are the keys of what is said to whoever is not let in.
var refusals = map[door.Reason]string{
	door.NoSession: "refused.session", door.DeadTicket: "refused.ticket", door.Ended: "refused.ended", door.OtherSite: "refused.site",
	door.WrongHost: "refused.host", door.WrongMethod: "refused.method", door.Ahead: "refused.ahead",
}

// refused is the page for whoever is not let in: it shows nothing of what is worked on.
func (s *Server) refused(w http.ResponseWriter, r *http.Request, reason door.Reason) {
	l := words.Match(r.Header.Get("Accept-Language"))
	var content bytes.Buffer
	err := s.pages[l.Code()].of("refused.html").ExecuteTemplate(&content, "bare", page{
		Title: l.Say("refused.title"), Mark: "outside", Language: l,
		Data: map[string]any{"Why": l.Say(refusals[reason]), "In": reason == door.OtherSite, "Again": reason == door.NoSession || reason == door.DeadTicket},
	})
	if err != nil { // a template is wrong, which tests find
		content.Reset()
		content.WriteString(reason.String())
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(content.Bytes()) // whoever does not take it is gone
}
