package fix_test

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/document"
	"rollcall/pkg/fix"
	"rollcall/pkg/roster"
)

func memory(name string, content []byte) document.Source {
	return document.Source{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }}
}

// do fixes a roster and returns it with the changes, a line each.
func do(ctx context.Context, name string, content []byte, options roster.Options) (fixed []byte, changes []string, err error) {
	f, err := fix.Read(ctx, memory(name, content), options)
	if err != nil {
		return nil, nil, err
	}
	if fixed, err = f.Content(ctx, name); err != nil {
		return nil, nil, err
	}
	for change, err := range f.Changes(ctx) {
		if err != nil {
			return nil, nil, err
		}
		changes = append(changes, change.String())
	}
	return fixed, changes, nil
}

func TestFix(t *testing.T) {
	for name, tt := range table {
		t.Run(name, func(t *testing.T) {
			got, changes, err := do(t.Context(), tt.file, []byte(tt.give), tt.options)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.changes, changes); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			again, changes, err := do(t.Context(), tt.file, got, tt.options)
			if err != nil || !bytes.Equal(again, got) || len(changes) > 0 {
				t.Errorf("fixed again it is %q with %q, %v", again, changes, err)
			}
		})
	}
}

type example struct {
	file, give, want string
	options          roster.Options
	changes          []string
}

