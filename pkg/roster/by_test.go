package roster_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/roster"
)

func TestColumn(t *testing.T) {
	r, entries := readWith(t, "Mail,Rolle,Équipe,Department,Cost Centre\n"+
		"a@x.test,member,\"Ops:developer; Web\", Sales ,7\nb@x.test,manager,,,8\n", roster.Settings{Maps: []string{"email=Mail"}})
	for _, tt := range []struct{ give, name, want string }{
		{"Department", "Department", "Sales|"},
		{"department", "Department", "Sales|"},
		{"cost-centre", "Cost Centre", "7|8"},
		{"role", "role", "member|manager"},
		{"ROLLE", "Rolle", "member|manager"},
		{"equipe", "Équipe", "Ops+Web|"},
		{"teams", "teams", "Ops+Web|"},
		{"Mail", "Mail", "a@x.test|b@x.test"},
	} {
		column, err := r.Column(tt.give)
		if err != nil {
			t.Errorf("%s: %v", tt.give, err)
			continue
		}
		var got []string
		for _, entry := range entries {
			got = append(got, strings.Join(column.Of(entry), "+"))
		}
		if diff := cmp.Diff([]string{tt.name, tt.want}, []string{column.Name, strings.Join(got, "|")}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.give, diff)
		}
	}
	const want = `no column "domain": there are "Mail", "Rolle", "Équipe", "Department", "Cost Centre"`
	if _, err := r.Column("domain"); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	twins, _ := readWith(t, "email,role,Unit,Unit\na@x.test,member,1,2\n", roster.Settings{})
	if _, err := twins.Column("unit"); err == nil || err.Error() != `two columns are called "unit"` {
		t.Errorf("%v", err)
	}
}

// TestColumnOfAPersonWithoutIt has two people in YAML who name other columns.
func TestColumnOfAPersonWithoutIt(t *testing.T) {
	r, entries := readWith(t, "- {email: a@x.test, role: member}\n- {email: b@x.test, role: member, extra: {Unit: Ops}}\n", roster.Settings{})
	column, err := r.Column("unit")
	if err != nil {
		t.Fatal(err)
	}
	if a, b := column.Of(entries[0]), column.Of(entries[1]); a[0] != "" || b[0] != "Ops" {
		t.Errorf("%q, %q", a, b)
	}
}
