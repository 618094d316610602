package workbook

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"

	"rollcall/pkg/pattern"
)

// reviser copies the XML of a part, token by token, but for elements that are left out or say something else.
type reviser struct {
	all    []byte
	tokens *markup
	// begin and end are where the token is.
	begin, end int
	out        bytes.Buffer
	opened     []opened
	// on says what becomes of a start tag, about what becomes of the text in an element. What ending and after write stands
	// before and behind an end tag.
	on     func(e element, tag []byte) []byte
	about  func(text string) string
	ending func(o *opened)
	after  func(o opened)
}

// opened is an element that is being copied.
type opened struct {
	name string
	// from is where it begins in the part, at where in the copy, and to where its start tag ends there.
	from, at, to int
	// children counts its elements, gone those of them that were left out.
	children, gone int
	// isGone tells that it is to be left out.
	isGone bool
	// closing is the end tag that it gets although it had none.
	closing string
}

// groups are elements that must not be empty, and may count what is in them.
var groups = map[string]bool{
	"hyperlinks": true, "mergeCells": true, "dataValidations": true, "conditionalFormattings": true, "protectedRanges": true,
	"ignoredErrors": true, "rowBreaks": true,
}

var counts = pattern.Of(`\s(?:count|manualBreakCount)\s*=\s*(?:"[^"]*"|'[^']*')`)

// newReviser prepares to copy a part that is in UTF-8.
func newReviser(parts *parts, part string, content []byte) *reviser {
	r := &reviser{all: content, tokens: parts.markup(part, bytes.NewReader(content))}
	r.on = func(_ element, tag []byte) []byte { return tag }
	r.about = func(text string) string { return text }
	r.ending, r.after = func(*opened) {}, func(opened) {}
	return r
}

// isTooLarge reports whether the copy has grown beyond all measure.
func (r *reviser) isTooLarge() bool { return r.out.Len() > len(r.all)+maxGrowth }

func (r *reviser) run() error {
	for {
		r.begin = int(r.tokens.offset())
		token, err := r.tokens.next()
		if errors.Is(err, io.EOF) && len(r.opened) == 0 {
			return nil
		}
		if errors.Is(err, io.EOF) {
			err = damaged("%s is cut off", r.tokens.part)
		}
		if err == nil && r.isTooLarge() {
			err = tooLarge("%s would have more than %d MiB of changes", r.tokens.part, maxGrowth>>20)
		}
		if err != nil {
			return err
		}
		r.end = int(r.tokens.offset())
		raw := r.all[r.begin:r.end]
		switch token.kind {
		case isStart:
			r.opened = append(r.opened, opened{name: token.element.local, from: r.begin, at: r.out.Len()})
			tag := r.on(token.element.clone(), raw)
			r.top(0).at = r.out.Len() // behind what was put before it
			r.out.Write(tag)
			r.top(0).to = r.out.Len()
		case isEnd:
			if len(r.opened) == 0 || r.top(0).name != token.element.local {
				return damaged("%s is not the XML that it should be", r.tokens.part)
			}
			r.ending(r.top(0))
			r.out.Write(raw)
			r.out.WriteString(r.top(0).closing)
			r.close()
		case isText:
			text := string(token.text)
			if changed := r.about(text); changed != text {
				_ = xml.EscapeText(&r.out, []byte(changed)) // a buffer never fails
				continue
			}
			r.out.Write(raw)
		case isOther:
			r.out.Write(raw)
		}
	}
}

// close ends the innermost element.
func (r *reviser) close() {
	o := *r.top(0)
	r.opened = r.opened[:len(r.opened)-1]
	if groups[o.name] && o.gone > 0 {
		if o.isGone = o.gone == o.children; !o.isGone {
			rest := bytes.Clone(r.out.Bytes()[o.at:])
			tag := counts().ReplaceAll(rest[:o.to-o.at], nil)
			r.out.Truncate(o.at)
			r.out.Write(tag)
			r.out.Write(rest[o.to-o.at:])
		}
	}
	if o.isGone {
		r.out.Truncate(o.at)
	}
	if len(r.opened) > 0 {
		parent := r.top(0)
		parent.children++
		if o.isGone {
			parent.gone++
		}
	}
	r.after(o)
}

// top returns the innermost element that was opened, or one so many around it; an empty one where there is none.
func (r *reviser) top(around int) *opened {
	if at := len(r.opened) - 1 - around; at >= 0 {
		return &r.opened[at]
	}
	return &opened{}
}

// drop leaves out the innermost element of one of the names.
func (r *reviser) drop(names ...string) {
	for around := range r.opened {
		for _, name := range names {
			if r.top(around).name == name {
				r.top(around).isGone = true
				return
			}
		}
	}
}

// attributeForm matches the attributes of a start tag.
var attributeForm = pattern.Of(`\s(?:([A-Za-z0-9_]+):)?([A-Za-z0-9_.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')`)

// with returns the start tag of an element in which an attribute, if it has it, has another value.
func (e element) with(tag []byte, name, value string) []byte {
	if e.get(name) == value {
		return tag
	}
	for _, at := range attributeForm().FindAllSubmatchIndex(tag, -1) {
		if string(tag[at[4]:at[5]]) != name || at[2] >= 0 && string(tag[at[2]:at[3]]) == "xmlns" {
			continue
		}
		from, to := max(at[6], at[8]), max(at[7], at[9])
		var b bytes.Buffer
		b.Write(tag[:from])
		_ = xml.EscapeText(&b, []byte(value)) // a buffer never fails
		b.Write(tag[to:])
		return b.Bytes()
	}
	return tag
}
