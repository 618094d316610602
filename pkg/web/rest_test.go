package web_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/document"
	"rollcall/pkg/onboard"
	"rollcall/pkg/record"
	"rollcall/pkg/sandbox"
)

// ledger returns the one that the page uses.
func (s *site) ledger(t *testing.T) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(s.folder, "*.db"))
	if err == nil && len(found) == 1 {
		return found[0]
	}
	return filepath.Join(s.folder, sandbox.DefaultOrganizationID+".db")
}

// What the page writes beside a roster is what the command line writes beside its own.
func TestWhatIsWrittenBesideARoster(t *testing.T) {
	s := open(t, sandbox.Options{})
	id := s.put(t, "team.csv", people(2)+"wrong,member,\n")
	s.agree(t, id, s.until(t, "/rosters/"+id+"/plan", "plan"))
	to := s.going(t)
	s.until(t, to, "results-0")
	folder := s.server.Desk().Sheet(id).Folder()
	for name, want := range map[string]string{"team.results.csv": "person2@example.com,member,,invited,", "team.todo.csv": "wrong"} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s has %q, %v", name, text, err)
		}
	}
	rest, _ := s.submit(t, to+"/rest", nil)
	parts := strings.Split(rest, "/")
	sheet := s.server.Desk().Sheet(parts[len(parts)-1])
	if sheet == nil || sheet.Name != "team.todo.csv" {
		t.Fatalf("the rest leads to %s, which is %+v", rest, sheet)
	}
	reading, err := sheet.Reading(t.Context())
	if err != nil || reading.Rows != 1 || reading.Wrong != 1 {
		t.Errorf("the rest is %+v, %v", reading, err)
	}
}

// Where the list of a run is gone, its rows that need a person come from the ledger.
func TestTheRestFromTheLedger(t *testing.T) {
	s := open(t, sandbox.Options{})
	elsewhere := onboard.Options{
		Document: onboard.Document{SkipInvalid: true, Source: document.Source{
			Name: "team.csv", Open: func() (io.ReadCloser, error) {
				return io.NopCloser(strings.NewReader(people(2) + "wrong,member,\n")), nil
			},
		}},
		Service: onboard.Service{Dial: onboard.At(s.service.URL(), cybedefend.PersonalAccessToken{Token: s.service.PAT(), AuthEndpoint: s.service.URL()})},
		Course:  onboard.Course{Ledger: s.ledger(t)},
	}
	if report, err := onboard.Run(t.Context(), nil, elsewhere, nil); err != nil || report.Outcomes[record.Invalid] != 1 {
		t.Fatalf("%+v, %v", report, err)
	}
	runs, err := s.history().Runs(t.Context())
	if err != nil || len(runs) != 1 {
		t.Fatalf("%v, %v", runs, err)
	}
	to, _ := s.submit(t, "/runs/"+runs[0].ID+"/rest", nil)
	sheet := s.server.Desk().Sheet(strings.TrimPrefix(to, "/rosters/"))
	if sheet == nil {
		t.Fatalf("the rest leads to %s", to)
	}
	if reading, err := sheet.Reading(t.Context()); err != nil || reading.Rows != 1 || reading.Wrong != 1 {
		t.Errorf("the rest is %+v, %v", reading, err)
	}
}
