package cybedefend

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
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
		`{"":1,"other":"` + "\x7f" + `"}`, `{"organizationÑame":"ſ"}`,
		`{"id":"a","token":"a","email":"a","status":"a","organizationId":"a","organizationName":"a","organizationRole":"a"}`,
	}
	readOtherwise = []string{
		``, ` `, `[]`, `null`, `"id"`, `7`, `{`, `{"id"`, `{"id":`, `{"id":"a"`, `{"id":"a",}`, `{,}`, `{"id":"a"}x`, `{"id":"a"}{}`,
		`{"id" "a"}`, `{"id":"a" "token":"b"}`, `{id:"a"}`, `{"id":a}`, `{"id":01}`, `{"id":1.}`, `{"id":-}`, `{"id":.5}`, `{"id":+1}`,
		`{"id":"a` + "\n" + `"}`, `{"id":"\x"}`, `{"id":"\u12"}`, `{"id":{}`, `{"id":{]}}`, `{"id":[}`, `{"id":[1,]}`, `{"":[1,]}`, `{"":[}]}`, `{"id":{"a":"}}`,
		`{"ID":"a"}`, `{"Email":"a"}`, `{"\u0069d":"a"}`, `{"to` + "\u212a" + `en":"a"}`, `{"id":nul}`, `{"id":nullnull}`, `{"id":"a",,"token":1}`,
		`{"unheard":[` + strings.Repeat(" ", longestNested) + `]}`, "\ufeff{}",
	}
)

// readOver reads an invitation in one pass, if that can be done, into an item that was another one before.
func readOver(raw string) (item invitationItem, ok bool) {
	before := text{value: "a", odd: true}
	item = invitationItem{
		ID: identifier{before, true}, Token: before, Email: before, Status: before, OrganizationID: before, OrganizationName: before,
		OrganizationRole: before, ExpiresAt: instant{at: time.Unix(1, 0), unread: "a"},
	}
	ok = item.readAlone([]byte(raw))
	return item, ok
}

func TestReadInvitation(t *testing.T) {
	for _, text := range readAtOnce {
		if _, ok := readOver(text); !ok {
			t.Errorf("%s is not read at once", text)
		}
	}
	for _, text := range readOtherwise {
		if item, ok := readOver(text); ok {
			t.Errorf("%s is read as %+v", text, item)
		}
	}
}

