package email

import "testing"

var seeds = []string{
	"ann@example.com", "Ann <ann@x.test>", "mailto:ann@x.test", "jörg@bücher.example", "a@xn--a.test", "a..b@x.test",
	"a@b_c.test", "a@1.2", "İ@x.test", "ŉ\u0345@x.test", "\u200ba@x.test", `"a"@x.test`, "a@ab--c.test", "a@x.test.", "ΝΙΚΟΣ@x.test",
	"ann_x.test#EXT#@y.test", "Ann [ann@x.test]", "ann@x.test (Ann)", "a@x.test<mailto:a@x.test>", "a@gmial.con", "no-reply@x.test", "Ann.Smith@Example.COM", "A-B_{C}@X1-Y2.test",
}

// What the shortcut takes, the long way takes; suggestions are addresses, those of doubts too; addresses are worth sending to.
func FuzzCheck(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		if reason, _ := diagnose(address); plain(address) && reason.code != "" {
			t.Errorf("%q is plain, but %s", address, reason)
		}
		problem := Check(address)
		if problem == nil {
			if trimmed := Trim(address); trimmed != address {
				t.Errorf("%q passes untrimmed", address)
			}
			if key := Fold(address); len(key) <= maxAddress && Check(key) != nil {
				t.Errorf("%q passes, its key %q does not: %s", address, key, Check(key).Reason)
			}
			if doubt := Doubt(address); doubt != nil && len(address) < maxAddress && doubt.Suggestion != "" && Check(doubt.Suggestion) != nil {
				t.Errorf("the suggestion %q for %q is no address", doubt.Suggestion, address)
			}
			return
		}
		if problem.Reason == "" || problem.Code == "" {
			t.Errorf("%q is refused without a reason: %+v", address, problem)
		}
		if problem.Suggestion != "" && Check(problem.Suggestion) != nil {
			t.Errorf("the suggestion %q for %q is no address", problem.Suggestion, address)
		}
	})
}

// A key is its own key, whatever the text.
func FuzzFold(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		key := Fold(address)
		if again := Fold(key); again != key {
			t.Errorf("Fold(%q) = %q, but folding that gives %q", address, key, again)
		}
		if long := foldAny(address); long != key {
			t.Errorf("Fold(%q) = %q, the long way %q", address, key, long)
		}
		if one, problem := Key(address); problem == nil && one != key || (problem == nil) != (Check(address) == nil) {
			t.Errorf("Key(%q) = %q, %v; Fold has %q", address, one, problem, key)
		}
	})
}

// What is read after another address of the same domain is what the long way reads.
func FuzzRead(f *testing.F) {
	for _, seed := range append(seeds, "'ann@x.test", "NoReply@x.test", "noreply@x.test", "a.@x.test", ".a@x.test", "@x.test", "a@b@x.test", "é@x.test") {
		f.Add("bob@x.test", seed)
		f.Add("bob@X.test", seed)
	}
	f.Fuzz(func(t *testing.T, before, address string) {
		var d Doubter
		for range 2 {
			d.Read(before)
			key, problem, doubt := d.Read(address)
			if want, wrong := Key(address); key != want || (problem == nil) != (wrong == nil) || problem != nil && problem.Code != wrong.Code {
				t.Errorf("Read(%q) after %q = %q, %v, want %q, %v", address, before, key, problem, want, wrong)
			}
			if want := Doubt(address); problem == nil && (doubt == nil) != (want == nil) || doubt != nil && doubt.Code != want.Code {
				t.Errorf("Read(%q) after %q doubts %v, want %v", address, before, doubt, want)
			}
		}
	})
}

// Whoever has one key has one mailbox.
func FuzzMailbox(f *testing.F) {
	for _, seed := range append(seeds, "a.b+c@gmail.com", "a-b-c@yahoo.com", "a+b@ya.ru", ".@gmail.com", "+@x.test") {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		if got, want := Mailbox(Fold(address)), Mailbox(address); got != want {
			t.Errorf("Mailbox(%q) = %q, that of its key is %q", address, want, got)
		}
	})
}
