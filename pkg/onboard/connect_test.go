package onboard

import (
	"testing"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/status"
)

func TestChoose(t *testing.T) {
	const unlisted = "00000000-0000-4000-8000-000000000009"
	acme := cybedefend.Organization{ID: "00000000-0000-4000-8000-000000000001", Name: "Acme"}
	beta := cybedefend.Organization{ID: "00000000-0000-4000-8000-000000000002", Name: "Beta"}
	twin := cybedefend.Organization{ID: "00000000-0000-4000-8000-000000000003", Name: "Beta"}
	tests := []struct {
		name   string
		known  []cybedefend.Organization
		wanted string
		want   string // id, empty for an error
	}{
		{"the only one", []cybedefend.Organization{acme}, "", acme.ID},
		{"none at all", nil, "", ""},
		{"several, none named", []cybedefend.Organization{acme, beta}, "", ""},
		{"by name", []cybedefend.Organization{acme, beta}, "Beta", beta.ID},
		{"names are exact", []cybedefend.Organization{acme, beta}, "beta", ""},
		{"two of one name", []cybedefend.Organization{beta, twin}, "Beta", ""},
		{"by id", []cybedefend.Organization{beta, twin}, twin.ID, twin.ID},
		{"an id that is not listed", []cybedefend.Organization{acme}, unlisted, ""},
		{"an id where none is listed", nil, unlisted, unlisted},
		{"a name that is not there", []cybedefend.Organization{acme}, "Gamma", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := choose(tt.known, tt.wanted)
			if got.ID != tt.want || (err != nil) != (tt.want == "") {
				t.Errorf("choose = %q, %v; want %q", got.ID, err, tt.want)
			}
			if err != nil && (StatusOf(err) != status.Settings || RemedyOf(err) == nil) {
				t.Errorf("%v ends with %d and the hint %q", err, StatusOf(err), RemedyOf(err))
			}
		})
	}
}
