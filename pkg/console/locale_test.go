package console

import "testing"

func TestUTF8(t *testing.T) {
	for _, tt := range []struct {
		all, kind, lang, system string
		want                    bool
	}{
		{lang: "de_DE.UTF-8", system: "linux", want: true},
		{lang: "C.utf8", system: "linux", want: true},
		{all: "C", lang: "de_DE.UTF-8", system: "linux"},
		{all: "en_US.UTF-8", kind: "C", system: "darwin", want: true},
		{kind: "POSIX", lang: "en_US.UTF-8", system: "linux"},
		{lang: "de_DE.ISO-8859-1", system: "linux"},
		{system: "linux"},
		{system: "windows", want: true},
		{lang: "C", system: "windows"},
	} {
		getenv := func(name string) string {
			return map[string]string{"LC_ALL": tt.all, "LC_CTYPE": tt.kind, "LANG": tt.lang}[name]
		}
		if got := isUTF8(getenv, tt.system); got != tt.want {
			t.Errorf("%+v: %t", tt, got)
		}
	}
}
