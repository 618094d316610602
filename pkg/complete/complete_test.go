package complete

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/document"
	"rollcall/pkg/onboard"
	"rollcall/pkg/plan"
	"rollcall/pkg/roster"
)

// TestEveryWordIsExplained holds the explanations to the words, and the words to what understands them.
func TestEveryWordIsExplained(t *testing.T) {
	understood := map[string]func(string) error{
		roster.OptionRole: func(word string) error { _, err := roster.ParseRole(word); return err },
		roster.OptionDelimiter: func(word string) error {
			_, err := roster.ParseDelimiter(word)
			return err
		},
		roster.OptionEncoding: func(word string) error { _, err := document.ParseEncoding(word); return err },
		"rate": func(word string) error {
			var s onboard.Service
			return s.Rate.UnmarshalText([]byte(word))
		},
	}
	for option, explanations := range about {
		known := map[string]bool{}
		for _, command := range []string{"invite", "template"} {
			words := Words(command, option)
			if len(words) == 0 {
				t.Errorf("%s has explanations and no words", option)
			}
			for _, choice := range words {
				known[choice.Word] = true
				if choice.About == "" && option != roster.OptionEncoding {
					t.Errorf("%s: %s is not explained", option, choice.Word)
				}
				if parse := understood[option]; parse != nil && parse(choice.Word) != nil {
					t.Errorf("%s: %v", option, parse(choice.Word))
				}
			}
		}
		for word := range explanations {
			if !known[word] {
				t.Errorf("%s: %q is explained and no word", option, word)
			}
		}
	}
	if words := Words("invite", plan.OptionReinvite); words[0].Word != string(plan.ReinviteExpired) {
		t.Errorf("the usual one is not the first: %v", words)
	}
	if words := Words("invite", "max-new"); words != nil {
		t.Errorf("a number can be %v", words)
	}
}

// TestNobodyWaitsLong asks a service that never answers.
func TestNobodyWaitsLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		silent := onboard.Service{Dial: func(ctx context.Context) (onboard.Endpoint, error) {
			<-ctx.Done()
			return onboard.Endpoint{}, ctx.Err()
		}}
		if choices := Teams(t.Context(), silent); choices != nil {
			t.Errorf("teams: %v", choices)
		}
		if waited := time.Since(began); waited != patience {
			t.Errorf("waited %s, want %s", waited, patience)
		}
		failing := onboard.Service{Dial: func(context.Context) (onboard.Endpoint, error) {
			return onboard.Endpoint{}, errors.New("no credentials")
		}}
		if choices := Organizations(t.Context(), failing); choices != nil {
			t.Errorf("organizations: %v", choices)
		}
	})
}

// TestWhatCannotBeRead completes nothing.
func TestWhatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{"", "-", dir, dir + "/missing.csv", "https://example.com/people.csv"} {
		if columns, sheets := Columns(t.Context(), path, roster.Settings{}), Sheets(path); columns != nil || sheets != nil {
			t.Errorf("%q: %v, %v", path, columns, sheets)
		}
	}
	if runs := Runs(t.Context(), []string{dir + "/missing.db"}); len(runs) > 0 {
		t.Errorf("runs: %v", runs)
	}
}
