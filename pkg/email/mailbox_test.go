package email_test

import (
	"testing"

	"rollcall/pkg/email"
)

func TestMailbox(t *testing.T) {
	tests := []struct{ give, want string }{
		{"ann@x.example", "ann@x.example"},
		{" Ann@X.example ", "ann@x.example"},
		{"ann+news@x.example", "ann@x.example"},
		{"ann+a+b@x.example", "ann@x.example"},
		{"ann.lee@x.example", "ann.lee@x.example"}, // dots matter to everybody but Gmail
		{"Ann.Lee@gmail.com", "annlee@gmail.com"},
		{"a.n.n.lee+x.y@GoogleMail.com", "annlee@gmail.com"},
		{"ann.lee@gmail.com.example", "ann.lee@gmail.com.example"},
		{"ann-list@yahoo.com", "ann@yahoo.com"},
		{"ann-lee@x.example", "ann-lee@x.example"},
		{"ann@ya.ru", "ann@yandex.ru"},
		{"+tag@x.example", "+tag@x.example"}, // nothing would be left
		{"-x@yahoo.com", "-x@yahoo.com"},
		{"ann+x@bücher.example", "ann@xn--bcher-kva.example"},
		{"no address", "no address"},
		{"", ""},
	}
	for _, tt := range tests {
		if got := email.Mailbox(tt.give); got != tt.want {
			t.Errorf("Mailbox(%q) = %q, want %q", tt.give, got, tt.want)
		}
	}
}
