package overlay_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/document"
	"rollcall/pkg/overlay"
	"rollcall/pkg/rewrite"
	"rollcall/pkg/roster"
)

func memory(name string, content []byte) document.Source {
	return document.Source{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }}
}

func correct(ctx context.Context, name, content string, options roster.Options, c overlay.Corrections) (string, error) {
	corrected, err := overlay.Correct(ctx, memory(name, []byte(content)), options, c)
	if err != nil {
		return "", err
	}
	return string(corrected.Content), nil
}

type (
	cells = map[int]map[string]string
	words = map[string]map[string]string
	texts = map[string]string
)

var cases = map[string]struct {
	file, give, want string
	options          roster.Options
	cells            cells
	words            words
}{
	"a cell": {
		file: "x.csv", give: "email,role,note\nann@x,member,\" a\nb\"\nbob@x.test,member,\n", cells: cells{1: {"email": "ann@x.test"}},
		want: "email,role,note\nann@x.test,member,\" a\nb\"\nbob@x.test,member,\n",
	},
	"several cells of a row": {
		file: "x.csv", give: "role;note;teams;email\r\nx;1;;a\r\n", cells: cells{1: {"email": "a@x.test", "role": "member", "teams": "A; B"}},
		want: "role;note;teams;email\r\nmember;1;\"A; B\";a@x.test\r\n",
	},
	"quotes where they have to be": {
		file: "x.csv", give: "email,role,teams\na@x.test,member,A\n\nb@x.test,member,\"B\"\n", cells: cells{1: {"teams": `A "x", b`}, 2: {"teams": "C"}},
		want: "email,role,teams\na@x.test,member,\"A \"\"x\"\", b\"\n\nb@x.test,member,\"C\"\n",
	},
	"cells that the row is too short for": {
		file: "x.csv", give: "email,role,note,teams\na@x.test\nb@x.test,member", cells: cells{1: {"teams": "A", "role": "member"}, 2: {"teams": "B"}},
		want: "email,role,note,teams\na@x.test,member,,A\nb@x.test,member,,B",
	},
	"breaks become blanks": {
		file: "x.csv", give: "email,role\na@x.test,managr\n", cells: cells{1: {"role": "bill\r\ning\nmanager"}}, want: "email,role\na@x.test,bill ing manager\n",
	},
	"CR alone": {
		file: "x.csv", give: "email\trole\r\"a\rb\"\tx\rb@x.test\r", cells: cells{1: {"email": "a@x.test"}, 2: {"role": "member"}},
		want: "email\trole\r\"a@x.test\"\tx\r\rb@x.test\tmember\r",
	},
	"a row with too many cells": {
		file: "x.csv", give: "email,role\na@x.test,member,A\n", cells: cells{1: {"email": "b@x.test"}}, want: "email,role\nb@x.test,member,A\n",
	},
	"defused": {
		file: "x.csv", give: "email,role,error,hint\n'+a@x.test,member,,=x\n", cells: cells{1: {"email": "+b@x.test", "role": "=1"}},
		want: "email,role,error,hint\n'+b@x.test,'=1,,=x\n",
	},
	"a character that the encoding has": {
		file: "x.csv", give: "email,role,note\na@x.test,member,J\xf6rg\n", cells: cells{1: {"role": "é"}}, options: roster.Options{Encoding: document.Windows1252},
		want: "email,role,note\na@x.test,\xe9,J\xf6rg\n",
	},
	"a character that the encoding lacks": {
		file: "x.csv", give: "email,role,note\na@x.test,member,J\xf6rg\n", cells: cells{1: {"role": "ł"}}, options: roster.Options{Encoding: document.Windows1252},
		want: "\ufeffemail,role,note\na@x.test,ł,Jörg\n",
	},
	"an encoding that does not come back": {
		file: "x.csv", give: "email,role,note\na@x.test,member,\x87\x9b\n", cells: cells{1: {"role": "manager"}}, options: roster.Options{Encoding: "Shift_JIS"},
		want: "\ufeffemail,role,note\na@x.test,manager,\u2229\n",
	},
	"words": {
		file: "x.csv", give: "email,role,teams\na@x.test, Chef ,\"A:boss;\"\"B;C\"\":boss ; D\"\nb@x.test,chef,boss\nc@x.test,member,\"a : dev\nX:Boss\"\n",
		words: words{"role": {"CHEF": "manager"}, "team_role": {"boss": "team_manager"}, "teams": {"a": "Alpha", "D": "x:y", "X": "Y:dev"}},
		want:  "email,role,teams\na@x.test,manager,\"Alpha:team_manager;\"\"B;C\"\":team_manager ; x:y\"\nb@x.test,manager,boss\nc@x.test,member,\"Alpha: dev\n\"\"Y:dev\"\":team_manager\"\n",
	},
	"words that are understood without": {
		file: "x.yaml", give: "defaults: {role: Mitglied}\npeople: [{email: a@x.test, role: Mitglied}, {email: b@x.test}, {email: c@x.test, role: \"Member\"}]\n",
		words: words{"role": {"mitglied": "manager"}},
		want:  "defaults: {role: Mitglied}\npeople: [{email: a@x.test, role: manager}, {email: b@x.test}, {email: c@x.test, role: \"Member\"}]\n",
	},
	"a team that is none": {
		file: "x.csv", give: "email,role,teams\na@x.test,member,-\nb@x.test,member,A; -:developer;B\n", words: words{"teams": {"-": ""}},
		want: "email,role,teams\na@x.test,member,\nb@x.test,member,A; ;B\n",
	},
	"YAML": {
		file: "x.yaml",
		give: "# who\npeople:\n  - email: ann@x   # new\n    role: 'managr'\n    teams: [ {team: A, role: boss}, \"B:boss\", C ]\n  - role: \"x\"\n    email: >-\n      bob@x\n      y\n    teams: |\n      A:boss\n\n  - {email: a@x.test, role: managr} # c\n",
		cells: cells{
			1: {"email": "ann@x.test", "role": "it's"}, 2: {"email": "bob@x.test", "role": "a: b"}, 3: {"role": "null"},
		},
		words: words{"team_role": {"boss": "team_manager"}},
		want:  "# who\npeople:\n  - email: ann@x.test   # new\n    role: 'it''s'\n    teams: [ {team: A, role: team_manager}, \"B:team_manager\", C ]\n  - role: \"a: b\"\n    email: bob@x.test\n\n\n    teams: \"A:team_manager\\n\"\n\n\n  - {email: a@x.test, role: \"null\"} # c\n",
	},
	"YAML that lacks a key": {
		file: "x.yaml", options: roster.Options{Role: "member"},
		give:  "- email: a@x.test # a\n  teams: # t\n    - team: A # the first\n      role: developer\n    - B\n    # c\n  when: 2026-01-02\n",
		cells: cells{1: {"role": "manager"}},
		want:  "- email: a@x.test # a\n  teams: # t\n    - team: A # the first\n      role: developer\n    - B\n    # c\n  when: 2026-01-02\n  role: manager\n",
	},
	"YAML that lacks keys on the way": {
		file:  "x.yaml",
		give:  "- email: a@x.test\n\n- email: b@x.test # b\n  teams: # t\n    - team: A # the first\n      role: developer\n    - \"B:dev\"\n    # c\n- role: member\n- {}\n- {role: x, email: }\n- {email: 'c@x.test'}\n- email: d@x.test",
		cells: cells{1: {"role": "manager"}, 2: {"role": "member"}, 3: {"email": "x@x.test"}, 4: {"email": "y@x.test", "role": "member"}, 5: {"email": "z@x.test"}, 6: {"teams": "A; B", "role": "member"}, 7: {"role": "member"}},
		words: words{"team_role": {"dev": "read_only"}},
		want: "- email: a@x.test\n  role: manager\n- {email: b@x.test, teams: [{team: A, role: developer}, \"B:read_only\"], role: member} # b\n  # t\n    # the first\n\n\n    # c\n" +
			"- {role: member, email: x@x.test}\n- {email: y@x.test, role: member}\n- {role: x, email: z@x.test }\n- {email: 'c@x.test', role: member, teams: A; B}\n- email: d@x.test\n  role: member",
	},
	"YAML with values of every manner": {
		file:  "x.yaml",
		give:  "- email:\n  role: ~\n  teams:\n  - A\n  # c\n  - team: B\n    role: developer\n- email: ann and\n   bob\n  role: \"of\n    lines\" # c\n  teams: !!str x # t\n- email: [a,\n   b]\n  role: {a: b}\n  teams: null\n- bare@x.test # d\n- 'quoted@x.test'\n",
		cells: cells{1: {"email": "a@x.test", "role": "member", "teams": "A; B"}, 2: {"email": "b@x.test", "role": "member", "teams": "C"}, 3: {"email": "c@x.test", "role": "member", "teams": "D"}, 4: {"role": "member"}, 5: {"email": "e@x.test", "role": "manager"}},
		want:  "- email: a@x.test\n  role: member\n  teams: A; B\n\n  # c\n\n\n- email: b@x.test\n   \n  role: \"member\"\n     # c\n  teams: C # t\n- email: c@x.test\n   \n  role: member\n  teams: D\n- {email: bare@x.test, role: member} # d\n- {email: e@x.test, role: manager}\n",
	},
	"YAML, one person": {
		file: "x.yaml", give: "email: a@x.test\nteams:\n- A\n---\nemail: b@x.test\nrole: member\n", cells: cells{1: {"role": "member", "teams": "B:dev"}, 2: {"email": "c@x.test"}},
		want: "{email: a@x.test, teams: B:dev, role: member}\n\n\n---\nemail: c@x.test\nrole: member\n",
	},
	"JSON": {
		file:  "x.json",
		give:  "{\"people\": [\r\n\t{\"email\": \"\\ud834\\udd1e\\/@x\", \"role\": null,\r\n\t \"teams\": [{\"team\": \"\\ud834\\udd1e\", \"role\": \"boss\"}, \"B:boss\"]},\r\n  {\"email\": 5},\r\n {}, \"d@x.test\"\r\n]}",
		cells: cells{1: {"email": "a\"b@x.test", "role": "member"}, 2: {"email": "b@x.test", "role": "member"}, 3: {"role": "member"}, 4: {"role": "manager"}},
		words: words{"team_role": {"boss": "team_manager"}, "teams": {"\U0001d11e": "Musik"}},
		want:  "{\"people\": [\r\n\t{\"email\": \"a\\\"b@x.test\", \"role\": \"member\",\r\n\t \"teams\": [{\"team\": \"Musik\", \"role\": \"team_manager\"}, \"B:team_manager\"]},\r\n  {\"email\": \"b@x.test\", \"role\": \"member\"},\r\n {\"role\": \"member\"}, {\"email\": \"d@x.test\", \"role\": \"manager\"}\r\n]}",
	},
	"JSON Lines": {
		file: "x.jsonl", give: "{\"email\": \"a@x\", \"role\": \"member\"}\n\n {\"role\": \"managr\",\n  \"teams\": [\"A\"], \"email\": \"b@x.test\"}\n", cells: cells{1: {"email": "a@x.test"}, 2: {"teams": ""}}, words: words{"role": {"managr": "manager"}},
		want: "{\"email\": \"a@x.test\", \"role\": \"member\"}\n\n {\"role\": \"manager\",\n  \"teams\": \"\", \"email\": \"b@x.test\"}\n",
	},
}

