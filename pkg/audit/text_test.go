package audit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rollcall/pkg/audit"
)

// TestLinesAreThoseOfPackageJSON holds the texts of lines against what encoding/json makes of them: there is one way to write a
// line, and trails have been written so.
func TestLinesAreThoseOfPackageJSON(t *testing.T) {
	texts := rapid.OneOf(rapid.Just(""), rapid.Just("a@x.example"), rapid.String(), rapid.SampledFrom([]string{
		`<&>"\/`, "\x00\b\f\n\r\t\x1f\x7f", "é\u2028\u2029\U0001f600", "\xff\xc3",
	}))
	rapid.Check(t, func(t *rapid.T) {
		text := func(name string) string { return texts.Draw(t, name) }
		e := audit.Event{
			Kind: audit.Kind(text("kind")), Run: text("run"), Email: text("email"), Role: text("role"), Team: text("team"), Before: text("before"),
			After: text("after"), Outcome: text("outcome"), Status: rapid.IntRange(0, 599).Draw(t, "status"), Option: text("option"),
			Value: text("value"), Reason: text("reason"), Plan: text("plan"), Service: text("service"), Organization: text("organization"),
		}
		at := time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "s"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns"))
		by := audit.Author{Who: text("who"), Job: text("job"), Credential: text("credential")}
		if rapid.Bool().Draw(t, "told") {
			by.Now = func() time.Time { return at.Add(time.Hour) }
		}
		chain := audit.Chain{ID: text("chain"), Number: rapid.IntRange(0, 1<<30).Draw(t, "number"), Hash: text("hash")}
		line := audit.Line{Chain: chain.ID, Number: chain.Number + 1, At: at.UTC().Truncate(time.Microsecond), Event: e, Author: by, Previous: chain.Hash}
		if by.Now != nil {
			service := at.Add(time.Hour).UTC().Truncate(time.Second)
			line.ServiceAt = &service
		}
		var want bytes.Buffer
		encoder := json.NewEncoder(&want)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(line); err != nil {
			t.Fatal(err)
		}
		body := strings.TrimSuffix(want.String(), "}\n")
		sum := sha256.Sum256([]byte(body))
		if got, _ := chain.Next(at, by, e); got != body+`,"sum":"`+hex.EncodeToString(sum[:])[:16]+`"}` {
			t.Fatalf("\n%s\nwant\n%s", got, body)
		}
	})
}