var table = map[string]example{
	"nothing": {
		file: "x.csv",
		give: "Email,role,note\nann@x.test,member, x \nbob@x.test,managr,\n",
		want: "Email,role,note\nann@x.test,member, x \nbob@x.test,managr,\n",
	},
	"cells": {
		file: "x.csv",
		give: " Email ,Org Role,teams, note \r\n" +
			"\u00a0ann@x.test,Billing Manager,\" Platform : Team Manager ; \"\"Sec;ops\"\":developer\u200b\", keep \r\n" +
			"Bob <bob@x.test>, managr ,Security:developer,\"a\nb\"\r\n" +
			"\r\n,,\" \",\r\n" +
			"\"Lee, Cid <cid@x.test>\",member,\"A\r\nB:READ ONLY\",\r\n" +
			"dan@x.test;eve@x.test,member,,\"\"\"q\"\"\"\r\n" +
			"fay@gmial.com,Admin,,",
		want: " Email ,Org Role,teams, note \r\n" +
			"ann@x.test,billing_manager,\"Platform : team_manager ; \"\"Sec;ops\"\":developer\", keep \r\n" +
			"bob@x.test,managr,Security:developer,\"a\nb\"\r\n" +
			"\r\n,,\" \",\r\n" +
			"\"cid@x.test\",member,\"A\r\nB:read_only\",\r\n" +
			"dan@x.test;eve@x.test,member,,\"\"\"q\"\"\"\r\n" +
			"fay@gmial.com,Admin,,",
		changes: []string{
			`x.csv:2:1: email: "\u00a0ann@x.test" -> "ann@x.test" (without blanks around it)`,
			`x.csv:2:14: role: "Billing Manager" -> "billing_manager" (the service's spelling)`,
			`x.csv:2:30: teams: " Platform : Team Manager ; \"Sec;ops\":developer\u200b" -> "Platform : team_manager ; \"Sec;ops\":developer" (the service's spelling)`,
			`x.csv:3:1: email: "Bob <bob@x.test>" -> "bob@x.test" (the bare address)`,
			`x.csv:3:18: role: " managr " -> "managr" (without blanks around it)`,
			`x.csv:7:1: email: "Lee, Cid <cid@x.test>" -> "cid@x.test" (the bare address)`,
			`x.csv:7:32: teams: "A\r\nB:READ ONLY" -> "A\r\nB:read_only" (the service's spelling)`,
		},
	},
	"rows": {
		file: "x.csv",
		give: "sep=;\nrole;mail\nmember;ann@x.test\nmember;\" \n ANN@x.test\"\nManager;bob@x.test\nMember;<ann@x.test>\nmember;bob@x.test\nmember;ann@x.test",
		want: "sep=;\nrole;mail\nmember;ann@x.test\nmanager;bob@x.test\nmember;bob@x.test\n",
		changes: []string{
			`x.csv:4:1: row: "ANN@x.test" dropped (on line 3 already, with the same role and teams)`,
			`x.csv:6:1: role: "Manager" -> "manager" (the service's spelling)`,
			`x.csv:7:1: row: "ann@x.test" dropped (on line 3 already, with the same role and teams)`,
			`x.csv:9:1: row: "ann@x.test" dropped (on line 3 already, with the same role and teams)`,
		},
	},
	"CR alone": {
		file: "x.csv",
		give: "email\trole\r\"\rann@x.test\"\tMember\r\"a\nb\"\tx\rann@x.test\tmember\rbob@x.test\tmember\r",
		want: "email\trole\r\"ann@x.test\"\tmember\r\"a\nb\"\tx\rbob@x.test\tmember\r",
		changes: []string{
			`x.csv:2:1: email: "\rann@x.test" -> "ann@x.test" (without blanks around it)`,
			`x.csv:3:13: role: "Member" -> "member" (the service's spelling)`,
			`x.csv:6:1: row: "ann@x.test" dropped (on line 2 already, with the same role and teams)`,
		},
	},
	"defused": {
		file: "x.csv",
		give: "email,role,error,hint\n'+ann@x.test ,Member,'=x,\n +bob@x.test,member,,\n",
		want: "email,role,error,hint\n'+ann@x.test,member,'=x,\n'+bob@x.test,member,,\n",
		changes: []string{
			`x.csv:2:1: email: "+ann@x.test " -> "+ann@x.test" (without blanks around it)`,
			`x.csv:2:15: role: "Member" -> "member" (the service's spelling)`,
			`x.csv:3:1: email: " +bob@x.test" -> "+bob@x.test" (without blanks around it)`,
		},
	},
	"YAML": {
		file: "x.yaml",
		give: `# who
defaults: {role: Member}
people:
  - email: Ann <ann@x.test>   # new
    role: 'Billing Manager'
    teams: [ {team: " A ", role: Team Manager}, "B:Read Only", C ]
  # the same
  - role: "\u0042illing manager"
    email: ann@x.test
    teams: B:read_only; C; A:team_manager

    # kept
  - email: "bob@x.test "
    teams: |
      Platform:Team Manager
  - {email: bob@x.test, teams: Platform:team_manager} # again
  - email: '<o''neil@x.test>'
`,
		want: `# who
defaults: {role: Member}
people:
  - email: ann@x.test   # new
    role: 'billing_manager'
    teams: [ {team: "A", role: team_manager}, "B:read_only", C ]
  # the same

    # kept
  - email: "bob@x.test"
    teams: |
      Platform:Team Manager
  - email: 'o''neil@x.test'
`,
		changes: []string{
			`x.yaml:4:12: email: "Ann <ann@x.test>" -> "ann@x.test" (the bare address)`,
			`x.yaml:5:11: role: "Billing Manager" -> "billing_manager" (the service's spelling)`,
			`x.yaml:6:21: teams: " A " -> "A" (without blanks around it)`,
			`x.yaml:6:34: teams: "Team Manager" -> "team_manager" (the service's spelling)`,
			`x.yaml:6:49: teams: "B:Read Only" -> "B:read_only" (the service's spelling)`,
			`x.yaml:8:5: row: "ann@x.test" dropped (on line 4 already, with the same role and teams)`,
			`x.yaml:13:12: email: "bob@x.test " -> "bob@x.test" (without blanks around it)`,
			`x.yaml:16:5: row: "bob@x.test" dropped (on line 13 already, with the same role and teams)`,
			`x.yaml:17:12: email: "<o'neil@x.test>" -> "o'neil@x.test" (the bare address)`,
		},
	},
	"YAML in flow style": {
		file: "x.yaml",
		give: "[{email: a@x.test, role: Member}, {email: a@x.test, role: member}, {email: b@x.test, role: member}, # b\n" +
			"  {email: 'b@x.test', role: member}, # again\n  {email: \"b@x.test\", role: member}]\n" +
			"---\n[ {email: a@x.test, role: member}, {email: b@x.test, role: member} ]\n---\n{email: a@x.test, role: member}\n" +
			"---\nemail: b@x.test # b\n# more\nrole: member\n",
		want: "[{email: a@x.test, role: member}, {email: b@x.test, role: member}, # b\n" +
			"  # again\n  ]\n" +
			"---\n[  ]\n---\n\n---\n",
		changes: []string{
			`x.yaml:1:26: role: "Member" -> "member" (the service's spelling)`,
			`x.yaml:1:35: row: "a@x.test" dropped (on line 1 already, with the same role and teams)`,
			`x.yaml:2:3: row: "b@x.test" dropped (on line 1 already, with the same role and teams)`,
			`x.yaml:3:3: row: "b@x.test" dropped (on line 1 already, with the same role and teams)`,
			`x.yaml:5:3: row: "a@x.test" dropped (on line 1 already, with the same role and teams)`,
			`x.yaml:5:36: row: "b@x.test" dropped (on line 1 already, with the same role and teams)`,
			`x.yaml:7:1: row: "a@x.test" dropped (on line 1 already, with the same role and teams)`,
			`x.yaml:9:1: row: "b@x.test" dropped (on line 1 already, with the same role and teams)`,
		},
	},
	"JSON": {
		file: "x.json",
		give: "{\"people\": [\r\n  {\"email\": \"a@x.test\", \"role\": \"Member\"},\r\n  {\"role\": \"member\", \"email\": \"\\u00e1 <a@x.test>\"},\r\n" +
			"  {\"email\": \"b@x.test\", \"role\": \"manager\", \"teams\": [{\"team\": \"A\\\"\", \"role\": \"read-only\"}]},\r\n  {\"email\": \"a@x.test\",\r\n \"role\": \"member\"}\r\n]}",
		want: "{\"people\": [\r\n  {\"email\": \"a@x.test\", \"role\": \"member\"},\r\n" +
			"  {\"email\": \"b@x.test\", \"role\": \"manager\", \"teams\": [{\"team\": \"A\\\"\", \"role\": \"read_only\"}]}\r\n]}",
		changes: []string{
			`x.json:2:33: role: "Member" -> "member" (the service's spelling)`,
			`x.json:3:3: row: "a@x.test" dropped (on line 2 already, with the same role and teams)`,
			`x.json:4:78: teams: "read-only" -> "read_only" (the service's spelling)`,
			`x.json:5:3: row: "a@x.test" dropped (on line 2 already, with the same role and teams)`,
		},
	},
	"JSON Lines": {
		file: "x.jsonl",
		give: "{\"email\": \"a@x.test\", \"role\": \"member\"}\n{\"email\": \"a@x.test\", \"role\": \"Member\"}\n\n{\"email\": \"b@x.test \", \"role\": \"member\"}\n {\"email\": \"b@x.test\", \"role\": \"member\"}",
		want: "{\"email\": \"a@x.test\", \"role\": \"member\"}\n\n{\"email\": \"b@x.test\", \"role\": \"member\"}\n",
		changes: []string{
			`x.jsonl:2:1: row: "a@x.test" dropped (on line 1 already, with the same role and teams)`,
			`x.jsonl:4:11: email: "b@x.test " -> "b@x.test" (without blanks around it)`,
			`x.jsonl:5:2: row: "b@x.test" dropped (on line 4 already, with the same role and teams)`,
		},
	},
}
