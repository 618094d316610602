package secret_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"rollcall/pkg/secret"
)

func TestTextPrintsRedactedUnderEveryVerb(t *testing.T) {
	const value = "pat_0123456789"
	text := secret.New(value)
	nested := struct{ Token secret.Text }{text}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%T-%[1]v", "%e", "%c", "%U", "%10s", "%p"} {
		for _, give := range []any{text, &text, nested, []secret.Text{text}, map[string]secret.Text{"k": text}} {
			if got := fmt.Sprintf(verb, give); strings.Contains(got, value) || strings.Contains(got, fmt.Sprintf("%x", value)) {
				t.Errorf("Sprintf(%q) shows the secret: %s", verb, got)
			}
		}
	}
	if got := fmt.Sprintf("%s|%d", text, text); got != "[redacted]|[redacted]" {
		t.Errorf("Sprintf = %q", got)
	}
}

func TestTextIsRedactedInJSON(t *testing.T) {
	got, err := json.Marshal(map[string]any{"token": secret.New("abc"), "none": secret.Text{}})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"none":"","token":"[redacted]"}`; string(got) != want {
		t.Errorf("Marshal = %s, want %s", got, want)
	}
}

func TestTextIsReadFromJSON(t *testing.T) {
	var got struct{ Token secret.Text }
	if err := json.Unmarshal([]byte(`{"token":"a\"b"}`), &got); err != nil {
		t.Fatal(err)
	}
	if got.Token.Reveal() != `a"b` {
		t.Errorf("Reveal = %q", got.Token.Reveal())
	}
	if err := json.Unmarshal([]byte(`{"token":"[redacted]"}`), &got); err == nil {
		t.Error("a redacted secret was read as the secret")
	}
}