func TestCorrect(t *testing.T) {
	for name, tt := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := correct(t.Context(), tt.file, tt.give, tt.options, overlay.Corrections{Cells: tt.cells, Words: tt.words})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatCannotBeCorrected(t *testing.T) {
	for name, tt := range map[string]struct {
		file, give string
		cells      cells
		want       error
	}{
		"no column":         {"x.csv", "email,role\na@x.test,member\n", cells{1: {"teams": "A"}}, rewrite.ErrNoColumn},
		"no row":            {"x.csv", "email,role\na@x.test,member\n", cells{2: {"role": "manager"}}, overlay.ErrNoRow},
		"a control":         {"x.csv", "email,role\na@x.test,member\n", cells{1: {"role": "a\x00"}}, overlay.ErrText},
		"nothing left":      {"x.csv", "email,role\na@x.test,\nb@x.test,member\n", cells{1: {"email": ""}}, overlay.ErrBlank},
		"stray quotes":      {"x.csv", "email,role\na@x.test,mem\"ber\n", cells{1: {"role": "member"}}, rewrite.ErrUnclear},
		"an anchor":         {"x.yaml", "- email: &a a@x.test\n  role: member\n", cells{1: {"email": "b@x.test"}}, rewrite.ErrManner},
		"neither":           {"x.yaml", "- [a@x.test]\n", cells{1: {"email": "b@x.test"}}, rewrite.ErrManner},
		"not even a roster": {"x.csv", "", cells{1: {"email": "b@x.test"}}, nil},
	} {
		got, err := correct(t.Context(), tt.file, tt.give, roster.Options{}, overlay.Corrections{Cells: tt.cells})
		if tt.want == nil && errors.As(err, new(*roster.RefusedError)) {
			continue
		}
		if !errors.Is(err, tt.want) || !errors.As(err, new(*overlay.Error)) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
