package roster

// said is what is said about a place in a roster: a sentence, and what a program needs to say it in another language.
type said struct {
	// text is the sentence in English.
	text string
	// code and args are those of [Finding].
	code string
	args []string
	// meant is the value that a suggestion guesses, "" if there is none.
	meant string
}

// say returns a sentence with its code, one of [Codes], and the values that it speaks of, in the order that stands there.
func say(code, text string, args ...string) said { return said{text: text, code: code, args: args} }

// meaning returns the sentence with the value that is probably meant.
func (s said) meaning(value string) said {
	s.meant = value
	return s
}
