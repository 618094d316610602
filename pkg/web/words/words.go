// Package words has every sentence of the page, in English and German, from one catalog.
//
//	language := words.Match(request.Header.Get("Accept-Language"))
//	language.Say("check.title.wrong", 12) // "12 rows need a correction"
//
// The catalog is what the files of the folder catalog say together. A sentence is whole: nothing is glued to it. Its arguments
// are named by their places, so that languages may order them as they like; whichever sentence counts something has a form for
// one and a form for others, chosen by its first argument.
package words

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sync"
	"time"

	"go.yaml.in/yaml/v4"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"
)

//go:embed catalog
var files embed.FS

// Language says sentences in one language. It is safe for concurrent use.
type Language struct {
	code    string
	printer *message.Printer
	layout  string
}

// layouts are how a point in time is written, by language.
var layouts = map[string]string{"en": "2 Jan 2006, 15:04", "de": "02.01.2006, 15:04 Uhr"}

// Codes returns the languages that there are, the usual one first.
func Codes() []string { return []string{"en", "de"} }

// sentence is what a key says in one language: the same for any number, or a form for one and one for others.
type sentence struct{ One, Other string }

// UnmarshalYAML reads a text, or a mapping with both forms.
func (s *sentence) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		return node.Decode(&s.Other)
	}
	var forms struct {
		One   string `yaml:"one"`
		Other string `yaml:"other"`
	}
	err := node.Decode(&forms)
	s.One, s.Other = forms.One, forms.Other
	return err
}

// book is the catalog: what each key says, by language.
type book map[string]map[string]sentence

// read reads the catalog. The files are part of the program, so a mistake in one is a mistake of the program's.
var read = sync.OnceValue(func() book {
	all := book{}
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := files.ReadFile(path)
		if err != nil {
			return err
		}
		var some book
		if err := yaml.Unmarshal(text, &some); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		for key, said := range some {
			if all[key] != nil {
				return fmt.Errorf("%s: %s is said twice", path, key)
			}
			all[key] = said
		}
		return nil
	})
	if err != nil {
		panic(err)
	}
	return all
})

// languages has all that is said, by language.
var languages = sync.OnceValue(func() map[string]*Language {
	builder := catalog.NewBuilder(catalog.Fallback(language.English))
	for key, said := range read() {
		for code, s := range said {
			set := func(err error) {
				if err != nil {
					panic(fmt.Errorf("%s: %w", key, err))
				}
			}
			tag := language.MustParse(code)
			if s.One == "" {
				set(builder.SetString(tag, key, s.Other))
			} else {
				set(builder.Set(tag, key, plural.Selectf(1, "%d", plural.One, s.One, plural.Other, s.Other)))
			}
		}
	}
	all := map[string]*Language{}
	for _, code := range Codes() {
		all[code] = &Language{
			code: code, layout: layouts[code],
			printer: message.NewPrinter(language.MustParse(code), message.Catalog(builder)),
		}
	}
	return all
})

// Of returns the language of a code, nil if there is none.
func Of(code string) *Language { return languages()[code] }

// Match returns the language that is meant by texts such as "de-CH, en;q=0.8", the first that says something.
func Match(accept ...string) *Language {
	tags := make([]language.Tag, len(Codes()))
	for i, code := range Codes() {
		tags[i] = language.MustParse(code)
	}
	_, at := language.MatchStrings(language.NewMatcher(tags), accept...)
	return Of(Codes()[at])
}

// Keys returns all keys in their order.
func Keys() []string { return slices.Sorted(maps.Keys(read())) }

// Has reports whether there is a sentence for the key.
func Has(key string) bool { return read()[key] != nil }

// Code returns the code of the language, as documents name theirs.
func (l *Language) Code() string { return l.code }

// Say returns the sentence of a key. What there is no sentence for is said by its key.
func (l *Language) Say(key string, args ...any) string { return l.printer.Sprintf(key, args...) }

// Number returns a number as people write it.
func (l *Language) Number(n int) string { return l.printer.Sprintf("%d", n) }

// Decimal returns a number with one digit after the point, as people write it.
func (l *Language) Decimal(n float64) string { return l.printer.Sprintf("%.1f", n) }

// When returns a point in time as people write it, in this machine's zone.
func (l *Language) When(t time.Time) string { return t.Local().Format(l.layout) }

// Lasting returns a time span in words, roughly: a person plans by it.
func (l *Language) Lasting(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return l.Say("time.moment")
	case d < 90*time.Second:
		return l.Say("time.seconds", int(d.Round(time.Second)/time.Second))
	case d < 90*time.Minute:
		return l.Say("time.minutes", int(d.Round(time.Minute)/time.Minute))
	case d < 36*time.Hour:
		return l.Say("time.hours", int(d.Round(time.Hour)/time.Hour))
	}
	return l.Say("time.days", int(d.Round(24*time.Hour)/(24*time.Hour)))
}
