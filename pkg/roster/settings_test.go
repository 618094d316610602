package roster_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/document"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

func TestSettingsParse(t *testing.T) {
	got, err := roster.Settings{
		Role: "Billing Manager", Teams: []string{"Platform:read_only", "Security"}, Maps: []string{`Email="Work Email"`, "role=Rank"},
		Encoding: "utf-16le", Delimiter: "semicolon", Sheet: "People",
	}.Parse()
	if err != nil {
		t.Fatal(err)
	}
	want := roster.Options{
		Role:  "billing_manager",
		Teams: []roster.Team{{Name: "Platform", Role: "read_only"}, {Name: "Security", Role: roster.DefaultTeamRole, RoleDefaulted: true}},
		Map:   map[string]string{"email": "Work Email", "role": "Rank"}, Encoding: document.UTF16LE, Delimiter: ';', Sheet: "People",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
	if _, err := (roster.Settings{}).Parse(); err != nil {
		t.Errorf("the zero value: %v", err)
	}
}

func TestSettingsProblems(t *testing.T) {
	for _, tt := range []struct {
		give         roster.Settings
		option, text string
	}{
		{roster.Settings{Maps: []string{"email"}}, "map", `map: "email" names no column`},
		{roster.Settings{Maps: []string{"mail=A"}}, "map", `map: "mail" is none of email, role, teams and active`},
		{roster.Settings{Maps: []string{"email=A", "EMAIL=B"}}, "map", "map: email is mapped twice"},
		{roster.Settings{Role: "boss"}, "role", ""},
		{roster.Settings{Teams: []string{":"}}, "team", ""},
		{roster.Settings{Encoding: "latin-9"}, "encoding", ""},
		{roster.Settings{Delimiter: "xy"}, "delimiter", ""},
	} {
		_, err := tt.give.Parse()
		if p := remedy.Of(err); p == nil || p.Option != tt.option || tt.text != "" && err.Error() != tt.text {
			t.Errorf("%+v: %v", tt.give, err)
		}
	}
}

// TestSettingsDigest holds the digest to what earlier versions made, so that their runs can be resumed.
func TestSettingsDigest(t *testing.T) {
	content := sha256.Sum256([]byte("email\nann@example.com\n"))
	for _, tt := range []struct {
		give roster.Settings
		want string
	}{
		{roster.Settings{}, "3e9b7c37f6941a349e2e46f70d5c6e9751d8226f4aa848ec4b5aaa3067a7b4c6"},
		{roster.Settings{Encoding: "Auto"}, "3e9b7c37f6941a349e2e46f70d5c6e9751d8226f4aa848ec4b5aaa3067a7b4c6"},
		{roster.Settings{Role: "member", Teams: []string{"Platform"}, Maps: []string{"email=Login"}, Encoding: "UTF-8", Delimiter: ";", Sheet: "People"}, "743a9e60a9c8b80fa0b39c0ce982c4c46a4fcaf285494f00d2018a8715dc4eee"},
	} {
		digest := tt.give.Digest(content)
		if got := hex.EncodeToString(digest[:]); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.give, got, tt.want)
		}
	}
}

// TestEverySettingCounts changes one setting after the other: each makes another digest and survives being written down.
func TestEverySettingCounts(t *testing.T) {
	seen := map[[sha256.Size]byte]string{roster.Settings{}.Digest([sha256.Size]byte{}): "none"}
	for field, value := range reflect.ValueOf(&roster.Settings{}).Elem().Fields() {
		var s roster.Settings
		target := reflect.ValueOf(&s).Elem().FieldByName(field.Name)
		switch value.Kind() {
		case reflect.Slice:
			target.Set(reflect.ValueOf([]string{"x"}))
		case reflect.Bool:
			target.SetBool(true)
		default:
			target.SetString("x")
		}
		digest := s.Digest([sha256.Size]byte{})
		if other, twice := seen[digest]; twice {
			t.Errorf("%s and %s have the same digest", field.Name, other)
		}
		seen[digest] = field.Name
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var read roster.Settings
		if err := json.Unmarshal(text, &read); err != nil || !reflect.DeepEqual(read, s) {
			t.Errorf("%s: %+v, %v", field.Name, read, err)
		}
	}
}

func TestSettingsShape(t *testing.T) {
	for _, tt := range []struct {
		give roster.Settings
		want string
	}{
		{roster.Settings{}, "{}"},
		{roster.Settings{Role: "member", Teams: []string{"Platform:developer"}, Encoding: "AUTO"}, "{}"},
		{roster.Settings{Maps: []string{`role="Job Title"`, "Email=Login"}}, `{"maps":["email=Login","role=Job Title"]}`},
		{roster.Settings{Maps: []string{"email=Login", "role=Job Title"}}, `{"maps":["email=Login","role=Job Title"]}`},
		{roster.Settings{Sheet: "Staff", Delimiter: ";", Encoding: "utf-8"}, `{"delimiter":";","encoding":"utf-8","sheet":"Staff"}`},
	} {
		if got := tt.give.Shape(); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.give, got, tt.want)
		}
	}
}

// An encoding has many names, and a roster is the same under each.
func TestDigestOfEncodings(t *testing.T) {
	digest := func(encoding string) [sha256.Size]byte {
		return roster.Settings{Encoding: encoding}.Digest(sha256.Sum256([]byte("x")))
	}
	if digest("cp1250") != digest("Windows-1250") || digest("utf8") != digest("utf-8") || digest("auto") != digest("") {
		t.Error("another name is another roster")
	}
	if digest("windows-1250") == digest("windows-1252") || digest("utf-8") == digest("") {
		t.Error("another encoding is the same roster")
	}
}