func FuzzReadInvitation(f *testing.F) {
	for _, text := range append(readAtOnce, readOtherwise...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := readOver(text)
		if !ok {
			return
		}
		var want invitationItem
		if err := json.Unmarshal([]byte(text), &want); err != nil || got != want {
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

func TestDecodeOrdinary(t *testing.T) {
	once, otherwise := pages()
	for _, text := range once {
		if _, ok := decodeOrdinary([]byte(text)); !ok {
			t.Errorf("%s is not read at once", text)
		}
	}
	for _, text := range otherwise {
		if page, ok := decodeOrdinary([]byte(text)); ok {
			t.Errorf("%s is read as %d invitations", text, page.Items)
		}
	}
}

func FuzzDecodeOrdinary(f *testing.F) {
	once, otherwise := pages()
	for _, text := range append(once, otherwise...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		body := []byte(text)
		got, ok := decodeOrdinary(body)
		if !ok {
			return
		}
		clear(body) // what was read needs nothing of it
		want, err := decodeAny([]byte(text))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%q: %v (-want +got):\n%s", text, err, diff)
		}
		var reply struct {
			Invitations []*invitationItem `json:"invitations"`
		}
		if err := json.Unmarshal([]byte(text), &reply); err != nil || len(reply.Invitations) != got.Items {
			t.Errorf("%q: %d invitations, want %d, %v", text, got.Items, len(reply.Invitations), err)
		}
	})
}

// TestTextsOfAPageAreOnePiece holds that just as much room is made for the texts of a page as they need.
func TestTextsOfAPageAreOnePiece(t *testing.T) {
	for _, page := range []string{
		``, `{}`, `{"id":"a","token":"t","email":"ä@example.com"},{"id":null,"token":"[redacted]"}`,
		`{"status":"s","organizationName":"n"},{"status":"s","organizationName":"m"},{"organizationName":"m"},{"status":"s"},{"status":"\u0073","status":{}}`,
		strings.Repeat(`{"id":"a","organizationRole":"r","expiresAt":"2027-01-02T03:04:05.678Z"},{"id":"b","organizationRole":"r","expiresAt":"never"},`, 50) + `{}`,
	} {
		items, ok := readInvitations([]byte(`{"invitations":[`+page+`]}`), nil)
		if !ok {
			t.Fatalf("%s is not read at once", page)
		}
		var kept, exact texts
		kept.makeRoom(items)
		room := kept.piece.Cap()
		var item invitationItem
		for i := range items {
			item.take(&items[i], &kept)
		}
		exact.piece.Grow(kept.piece.Len())
		if room != exact.piece.Cap() || kept.piece.Cap() != room {
			t.Errorf("%s: room for %d bytes, then for %d, %d are needed", page, room, kept.piece.Cap(), kept.piece.Len())
		}
	}
}

// TestOrdinaryPagesAreCheap holds that a page costs a piece of memory for its list, one for its texts, and one for each token.
func TestOrdinaryPagesAreCheap(t *testing.T) {
	item := func(n int) string {
		return fmt.Sprintf(`{"id":"id-%d","token":"token-%d","email":"%d@example.com","status":"PENDING","organizationId":"o",`+
			`"organizationName":"Exämple","organizationRole":"member","expiresAt":"2027-01-02T03:04:05.678Z"}`, n, n, n)
	}
	var items []string
	for n := range PageSize {
		items = append(items, item(n))
	}
	body := []byte(`{"invitations":[` + strings.Join(items, ",") + `]}`)
	pieces := testing.AllocsPerRun(100, func() {
		if page, err := decodeInvitations(body); err != nil || len(page.Invitations) != PageSize || len(page.Odd) > 0 {
			t.Fatalf("%+v, %v", page, err)
		}
	})
	if most := float64(PageSize + 2); pieces > most {
		t.Errorf("%v pieces of memory, want %v", pieces, most)
	}
}

// TestDepthIsThatOfJSON holds that a page is not read at once that is too deep for [encoding/json], be it by a single level.
func TestDepthIsThatOfJSON(t *testing.T) {
	const deepest = 10_000
	for _, depth := range []int{deepest - 1, deepest} {
		deep := strings.Repeat("[", depth) + strings.Repeat("]", depth)
		for _, body := range []string{`{"invitations":[],"of":` + deep + `}`, `{"of":` + deep + `,"invitations":[]}`} {
			_, err := decodeInvitations([]byte(body))
			_, want := decodeAny([]byte(body))
			if (err == nil) != (want == nil) || (want == nil) != (depth < deepest) {
				t.Errorf("depth %d: %v, want %v", depth, err, want)
			}
		}
	}
}

// TestInstantsAsDocumented holds that an instant which is read as it stands is the same as of a string.
func TestInstantsAsDocumented(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-62_167_219_200, 253_402_300_799).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds"))
		zone := time.FixedZone("", 60*rapid.IntRange(-24*60, 24*60).Draw(t, "minutes"))
		form := rapid.SampledFrom([]string{
			"2006-01-02T15:04:05.000Z", time.RFC3339, time.RFC3339Nano, "2006-01-02T15:04:05,000Z07:00", "2006-01-02T3:04:05Z", time.RFC1123Z, time.DateTime,
		}).Draw(t, "form")
		text := []byte(at.In(zone).Format(form))
		for range rapid.IntRange(0, 2).Draw(t, "changes") {
			text[rapid.IntRange(0, len(text)-1).Draw(t, "place")] = rapid.SampledFrom([]byte("019:-+.,TtZz ")).Draw(t, "byte")
		}
		var got instant
		got.take(valueOf([]byte(`"` + string(text) + `"`)))
		want, ok := parseInstant(string(text))
		if got.at != want || ok != (got.unread == "") {
			t.Errorf("%s: %v, unread %q, want %v, %v", text, got.at, got.unread, want, ok)
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
