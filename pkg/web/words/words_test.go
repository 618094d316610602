package words_test

import (
	"slices"
	"testing"
	"time"

	"rollcall/pkg/web/words"
)

func TestSay(t *testing.T) {
	en, de := words.Of("en"), words.Of("de")
	for _, tt := range []struct{ got, want string }{
		{en.Say("time.minutes", 1), "1 minute"},
		{en.Say("time.minutes", 2), "2 minutes"},
		{de.Say("time.minutes", 1), "1 Minute"},
		{de.Say("time.minutes", 0), "0 Minuten"},
		{en.Say("frame.range", 1, 50, 50000), "1 to 50 of 50,000"},
		{de.Say("frame.range", 1, 50, 50000), "1 bis 50 von 50.000"},
		{en.Number(1234567), "1,234,567"},
		{de.Number(1234567), "1.234.567"},
		{en.Lasting(4 * time.Second), "a few seconds"},
		{en.Lasting(83 * time.Second), "83 seconds"},
		{de.Lasting(12*time.Minute + 40*time.Second), "13 Minuten"},
		{en.Lasting(5 * time.Hour), "5 hours"},
		{en.Lasting(72 * time.Hour), "3 days"},
	} {
		if tt.got != tt.want {
			t.Errorf("said %q, want %q", tt.got, tt.want)
		}
	}
}

func TestMatch(t *testing.T) {
	for accept, want := range map[string]string{
		"": "en", "de": "de", "de-CH, en;q=0.8": "de", "fr, de;q=0.3": "de", "fr": "en", "*": "en", "nonsense;;": "en", "en-GB,de": "en",
	} {
		if got := words.Match(accept).Code(); got != want {
			t.Errorf("Match(%q) is %s, want %s", accept, got, want)
		}
	}
	if got := words.Match("de", "en").Code(); got != "de" {
		t.Errorf("the first that says something is %s, want de", got)
	}
}

// Every sentence is there in every language, with the same arguments and the forms that counting needs.
func TestTheCatalogIsWhole(t *testing.T) {
	for _, problem := range words.Check() {
		t.Error(problem)
	}
	if keys := words.Keys(); !slices.Contains(keys, "frame.quit") || !words.Has("frame.quit") || words.Has("frame.nothing") {
		t.Error("the keys are not those of the catalog")
	}
}
