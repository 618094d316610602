package workbook

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxCell is how long, in bytes, the text of a cell may be: Excel's 32,767 characters at their longest.
const maxCell = 4 * 32_767

// text puts a string together from the runs in which a part has it.
type text struct {
	content []byte
	// open tells that the tokens which follow belong to the text.
	open bool
	// phonetic tells that they only say how it is read aloud.
	phonetic bool
	// ignored tells that whatever follows is not meant.
	ignored bool
	// strike tells that the run is struck through, struck that a part of the text is.
	strike, struck bool
}

// take takes what belongs to the text out of a token. It reports whether the token was about texts.
func (t *text) take(token *token) (ours bool, err error) {
	switch token.kind {
	case isStart:
		switch token.element.local {
		case "t":
			t.open = !t.phonetic && !t.ignored
			return true, nil
		case "r":
			t.strike = false
			return true, nil
		case "strike":
			t.strike = isOn(token.element)
			return true, nil
		case "rPh":
			t.phonetic = true
			return true, nil
		}
	case isEnd:
		switch token.element.local {
		case "t":
			t.open = false
			return true, nil
		case "rPh":
			t.phonetic = false
			return true, nil
		}
	case isText:
		if t.open {
			t.content = append(t.content, token.text...)
			t.struck = t.struck || t.strike && len(token.text) > 0
		}
		if len(t.content) > maxCell {
			return true, tooLarge("a cell has more than 32,767 characters")
		}
		return true, nil
	case isOther:
	}
	return false, nil
}

func (t *text) reset() { *t = text{content: t.content[:0]} }

// String returns the text as a person sees it: with all line breaks LF and the escapes of Excel undone.
func (t *text) String() string { return lineBreaks.Replace(unescape(string(t.content))) }

var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// readTexts reads the texts that cells share.
func (b *Book) readTexts(part string) error {
	content, err := b.parts.open(part, maxTexts)
	if err != nil {
		return err
	}
	defer content.Close()
	tokens := b.parts.markup(part, content)
	var one text
	for {
		token, err := tokens.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if ours, err := one.take(token); ours {
			if err != nil {
				return err
			}
			continue
		}
		if token.kind == isEnd && token.element.local == "si" {
			if len(b.texts) == maxText {
				return tooLarge("it has more than %d different texts", maxText)
			}
			b.texts = append(b.texts, one.String())
			if one.struck {
				b.struck = append(b.struck, make([]bool, len(b.texts)-len(b.struck))...)
				b.struck[len(b.texts)-1] = true
			}
			one.reset()
		}
	}
}

// shared returns the text of a number that a cell has instead, and whether a part of it is struck through.
func (b *Book) shared(number string) (text string, struck bool, err error) {
	i, err := strconv.Atoi(strings.TrimSpace(number))
	if err != nil || i < 0 || i >= len(b.texts) {
		return "", false, damaged("a cell refers to the text %q, of %d", number, len(b.texts))
	}
	return b.texts[i], i < len(b.struck) && b.struck[i], nil
}

// escape is how long Excel's way of writing a character that XML cannot hold is: _x000D_.
const escape = len("_x0000_")

// escaped returns the character that the text begins with in Excel's escape, -1 if it does not begin with one. NUL is
// no character of a cell.
func escaped(text string) rune {
	if len(text) < escape || text[:2] != "_x" || text[escape-1] != '_' {
		return -1
	}
	code, err := strconv.ParseUint(text[2:escape-1], 16, 16)
	if err != nil || code == 0 || !utf8.ValidRune(rune(code)) {
		return -1
	}
	return rune(code)
}

func unescape(text string) string {
	at := strings.Index(text, "_x")
	if at < 0 {
		return text
	}
	var b strings.Builder
	for ; at >= 0; at = strings.Index(text, "_x") {
		b.WriteString(text[:at])
		if char := escaped(text[at:]); char >= 0 {
			b.WriteRune(char)
			text = text[at+escape:]
		} else {
			b.WriteByte('_')
			text = text[at+1:]
		}
	}
	return b.String() + text
}
