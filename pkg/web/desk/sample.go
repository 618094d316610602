package desk

import (
	"bytes"
	"context"

	"rollcall/pkg/workbook"
)

// The sample is a workbook as an office has it: names of columns that nobody has chosen for a machine, columns that mean nothing
// to us, and ten mistakes, each of another kind.
var (
	sampleColumns = []string{"Personalnr.", "Name", "E-Mail (dienstlich)", "Rolle", "Team", "Standort"}
	sampleRows    = [][]string{
		{"1001", "Erika Mustermann", "erika.mustermann@example.com", "Mitglied", "Plattform", "Wien"},
		{"1002", "Max Beispiel", "max.beispiel.example.com", "Mitglied", "Plattform", "Wien"},                   // no @
		{"1003", "Anna Berger", "anna.berger@example.com", "Managr", "Plattform:team manager", "Graz"},          // a slip of the pen
		{"1004", "Jonas Huber", "Jonas Huber <jonas.huber@example.com>", "Mitglied", "Sicherheit", "Linz"},      // as mail programs write it
		{"1005", "Lena Wolf", "", "Mitglied", "Sicherheit", "Wien"},                                             // no address
		{"1006", "Paul Gruber", "paul.gruber@gmial.com", "Mitglied", "Plattform", "Graz"},                       // a slip of the pen in the domain
		{"1007", "Sofia Steiner", "sofia.steiner@example.com", "", "Daten", "Wien"},                             // no role
		{"1008", "Felix Moser", "felix.moser@example.com", "Leiter", "Daten:Teamleiter", "Wien"},                // a word that gives power
		{"1009", "Mia Hofer", "mia.hofer@example.com", "Mitglied", "Plattform:devloper", "Salzburg"},            // a role in a team
		{"1010", "Lukas Pichler", "lukas.pichler@example.com", "Managr", "Sicherheit", "Linz"},                  // the slip once more
		{"1011", "Emma Bauer", "emma.bauer@example.com; e.bauer@example.com", "Mitglied", "Daten", "Linz"},      // two addresses
		{"1012", "David Fuchs", "david.fuchs@example.com", "Mitglied", "Plattform", "Wien"},                     //
		{"1013", "Clara Winkler", "clara.winkler@example.com", "Rechnungsmanager", "", "Wien"},                  //
		{"1012", "David Fuchs", "David.Fuchs@example.com", "Mitglied", "Plattform", "Wien"},                     // the same row again
		{"1014", "Noah Schmid", "noah.schmid@example.com", "Mitglied", "Sicherheit", "Graz"},                    //
		{"1014", "Noah Schmid", "noah.schmid@example.com", "Manager", "Sicherheit:team_manager", "Graz"},        // the same person with another role
		{"1015", "Laura Eder", "laura.eder@example.com", "Mitglied", "Plattform; Sicherheit:read_only", "Wien"}, //
		{"1016", "Simon Koller", "simon.koller@example.com", "Mitglied", "Daten", "Innsbruck"},                  //
	}
)

// TakeSample puts the sample on the desk, under a name of which the format is added.
func (d *Desk) TakeSample(ctx context.Context, name string) (*Sheet, error) {
	var content bytes.Buffer
	w, err := workbook.NewWriter(&content, workbook.Table{Sheet: "Neue Leute", Header: sampleColumns})
	if err != nil {
		return nil, err
	}
	for _, row := range sampleRows {
		if err := w.Write(row, false); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return d.take(ctx, name+".xlsx", &content, true)
}
