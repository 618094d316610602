package sandbox_test

import (
	"maps"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/sandbox"
)

func TestSpelling(t *testing.T) {
	const address, plain = "Ann.B+Work@GoogleMail.com", "Bob.C+x@Example.com"
	for _, test := range []struct {
		give      sandbox.Spelling
		want      string
		wantPlain string
	}{
		{"", address, plain},
		{sandbox.AsInvited, address, plain},
		{sandbox.LowerCase, "ann.b+work@googlemail.com", "bob.c+x@example.com"},
		{sandbox.Normalized, "annb@gmail.com", "bob.c+x@example.com"},
		{sandbox.Masked, "A***@GoogleMail.com", "B***@Example.com"},
	} {
		t.Run(string(test.give), func(t *testing.T) {
			reply := start(t, sandbox.Options{Spelling: sandbox.Spellings{Reply: test.give}})
			created := reply.invite(t, address).want(t, 201)
			if got := created.at("email"); got != test.want {
				t.Errorf("reply %v, want %s", got, test.want)
			}
			listed := reply.call(t, "GET", page("invitations", 1, 20), nil).emails("invitations")
			if diff := cmp.Diff([]string{address}, listed); diff != "" {
				t.Errorf("the list beside another reply (-want +got):\n%s", diff)
			}

			list := start(t, sandbox.Options{Spelling: sandbox.Spellings{List: test.give}, Members: people(plain)})
			invited := list.invite(t, address).want(t, 201)
			if got := invited.at("email"); got != address {
				t.Errorf("the reply beside another list: %v", got)
			}
			listed = list.call(t, "GET", page("invitations", 1, 20), nil).emails("invitations")
			if diff := cmp.Diff([]string{test.want}, listed); diff != "" {
				t.Errorf("list (-want +got):\n%s", diff)
			}
			members := list.call(t, "GET", page("members", 2, 1), nil).emails("users")
			if diff := cmp.Diff([]string{test.wantPlain}, members); diff != "" {
				t.Errorf("members (-want +got):\n%s", diff)
			}
			cancelled := list.call(t, "DELETE", home+"/invitation/"+invited.text[7:43], nil).want(t, 200)
			if got := cancelled.at("email"); got != test.want {
				t.Errorf("cancelled %v, want %s", got, test.want)
			}
		})
	}
}

// TestSpellingInSearch finds people by the address that is stored, which masking doesn't change.
func TestSpellingInSearch(t *testing.T) {
	for _, test := range []struct {
		give       sandbox.Spelling
		search     string
		want       []string
		wantNobody string
	}{
		{sandbox.Normalized, "annb@gmail.com", []string{"annb@gmail.com"}, "ann.b@gmail.com"},
		{sandbox.Masked, "ann.b@gmail.com", []string{"A***@gmail.com"}, "A***"},
	} {
		s := start(t, sandbox.Options{Spelling: sandbox.Spellings{List: test.give}, Members: people("Ann.B@gmail.com")})
		search := func(text string) []string {
			return s.call(t, "GET", page("members", 1, 20)+"&search="+url.QueryEscape(text), nil).want(t, 200).emails("users")
		}
		if diff := cmp.Diff(test.want, search(test.search)); diff != "" {
			t.Errorf("%s: search for %s (-want +got):\n%s", test.give, test.search, diff)
		}
		if got := search(test.wantNobody); len(got) != 0 {
			t.Errorf("%s: search for %s found %v", test.give, test.wantNobody, got)
		}
	}
}

func TestSpellingOrder(t *testing.T) {
	s := start(t, sandbox.Options{})
	s.call(t, "POST", "/sandbox/spelling", `{"reply":"masked"}`).want(t, 204)
	if got := s.invite(t, "ann@example.com").at("email"); got != "a***@example.com" {
		t.Errorf("reply %v", got)
	}
	s.call(t, "POST", "/sandbox/spelling", `{}`).want(t, 204)
	if got := s.invite(t, "bob@example.com").at("email"); got != "bob@example.com" {
		t.Errorf("reply %v", got)
	}
	s.call(t, "POST", "/sandbox/spelling", `{"list":"upper"}`).want(t, 400)
}

// TestMailboxesAreCounted invites one mailbox under three addresses, whose mails end in one place.
func TestMailboxesAreCounted(t *testing.T) {
	s := start(t, sandbox.Options{Spelling: sandbox.Spellings{List: sandbox.Normalized}})
	for _, address := range []string{"Ann.B@gmail.com", "annb@gmail.com", "annb+x@googlemail.com", "an.nb@example.com", "annb@example.com"} {
		s.invite(t, address).want(t, 201)
	}
	want := map[string]int{"ann.b@gmail.com": 3, "an.nb@example.com": 1, "annb@example.com": 1}
	if diff := cmp.Diff(want, maps.Collect(s.Mails())); diff != "" {
		t.Errorf("mails (-want +got):\n%s", diff)
	}
	counts := s.Counts()
	if counts.MailedTwice != 1 || counts.Emails != 5 {
		t.Errorf("counted %+v", counts)
	}
	if diff := cmp.Diff([]string{"ann.b@gmail.com"}, counts.Twice); diff != "" {
		t.Errorf("twice (-want +got):\n%s", diff)
	}
	if got := s.call(t, "GET", "/sandbox/stats", nil).at("twice", 0); got != "ann.b@gmail.com" {
		t.Errorf("stats name %v", got)
	}
}
