package email_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/net/publicsuffix"

	"rollcall/pkg/email"
)

func TestDoubtAboutDomains(t *testing.T) {
	for give, want := range map[string]string{
		"gmial.com": "gmail.com", "gmai.com": "gmail.com", "gmaill.com": "gmail.com", "gnail.com": "gmail.com", "Gmial.COM": "gmail.com",
		"gmail.co": "gmail.com", "gmail.cm": "gmail.com", "gmail.con": "gmail.com", "gmial.con": "gmail.com", "gmail.de": "gmail.com", "gmail.c": "gmail.com",
		"googlemail.de": "googlemail.com", "googelmail.com": "googlemail.com",
		"outlok.com": "outlook.com", "outlook.co": "outlook.com", "outlok.fr": "outlook.fr", "outlook.comm": "outlook.com",
		"hotmail.con": "hotmail.com", "hotmial.com": "hotmail.com", "hotmal.co.uk": "hotmail.co.uk", "hotmail.comm": "hotmail.com",
		"yahooo.com": "yahoo.com", "yaho.fr": "yahoo.fr", "yahoo.cmo": "yahoo.com", "yahho.com.br": "yahoo.com.br",
		"iclod.com": "icloud.com", "icloud.de": "icloud.com", "protonmial.com": "protonmail.com", "tonline.de": "t-online.de", "wanado.fr": "wanadoo.fr",
		"acme.con": "acme.com", "acme.cmo": "acme.com", "acme.comm": "acme.com", "mail.acme.nte": "mail.acme.net", "acme.ogr": "acme.org",
	} {
		want := &email.Problem{Reason: `is probably meant to end in "@` + want + `"`, Suggestion: "ann@" + want}
		if diff := cmp.Diff(want, email.Doubt("ann@"+give), cmpopts.IgnoreFields(email.Problem{}, "Code", "Args")); diff != "" {
			t.Errorf("Doubt(ann@%s) (-want +got):\n%s", give, diff)
		}
	}
}

func TestNoDoubtAboutRealDomains(t *testing.T) {
	for _, give := range []string{
		"gmail.com", "Gmail.com", "googlemail.com", "mail.com", "ymail.com", "email.com", "gmx.de", "gmx.net", "gmx.at", "gmx.ch", "web.de",
		"outlook.com", "outlook.fr", "outlook.com.br", "outlook.co.id", "hotmail.com", "hotmail.co.uk", "hotmail.nl", "live.nl", "live.com", "msn.com",
		"yahoo.com", "yahoo.fr", "yahoo.co.in", "yahoo.com.au", "icloud.com", "cloud.com", "me.com", "mac.com", "aol.com", "rocketmail.com",
		"proton.me", "protonmail.com", "protonmail.ch", "t-online.de", "t-online.hu", "freenet.de", "posteo.de", "orange.fr", "free.fr", "sfr.fr",
		"laposte.net", "wanadoo.fr", "libero.it", "gail.co.in", "gmail.acme.com", "outlook.acme.com", "example.com", "acme.co", "acme.cm", "acme.om",
		"acme.cam", "acme.de", "acme.company", "x.test", "bücher.example", "a.bc", "www.de", "local.example", "acme.example", "acme.test", "日本ドメイン.example", "l·l.example", "xn--80ak6aa92e.com",
	} {
		if doubt := email.Doubt("ann@" + give); doubt != nil {
			t.Errorf("Doubt(ann@%s) = %+v, want nil", give, *doubt)
		}
	}
}

// A top-level domain that is taken for a slip must not become a real one.
func TestSlipsAreNoTopLevelDomains(t *testing.T) {
	letters := "abcdefghijklmnopqrstuvwxyz"
	for i := range 26 * 26 * 26 * 27 {
		ending := string([]byte{letters[i%26], letters[i/26%26], letters[i/676%26]})
		if last := i / 17576; last > 0 {
			ending += letters[last-1 : last]
		}
		if _, exists := publicsuffix.PublicSuffix(ending); exists && email.Doubt("ann@acme."+ending) != nil {
			t.Errorf("%q is a top-level domain", ending)
		}
	}
}

func TestDoubtAboutMailboxes(t *testing.T) {
	const nobody = "is a mailbox that no person reads, and invitations are for persons"
	for give, want := range map[string]string{
		"noreply@x.test": nobody, "no-reply@x.test": nobody, "No.Reply@x.test": nobody, "do_not_reply@x.test": nobody, "donotreply@x.test": nobody,
		"MAILER-DAEMON@x.test": nobody, "postmaster@x.test": nobody,
		"jörg@x.test":    `has letters before the "@" that many mail servers refuse`,
		"'+ann@x.test":   "begins with an apostrophe, by which spreadsheets mark a text",
		"o'brien@x.test": "", "'@x.test": "",
		"info@x.test": "", "team@x.test": "", "noreply.ann@x.test": "", "noreplyer@x.test": "", "postmasters@x.test": "", "n@x.test": "",
		"ann@bücher.test": "", "": "", "ann": "", "@": "",
	} {
		got := ""
		if doubt := email.Doubt(give); doubt != nil {
			got = doubt.Reason
		}
		if got != want {
			t.Errorf("Doubt(%q) = %q, want %q", give, got, want)
		}
	}
}

func TestNear(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"acme.example", "acme.exmaple", true},
		{"acme.example", "acme.exampl", true},
		{"acme.example", "aacme.example", true},
		{"acme.example", "acne.example", true},
		{"ab", "ba", true},
		{"a", "", true},
		{"a", "b", true},
		{"acme.example", "acme.example", false},
		{"acme.example", "acne.exampl", false},
		{"acme.example", "acme.exampelle", false},
		{"abcd", "badc", false},
		{"abc", "cba", false},
		{"", "", false},
		{"", "ab", false},
	}
	for _, tt := range tests {
		if got, back := email.Near(tt.a, tt.b), email.Near(tt.b, tt.a); got != tt.want || back != tt.want {
			t.Errorf("Near(%q, %q) = %t, the other way round %t, want %t", tt.a, tt.b, got, back, tt.want)
		}
	}
}
