package roster_test

import (
	"testing"

	"rollcall/pkg/roster"
)

func TestIsErrorWord(t *testing.T) {
	for _, word := range []string{
		"#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA", "#ERROR!", "Loading...",
		"#NV", "#WERT!", "#BEZUG!", "#ZAHL!", "#VALEUR!", "#NOM?", "#¡VALOR!", "#¿NOMBRE?", "#¡DIV/0!", "#N/D", "#RIF!", "#N/B", "#WAARDE!",
		"#Н/Д", "#ССЫЛКА!", "#ДЕЛ/0!", "#NÚM!", "Err:502", "#####",
	} {
		if !roster.IsErrorWord(word) {
			t.Errorf("%s is an error word", word)
		}
	}
	for _, text := range []string{"", "member", "#1", "#ops", "#Ops", "##", "# Team!", "Error", "Err:5020", "Go!", "Who?", "E", "L", "C#", "#platform!"} {
		if roster.IsErrorWord(text) {
			t.Errorf("%q is no error word", text)
		}
	}
}
