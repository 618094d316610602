package cybedefend

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// replies are JSON as services write it, and as they should not. Those that can be read in one pass come first.
var (
	readAtOnce = []string{
		`{}`, ` { } `, "{\n\t\"id\" : \"i\",\r\n \"token\":null }\n",
		`{"id":"3c90c3cc","token":"t","email":"Ada@Example.com","status":"PENDING","organizationId":"o","organizationName":"Ex & Co",` +
			`"organizationRole":"member","expiresAt":"2027-01-02T03:04:05.678Z"}`,
		`{"id":7,"expiresAt":1795341690,"token":true,"email":false,"status":-1.5e3,"organizationName":0}`,
		`{"id":{"a":"}"},"email":["x",{"y":"\"]"}],"unheard":{"of":1},"expiresAt":[]}`,
		`{"id":"a","id":null,"email":"x","email":"y","token":"t","token":7,"expiresAt":"2027-01-02","expiresAt":"no"}`,
		`{"email":"\u00e4\"\\","status":"äöü","organizationName":"\ud800","token":"[redacted]"}`,
		"{\"email\":\"a\xffb\"}",
		`{"":1,"other":"` + "\x7f" + `"}`,
	}
	readOtherwise = []string{
		``, ` `, `[]`, `null`, `"id"`, `7`, `{`, `{"id"`, `{"id":`, `{"id":"a"`, `{"id":"a",}`, `{,}`, `{"id":"a"}x`, `{"id":"a"}{}`,
		`{"id" "a"}`, `{"id":"a" "token":"b"}`, `{id:"a"}`, `{"id":a}`, `{"id":01}`, `{"id":1.}`, `{"id":-}`, `{"id":.5}`, `{"id":+1}`,
		`{"id":"a` + "\n" + `"}`, `{"id":"\x"}`, `{"id":"\u12"}`, `{"id":{}`, `{"id":{]}}`, `{"id":[}`, `{"id":[1,]}`, `{"":[1,]}`, `{"":[}]}`, `{"id":{"a":"}}`,
		`{"ID":"a"}`, `{"Email":"a"}`, `{"\u0069d":"a"}`, `{"to` + "\u212a" + `en":"a"}`, `{"id":nul}`, `{"id":nullnull}`, `{"id":"a",,"token":1}`,
		`{"email":"` + string(make([]byte, longestAtOnce)) + `"}`, "\ufeff{}",
	}
)

func TestReadMembers(t *testing.T) {
	for _, text := range readAtOnce {
		if _, ok := readMembers(text); !ok {
			t.Errorf("%s is not read at once", text)
		}
	}
	for _, text := range readOtherwise {
		if item, ok := readMembers(text); ok {
			t.Errorf("%s is read as %+v", text, item)
		}
	}
}

func FuzzReadMembers(f *testing.F) {
	for _, text := range append(readAtOnce, readOtherwise...) {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, ok := readMembers(string(text))
		if !ok {
			return
		}
		var want invitationItem
		if err := json.Unmarshal(text, &want); err != nil || got != want {
			t.Errorf("%q: %+v, want %+v, %v", text, got, want, err)
		}
	})
}

// pages hold the invitations above as services write them, and as they should not. Those that can be read in one pass come first.
func pages() (once, otherwise []string) {
	whole := strings.Join(readAtOnce, ",")
	once = []string{
		`{"organizationId":"o","invitations":[` + whole + `]}`, `{"invitations":[]}`, "\n{ \"invitations\" : [ {} , {} ] , \"page\":{\"of\":[1,{}]}}\n",
	}
	otherwise = []string{
		``, `[]`, `{}`, `{"invitations":null}`, `{"invitations":{}}`, `{"invitations":"[]"}`, `{"Invitations":[]}`, `{"data":{"invitations":[{}]}}`,
		`{"invitations":[{}],"invitations":[]}`, `{"invitations":[{}],"INVITATIONS":[]}`, `{"invitations":[{},]}`, `{"invitations":[,{}]}`,
		`{"invitations":[null]}`, `{"invitations":[[{}]]}`, `{"invitations":[{} {}]}`, `{"invitations":[{}]`, `{"invitations":[{}]}]`, `{"invitations":[{}}`,
		`[` + whole + `]`,
	}
	for _, item := range readOtherwise {
		otherwise = append(otherwise, `{"invitations":[{},`+item+`]}`)
	}
	return once, otherwise
}

func TestReadInvitations(t *testing.T) {
	once, otherwise := pages()
	for _, text := range once {
		if _, ok := readInvitations(text); !ok {
			t.Errorf("%s is not read at once", text)
		}
	}
	for _, text := range otherwise {
		if items, ok := readInvitations(text); ok {
			t.Errorf("%s is read as %d invitations", text, len(items))
		}
	}
}

func FuzzReadInvitations(f *testing.F) {
	once, otherwise := pages()
	for _, text := range append(once, otherwise...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := readInvitations(text)
		if !ok {
			return
		}
		var want struct {
			Invitations []*invitationItem `json:"invitations"`
		}
		err := json.Unmarshal([]byte(text), &want)
		if err != nil || !slices.EqualFunc(got, want.Invitations, func(a, b *invitationItem) bool { return b != nil && *a == *b }) {
			t.Errorf("%q: %d invitations, want %d, %v", text, len(got), len(want.Invitations), err)
		}
	})
}

func FuzzInviteIsEncodedAsJSON(f *testing.F) {
	f.Add("ada@example.com", "member", "id", "developer", 0)
	f.Add("ada+1@example.com", "billing_manager", "id", "developer", 1)
	f.Add("<\"\\&>@\u00e4.example", "\u2028\xff", "\n\x7f", "\t", 2)
	f.Fuzz(func(t *testing.T, email, role, team, teamRole string, teams int) {
		invite := Invite{Email: email, Role: Role(role)}
		for range teams & 3 {
			invite.TeamAssignments = append(invite.TeamAssignments, TeamAssignment{team, TeamRole(teamRole)})
		}
		want, err1 := json.Marshal(invite)
		got, err2 := invite.encode()
		if err1 != nil || err2 != nil || string(got) != string(want) {
			t.Errorf("%s, want %s, %v, %v", got, want, err1, err2)
		}
	})
}
