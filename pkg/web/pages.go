package web

import (
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"time"

	"rollcall/pkg/onboard"
	"rollcall/pkg/paint"
	"rollcall/pkg/record"
	"rollcall/pkg/web/words"
)

// pages are the templates of all pages in one language.
type pages struct{ all map[string]*template.Template }

// of returns the template of a page.
func (p *pages) of(name string) *template.Template { return p.all[name] }

// parsePages reads the templates once for each language: each page with the parts that pages have in common.
func parsePages(files fs.FS, a *assets) (map[string]*pages, error) {
	names, err := fs.Glob(files, "templates/pages/*.html")
	if err != nil {
		return nil, err
	}
	all := map[string]*pages{}
	for _, code := range words.Codes() {
		language := &pages{all: map[string]*template.Template{}}
		for _, name := range names {
			parsed, err := template.New("").Funcs(functions(words.Of(code), a)).Option("missingkey=error").ParseFS(files, "templates/parts/*.html", name)
			if err != nil {
				return nil, err
			}
			language.all[path.Base(name)] = parsed
		}
		all[code] = language
	}
	return all, nil
}

// functions are what templates can say in a language.
func functions(l *words.Language, a *assets) template.FuncMap {
	return template.FuncMap{
		"say":      l.Say,
		"has":      words.Has,
		"warned":   func(text string) phrase { return warned(l, text) },
		"number":   l.Number,
		"when":     l.When,
		"lasting":  l.Lasting,
		"iso":      func(t time.Time) string { return t.Format(time.RFC3339) },
		"asset":    a.address,
		"clean":    paint.Visible,
		"region":   func(region string) string { return named(l, "settings.region.", region) },
		"size":     func(bytes int64) string { return sizeOf(l, bytes) },
		"role":     func(role string) string { return named(l, "role.", role) },
		"teamrole": func(role string) string { return named(l, "teamrole.", role) },
		"option":   func(option string) string { return named(l, "option.", option) },
		"word":     func(o record.Outcome) string { return l.Say("outcome." + o.String()) },
		"steps":    func() []int { return []int{1, 2, 3, 4} },
		"key":      fmt.Sprint,
		"solving":  func(id string, all []remedyView) solving { return solving{id, all} },
		"cell":     func(line int, cell cellView) shownCell { return shownCell{line, cell} },
		"few":      few,
		"rest":     func(list []onboard.Count) int { return len(list) - len(few(list)) },
		"left":     func(p *onboard.Preview) int { return p.Sends() - len(p.Invitees.First) },
		"teams":    teamsOf,
	}
}

// named returns how people call one of a closed set of words, and any other word as it is, fit to show.
func named(l *words.Language, prefix, word string) string {
	if key := prefix + word; words.Has(key) {
		return l.Say(key)
	}
	return paint.Visible(word)
}
