package email_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollcall/pkg/email"
)

func TestCheckAccepts(t *testing.T) {
	for _, give := range []string{
		"ann@example.com", "Ann.Lee+list@sub.example.co.uk", "o'neil@example.com", "x_y=z@a-b.example", "1@2.example",
		"a@xn--bcher-kva.example", "jörg@bücher.example", "δοκιμή@παράδειγμα.δοκιμή",
		"用户@例子.广告", strings.Repeat("a", 64) + "@example.com", "a@" + strings.Repeat("b", 63) + ".example",
		"ANN@EXAMPLE.COM", "a@1-2.example", "{a}|~`@example.com", "a#b@example.com",
	} {
		if problem := email.Check(give); problem != nil {
			t.Errorf("Check(%q) = %+v, want nil", give, *problem)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	tests := []struct {
		give string
		want email.Problem
	}{
		{"", email.Problem{Reason: "is empty"}},
		{"ann", email.Problem{Reason: `has no "@"`}},
		{"@x.test", email.Problem{Reason: `has nothing before the "@"`}},
		{"ann@", email.Problem{Reason: `has nothing after the "@"`}},
		{"ann@@x.test", email.Problem{Reason: `has more than one "@"`, Suggestion: "ann@x.test"}},
		{"ann@localhost", email.Problem{Reason: `has no dot after the "@"`}},
		{"ann@x.123", email.Problem{Reason: `has a domain "x.123" that ends in a number`}},
		{"ann@[127.0.0.1]", email.Problem{Reason: `has an IP address after the "@"; a domain is needed`}},
		{"ann@-b.test", email.Problem{Reason: `has an invalid domain "-b.test"`, Suggestion: "ann@b.test"}},
		{"ann@b_c.test", email.Problem{Reason: `has an invalid domain "b_c.test"`}},
		{"ann@x..test", email.Problem{Reason: `has an invalid domain "x..test"`, Suggestion: "ann@x.test"}},
		{"ann@x.test.", email.Problem{Reason: `has an invalid domain "x.test."`, Suggestion: "ann@x.test"}},
		{"ann@x.test,", email.Problem{Reason: `has an invalid domain "x.test,"`, Suggestion: "ann@x.test"}},
		{"ann@xn--a.test", email.Problem{Reason: `has an invalid domain "xn--a.test"`}},
		{"ann@ab--c.test", email.Problem{Reason: `has an invalid domain "ab--c.test"`}},
		{"'ann@x.test'", email.Problem{Reason: `has an invalid domain "x.test'"`, Suggestion: "ann@x.test"}},
		{"ann@ｅxample.com", email.Problem{Reason: "has look-alike characters in its domain", Suggestion: "ann@example.com"}},
		{".ann@x.test", email.Problem{Reason: `has a misplaced dot before the "@"`, Suggestion: "ann@x.test"}},
		{"an..n@x.test", email.Problem{Reason: `has a misplaced dot before the "@"`}},
		{"ann.@x.test", email.Problem{Reason: `has a misplaced dot before the "@"`}},
		{"ann(home)@x.test", email.Problem{Reason: `has characters before the "@" that an address cannot have`}},
		{`"ann"@x.test`, email.Problem{Reason: `has characters before the "@" that an address cannot have`}},
		{`"a b"@x.test`, email.Problem{Reason: "contains a space"}},
		{"ann lee@x.test", email.Problem{Reason: "contains a space"}},
		{"Dr Ann Lee ann@x.test", email.Problem{Reason: "contains a space", Suggestion: "ann@x.test"}},
		{"ann.lee @x.test", email.Problem{Reason: "contains a space", Suggestion: "ann.lee@x.test"}},
		{"ann\u200b@x.test", email.Problem{Reason: "contains the invisible character U+200B", Suggestion: "ann@x.test"}},
		{"ann\u00a0@x.test", email.Problem{Reason: "contains the invisible character U+00A0", Suggestion: "ann@x.test"}},
		{"ann@x.test\nBcc: b", email.Problem{Reason: "contains the invisible character U+000A", Suggestion: "ann@x.test"}},
		{"ann\xff@x.test", email.Problem{Reason: "is not valid UTF-8"}},
		{"Ann <ann@x.test>", email.Problem{Reason: "is more than the bare address", Suggestion: "ann@x.test"}},
		{"<ann@x.test>", email.Problem{Reason: "is more than the bare address", Suggestion: "ann@x.test"}},
		{"Ann <ann@>", email.Problem{Reason: "is more than the bare address"}},
		{"mailto:ann@x.test", email.Problem{Reason: "is more than the bare address", Suggestion: "ann@x.test"}},
		{"MAILTO:ann@x.test?subject=hi", email.Problem{Reason: "is more than the bare address", Suggestion: "ann@x.test"}},
		{"ann@x.test, bob@x.test", email.Problem{Reason: "holds more than one address; give each its own row"}},
		{"ann@x.test;bob@x.test", email.Problem{Reason: "holds more than one address; give each its own row"}},
		{`"Lee, Ann" <ann@x.test>`, email.Problem{Reason: "is more than the bare address", Suggestion: "ann@x.test"}},
		{"Ann Lee [ann@x.test]", email.Problem{Reason: "is more than the bare address", Suggestion: "ann@x.test"}},
		{"Ann Lee (ann@x.test)", email.Problem{Reason: "is more than the bare address", Suggestion: "ann@x.test"}},
		{"ann@x.test (Ann)", email.Problem{Reason: "has a remark in brackets behind it", Suggestion: "ann@x.test"}},
		{"ann@x.test [left in May]", email.Problem{Reason: "has a remark in brackets behind it", Suggestion: "ann@x.test"}},
		{"Ann <ann@x.test> (left in May)", email.Problem{Reason: "has a remark in brackets behind it", Suggestion: "ann@x.test"}},
		{"Ann <ann@x.test>;", email.Problem{Reason: "is more than the bare address", Suggestion: "ann@x.test"}},
		{"Ann <mailto:ann@x.test>", email.Problem{Reason: "is more than the bare address", Suggestion: "ann@x.test"}},
		{"Ann@X.test <ann@x.test>", email.Problem{Reason: "is more than the bare address", Suggestion: "ann@x.test"}},
		{"ann@x.test<mailto:ann@x.test>", email.Problem{Reason: "is more than the bare address", Suggestion: "ann@x.test"}},
		{"ann@x.test;", email.Problem{Reason: `has an invalid domain "x.test;"`, Suggestion: "ann@x.test"}},
		{`"ann@x.test"`, email.Problem{Reason: `has an invalid domain "x.test\""`, Suggestion: "ann@x.test"}},
		{"Ann <ann@x.test>; Bob <bob@x.test>", email.Problem{Reason: "holds more than one address; give each its own row"}},
		{"ann@x.test (bob@x.test)", email.Problem{Reason: "holds more than one address; give each its own row"}},
		{"ann_lee_x.test#EXT#@acme.onmicrosoft.com", email.Problem{Reason: "is the sign-in name of a guest, not an address", Suggestion: "ann_lee@x.test"}},
		{"Ann_x.test#ext#@acme.onmicrosoft.com", email.Problem{Reason: "is the sign-in name of a guest, not an address", Suggestion: "Ann@x.test"}},
		{"ıı_x.test#EXT#@acme.onmicrosoft.com", email.Problem{Reason: "is the sign-in name of a guest, not an address", Suggestion: "ıı@x.test"}},
		{"ann#EXT#@acme.onmicrosoft.com", email.Problem{Reason: "is the sign-in name of a guest, not an address"}},
		{"jo\u0308rg@x.test", email.Problem{Reason: "is not in the composed Unicode form (NFC)", Suggestion: "jörg@x.test"}},
		{strings.Repeat("a", 65) + "@x.test", email.Problem{Reason: `has 65 bytes before the "@"; the limit is 64`}},
		{"a@" + strings.Repeat("b.", 125) + "test", email.Problem{Reason: "is 256 bytes long; the limit is 254"}},
		{strings.Repeat("mailto:", 1000), email.Problem{Reason: "is 7000 bytes long; the limit is 254"}},
		{"a@" + strings.Repeat("b", 64) + ".test", email.Problem{Reason: `has an invalid domain "` + strings.Repeat("b", 64) + `.test"`}},
	}
	for _, tt := range tests {
		got := email.Check(tt.give)
		if got == nil {
			t.Errorf("Check(%q) = nil, want %+v", tt.give, tt.want)
			continue
		}
		if diff := cmp.Diff(tt.want, *got, cmpopts.IgnoreFields(email.Problem{}, "Code", "Args")); diff != "" {
			t.Errorf("Check(%q) (-want +got):\n%s", tt.give, diff)
		}
	}
}

func TestFold(t *testing.T) {
	tests := []struct{ give, want string }{
		{"ann@example.com", "ann@example.com"},
		{"Ann@Example.COM", "ann@example.com"},
		{" ann@example.com\u200b", "ann@example.com"},
		{"JÖRG@BÜCHER.example", "jörg@xn--bcher-kva.example"},
		{"jo\u0308rg@bücher.example", "jörg@xn--bcher-kva.example"},
		{"ΝΙΚΟΣ@x.test", "νικος@x.test"},
		{"νικος@x.test", "νικος@x.test"},
		{"weiß@x.test", "weiß@x.test"},
		{"Ann@X_Y", "ann@x_y"},
		{"ANN", "ann"},
		{"", ""},
	}
	for _, tt := range tests {
		if got := email.Fold(tt.give); got != tt.want {
			t.Errorf("Fold(%q) = %q, want %q", tt.give, got, tt.want)
		}
	}
}

func TestTrim(t *testing.T) {
	for _, give := range []string{"a b", " a b\t", "\u00a0a b\u200b", "\ufeffa b\u2060", "\u200c\u200d a b\r\n\u3000"} {
		if got := email.Trim(give); got != "a b" {
			t.Errorf("Trim(%q) = %q", give, got)
		}
	}
	if got := email.Trim(" \u200b "); got != "" {
		t.Errorf("Trim of blanks = %q", got)
	}
}

func TestPlainAddressesCostNoMemory(t *testing.T) {
	var doubter email.Doubter
	if got := testing.AllocsPerRun(100, func() {
		const address = "ann.lee+list@sub.example.com"
		key, problem, doubt := doubter.Read(address)
		if email.Check(address) != nil || email.Fold(address) != address || key != address || problem != nil || doubt != nil {
			t.Error("a plain address was not taken as it is")
		}
	}); got != 0 {
		t.Errorf("%v allocations, want none", got)
	}
}

func BenchmarkCheck(b *testing.B) {
	for b.Loop() {
		email.Check("person.123456@department.example.com")
	}
}

func BenchmarkRead(b *testing.B) {
	var doubter email.Doubter
	for b.Loop() {
		doubter.Read("person.123456@department.example.com")
	}
}

func BenchmarkFold(b *testing.B) {
	for b.Loop() {
		email.Fold("person.123456@department.example.com")
	}
}

func TestUnwrap(t *testing.T) {
	tests := map[string]string{
		"Ann <ann@x.test>": "ann@x.test", "mailto:ann@x.test": "ann@x.test", "<ann@x.test>": "ann@x.test",
		"ann@x.test": "", "jörg@x.test": "", "Ann <ann>": "", "ann@x.test, bob@x.test": "", "ann lee@x.test": "", "ann@x.test.": "", "": "",
	}
	for give, want := range tests {
		if got, ok := email.Unwrap(give); got != want || ok != (want != "") {
			t.Errorf("Unwrap(%q) = %q, %t; want %q", give, got, ok, want)
		}
	}
}
