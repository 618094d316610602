package roster_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"

	"rollcall/pkg/roster"
)

func compile(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(roster.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("roster.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("roster.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestSchemaNamesTheRoles(t *testing.T) {
	var schema struct {
		Defs map[string]struct {
			AnyOf []struct {
				Enum []string `json:"enum"`
			} `json:"anyOf"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(roster.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]string{"role": roster.Roles(), "teamRole": roster.TeamRoles()} {
		if diff := cmp.Diff(want, schema.Defs[name].AnyOf[0].Enum); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if err := compile(t).Validate(examples(t)); err != nil {
		t.Errorf("the first example is not valid: %v", err)
	}
}

// examples returns the first example of the schema.
func examples(t *testing.T) any {
	t.Helper()
	var schema struct{ Examples []any }
	if err := json.Unmarshal(roster.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	return schema.Examples[0]
}

// beyond are findings that no schema can have, by a part of their reason.
var beyond = map[string]string{
	"no role":         "it may come from --role",
	"is also on":      "a schema looks at each person alone",
	"there twice, as": "teams are the same by their names alone",
}

// beyondFiles are documents that the schema accepts and the reader does not, or the other way round.
var beyondFiles = map[string]string{
	"anchors.yaml":        "a schema sees what an alias stands for",
	"anchored-list.yaml":  "a schema sees what an alias stands for",
	"stream.yaml":         "defaults may stand alone where people follow in another document",
	"late-defaults.json":  "a schema knows no order of keys",
	"surrogate.json":      "half a character is text to a schema",
	"list.jsonl":          "a schema does not know what the document is called",
	"two-on-a-line.jsonl": "a schema knows no lines",
	"extra.yaml":          "a number is no text to a schema",
	"results-clean.jsonl": "what a run writes nobody types",
}

// structural returns the findings that a schema should have, too.
func structural(findings []roster.Finding) (kept []roster.Finding) {
	for _, finding := range findings {
		aboutAddress := finding.Field == roster.FieldEmail && strings.HasPrefix(finding.Reason, `"`) && !strings.HasSuffix(finding.Reason, `has no "@"`)
		known := finding.Severity == roster.Warning || aboutAddress
		for reason := range beyond {
			known = known || strings.Contains(finding.Reason, reason)
		}
		if !known {
			kept = append(kept, finding)
		}
	}
	return kept
}

// judged returns what the reader has to say about the structure of a document.
func judged(ctx context.Context, name string, text []byte) ([]roster.Finding, error) {
	r, err := roster.Read(ctx, memory(name, text), roster.Options{})
	if refused := (*roster.RefusedError)(nil); errors.As(err, &refused) {
		return refused.Findings, nil
	} else if err != nil {
		return nil, err
	}
	var findings []roster.Finding
	for entry, err := range r.Entries(ctx) {
		if err != nil {
			return nil, err
		}
		findings = append(findings, entry.Findings...)
	}
	return structural(findings), nil
}

// validate returns what the schema says about all documents in the text, or why there are none.
func validate(schema *jsonschema.Schema, name string, text []byte) error {
	yamls, jsons := yaml.NewDecoder(bytes.NewReader(text)), json.NewDecoder(bytes.NewReader(text))
	jsons.UseNumber()
	for n := 0; ; n++ {
		var document any
		err := jsons.Decode(&document)
		if filepath.Ext(name) == ".yaml" {
			err = yamls.Decode(&document)
		}
		switch {
		case errors.Is(err, io.EOF) && n > 0:
			return nil
		case err != nil:
			return err
		}
		if err := schema.Validate(document); err != nil {
			return err
		}
	}
}

func TestSchemaAndReaderAgreeAboutFiles(t *testing.T) {
	schema := compile(t)
	compared := 0
	for _, pattern := range []string{rosters + "/*.yaml", rosters + "/*.json", rosters + "/*.jsonl", "../../samples/*.yaml", "../../samples/*.json"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.Base(file)
			findings, err := judged(t.Context(), name, bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")))
			if err != nil {
				t.Fatal(err)
			}
			invalid := validate(schema, name, bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")))
			if agree := (invalid == nil) == (len(findings) == 0); agree != (beyondFiles[name] == "") {
				t.Errorf("%s: agree %t; the schema says %v, the reader %v; known: %q", name, agree, invalid, findings, beyondFiles[name])
			}
			compared++
		}
	}
	if compared < 40 {
		t.Errorf("compared %d documents only", compared)
	}
}

func TestSchemaAndReaderAgreeAboutPeople(t *testing.T) {
	schema := compile(t)
	accepted := 0
	rapid.Check(t, func(t *rapid.T) {
		for range 50 {
			text, err := json.Marshal(drawDocument(t))
			if err != nil {
				t.Fatal(err)
			}
			findings, err := judged(t.Context(), "x.json", text)
			if err != nil {
				t.Fatal(err)
			}
			invalid := validate(schema, "x.json", text)
			if (invalid == nil) != (len(findings) == 0) {
				t.Fatalf("%s: the schema says %v, the reader %v", text, invalid, findings)
			}
			if invalid == nil {
				accepted++
			}
		}
	})
	if accepted < 100 {
		t.Errorf("only %d documents were good", accepted)
	}
}

// drawDocument makes a roster in which here and there something is wrong.
func drawDocument(t *rapid.T) any {
	anything := rapid.SampledFrom([]any{nil, 7, true, "", "x", []any{}, []any{7}, map[string]any{}, map[string]any{"team": "A"}})
	role := rapid.OneOf(rapid.SampledFrom([]any{
		nil, "", "member", "Billing Manager", "BILLING-MANAGER", " manager ", "admin", "membeer", "developer", "Read Only", "read_only", "team  manager",
	}), anything)
	oneTeam := rapid.OneOf(rapid.SampledFrom([]any{"A", "B:developer", " ", map[string]any{"team": "C", "role": "read only"}}), anything,
		rapid.Map(role, func(role any) any { return map[string]any{"team": "D", "role": role} }))
	// That a team stands twice with two roles is beyond a schema.
	name := func(team any) string {
		if object, ok := team.(map[string]any); ok {
			team = object["team"]
		}
		name, _, _ := strings.Cut(fmt.Sprint(team), ":")
		return name
	}
	teams := rapid.OneOf(rapid.Map(rapid.SliceOfNDistinct(oneTeam, 0, 3, name), func(list []any) any { return list }), rapid.SampledFrom([]any{"A; B:read_only", ""}), anything)
	email := rapid.OneOf(rapid.SampledFrom([]any{"ann@x.test", "bob@x.test", "cyd.x.test", "é@x.test"}), anything)
	mapping := func(values map[string]*rapid.Generator[any]) *rapid.Generator[any] {
		return rapid.Custom(func(t *rapid.T) any {
			drawn := make(map[string]any)
			for _, key := range slices.Sorted(maps.Keys(values)) {
				if rapid.IntRange(0, 3).Draw(t, "has "+key) > 0 {
					drawn[key] = values[key].Draw(t, key)
				}
			}
			if rapid.IntRange(0, 9).Draw(t, "odd") == 0 {
				drawn["odd"] = 1
			}
			return drawn
		})
	}
	columns := rapid.SampledFrom([]any{nil, map[string]any{}, map[string]any{"No.": "7"}, map[string]any{"Department": "R&D", "": nil}})
	extra := rapid.OneOf(columns, columns, columns, columns, rapid.SampledFrom([]any{map[string]any{"No.": 7}, map[string]any{"No.": []any{"7"}}, "x", []any{}}))
	person := mapping(map[string]*rapid.Generator[any]{"email": email, "role": role, "teams": teams, "extra": extra})
	people := rapid.Map(rapid.SliceOfN(person, 0, 3), func(list []any) any { return list })
	whole := mapping(map[string]*rapid.Generator[any]{
		"defaults": mapping(map[string]*rapid.Generator[any]{"role": role, "teams": teams}), "people": rapid.OneOf(people, people, anything),
	})
	return rapid.OneOf(people, person, whole, anything).Draw(t, "document")
}
