package email_test

import (
	"strings"
	"testing"

	"rollcall/pkg/email"
)

// What keyboards, word processors, directories and people make of an address is told, and the address is suggested.
func TestSlips(t *testing.T) {
	tests := []struct{ give, reason, suggestion string }{
		{"ann@x.test\u201d", `the quotation mark or bracket "”" (U+201D) in its domain`, "ann@x.test"},
		{"\u201cann@x.test\u201d", `in its domain`, "ann@x.test"},
		{"\u201eann@x.test\u201c", `"“" (U+201C)`, "ann@x.test"},
		{"\u00abann@x.test\u00bb", `"»" (U+00BB)`, "ann@x.test"},
		{"ann@x.test\u2713", `"✓" (U+2713)`, "ann@x.test"},
		{"ann@x.test\U0001f4e7", `U+1F4E7`, "ann@x.test"},
		{"\u2022ann@x.test", `"•" (U+2022) before the "@"`, "ann@x.test"},
		{"\u2022 ann@x.test", "contains a space", "ann@x.test"},
		{"ann@my\u2013firm.test", `the dash "–" (U+2013)`, "ann@my-firm.test"},
		{"ann@my\u2011firm.test", "U+2011", "ann@my-firm.test"},
		{"j.o\u2019connell@x.test", "the curled apostrophe", "j.o'connell@x.test"},
		{"o\u02bcneil@x.test", "the curled apostrophe", "o'neil@x.test"},
		{"o\u00b4neil@x.test", "the curled apostrophe", "o'neil@x.test"},
		{"ann\uff20x.test", "the full-width sign U+FF20", "ann@x.test"},
		{"\uff42ob@x.test", `the full-width character "ｂ" (U+FF42)`, "bob@x.test"},
		{"cid@x\u3002test", "look-alike characters", "cid@x.test"},
		{"ann\u034f@x.test", "the invisible character U+034F", "ann@x.test"},
		{"ann\u3164@x.test", "the invisible character U+3164", "ann@x.test"},
		{"ann\ufe0f@x.test", "the invisible character U+FE0F", "ann@x.test"},
		{"ann\u00ad@x.test", "the invisible character U+00AD", "ann@x.test"},
		{"Ann Marsh", `has no "@"`, ""},
		{"<Ann Marsh>", `has no "@"`, ""},
		{"ann(at)x.test", `has no "@"`, "ann@x.test"},
		{"ann [at] x [dot] test", `has no "@"`, "ann@x.test"},
		{"ann{ät}x.test", `has no "@"`, "ann@x.test"},
		{"MAILTO:%61nn@x.test", "more than the bare address", "ann@x.test"},
		{"mailto:ann%40x.test?subject=Hi%20there", "more than the bare address", "ann@x.test"},
		{"mailto:Ann%20Fox%20%3Cann@x.test%3E", "more than the bare address", "ann@x.test"},
		{"mailto:ann@x.test%2Cbob@x.test", "more than one address", ""},
		{"mailto:100%25@x.test", "more than the bare address", "100%@x.test"},
		{"mailto:a%zz@x.test", "more than the bare address", "a%zz@x.test"},
		{"smtp:ann@x.test", "characters before", "ann@x.test"},
		{"SMTP:ann@x.test;smtp:bob@x.test", "more than one address", ""},
		{"sip:ann@x.test", "characters before", "ann@x.test"},
		{"http://ann@x.test", "characters before", "ann@x.test"},
		{"Email: ann@x.test", "contains a space", "ann@x.test"},
		{"ann@x,test", `invalid domain "x,test"`, "ann@x.test"},
		{"ann@x.test/", `invalid domain "x.test/"`, "ann@x.test"},
		{`ann@x.test\n`, "invalid domain", "ann@x.test"},
		{"ann@.x.test", "invalid domain", "ann@x.test"},
		{"ann@x test", "contains a space", "ann@x.test"},
		{"ann@x.test left in May", "contains a space", "ann@x.test"},
		{"ann@x. test", "contains a space", "ann@x.test"},
		{"ann @ x.test", "contains a space", "ann@x.test"},
		{"ann@x.test {left}", "has a remark in brackets", "ann@x.test"},
		{`="ann@x.test"`, "is written as a formula", "ann@x.test"},
		{`=HYPERLINK("mailto:ann@x.test","Ann")`, "is written as a formula", "ann@x.test"},
		{"ann@x\u2026test", "U+2026", "ann@x.test"},
	}
	for _, tt := range tests {
		got := email.Check(tt.give)
		if got == nil || !strings.Contains(got.Reason, tt.reason) || got.Suggestion != tt.suggestion {
			t.Errorf("Check(%q) = %+v, want a reason with %q and the suggestion %q", tt.give, got, tt.reason, tt.suggestion)
		}
	}
}

// A remark may say that somebody has left: it is no part of what surrounds an address.
func TestRemarksAreNotUnwrapped(t *testing.T) {
	for _, give := range []string{"ann@x.test (left)", "Ann <ann@x.test> (left)", "ann@x.test [new: see HR]", "mailto:ann@x.test (left)", `=HYPERLINK("mailto:ann@x.test","Ann")`, "Ann <ann@x,test>", "Ann <\u201cann@x.test\u201d>"} {
		if bare, ok := email.Unwrap(give); ok {
			t.Errorf("Unwrap(%q) = %q", give, bare)
		}
	}
}

func TestStrangeDomains(t *testing.T) {
	tests := []struct{ give, reason, suggestion string }{
		{"ann@acme.c", `ends in ".c"`, ""},
		{"ann@acme.LOCAL", `ends in ".local"`, ""},
		{"ann@acme.invalid", `ends in ".invalid"`, ""},
		{"ann@acme.localhost", `ends in ".localhost"`, ""},
		{"ann@acme.internal", `ends in ".internal"`, ""},
		{"ann@nas.home.arpa", `ends in ".arpa"`, ""},
		{"Ann@www.acme.test", "has the name of a web site", "Ann@acme.test"},
		{"ann@ex\u0430mple.com", "mixes letters of Cyrillic and Latin", ""},
		{"ann@xn--exmple-4nf.com", "mixes letters of Cyrillic and Latin", ""},
		{"ann@\u03bfracle.com", "mixes letters of Greek and Latin", ""},
		{"\u0430nn@acme.test", "mixes letters of Cyrillic and Latin", ""},
		{"иван@acme.test", "many mail servers refuse", ""},
	}
	for _, tt := range tests {
		if problem := email.Check(tt.give); problem != nil {
			t.Errorf("Check(%q) = %+v", tt.give, problem)
		}
		got := email.Doubt(tt.give)
		if got == nil || !strings.Contains(got.Reason, tt.reason) || got.Suggestion != tt.suggestion {
			t.Errorf("Doubt(%q) = %+v, want a reason with %q and the suggestion %q", tt.give, got, tt.reason, tt.suggestion)
		}
	}
}

func TestSkeleton(t *testing.T) {
	for a, b := range map[string]string{
		"exarnple.com": "example.com", "examp1e.com": "example.com", "\u0435xample.com": "example.com", "g00gle.test": "google.test",
		"xn--xample-2of.com": "example.com", "ACME.test": "acme.test",
	} {
		if email.Skeleton(a) != email.Skeleton(b) {
			t.Errorf("%q does not look like %q", a, b)
		}
	}
	if email.Skeleton("acme.test") == email.Skeleton("acne.test") {
		t.Error("acme looks like acne")
	}
}
