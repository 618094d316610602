package roster

import (
	"fmt"
	"strings"

	"golang.org/x/text/unicode/norm"

	"rollcall/pkg/email"
	"rollcall/pkg/remedy"
)

// condition is a filter on one column: the row passes if its cell is one of the values, or none of them.
type condition struct {
	column string
	not    bool
	values []string
	// texts are the filters as they were given.
	texts []string
}

// parseConditions reads filters. Those with "=" on one column are alternatives.
func parseConditions(texts []string) (all []condition, err error) {
	for _, text := range texts {
		c, err := parseCondition(text)
		if err != nil {
			return nil, err
		}
		joined := false
		for i := range all {
			if squash(all[i].column) == squash(c.column) && all[i].not == c.not {
				all[i].values, all[i].texts = append(all[i].values, c.values...), append(all[i].texts, c.texts...)
				joined = true
			}
		}
		if !joined {
			all = append(all, c)
		}
	}
	return all, nil
}

// parseCondition reads Department=Research, Department!=Research and "Cost center"="A=1".
func parseCondition(text string) (c condition, err error) {
	end := strings.IndexByte(text, '=')
	if bare := strings.TrimLeft(text, " \t"); strings.HasPrefix(bare, `"`) {
		if _, length := unquote(bare); length > 0 {
			start := len(text) - len(bare) + length
			end = strings.IndexByte(text[start:], '=')
			if end >= 0 {
				end += start
			}
		}
	}
	if end < 0 {
		return c, fmt.Errorf("%q has no = between a column and a value", text)
	}
	column, not := strings.CutSuffix(text[:end], "!")
	c = condition{column: unquoted(column), not: not, values: []string{sameText(unquoted(text[end+1:]))}, texts: []string{text}}
	if c.column == "" {
		return c, fmt.Errorf("%q names no column", text)
	}
	return c, nil
}

// passes reports whether a cell passes, and which of the values it is, -1 if none.
func (c condition) passes(cell string) (ok bool, which int) {
	cell = sameText(cell)
	for i, value := range c.values {
		if value == cell {
			return !c.not, i
		}
	}
	return c.not, -1
}

// sameText makes texts equal that differ in letter case, in blanks around them or in how their accents are encoded.
func sameText(text string) string { return strings.ToLower(norm.NFC.String(email.Trim(text))) }

// rule names the filter, for a row that does not pass. Of alternatives, it names the first ones.
func (c condition) rule() remedy.Hint { return leftOutBy(OptionWhere, c.texts) }

// leftOutBy names the values of an option that leave a row out, the first ones if they are many.
func leftOutBy(option string, texts []string) remedy.Hint {
	const most = 3
	hint := remedy.Words("left out by ")
	for i, text := range texts[:min(len(texts), most)] {
		if i > 0 {
			hint = hint.Words(", ")
		}
		hint = hint.Use(option, text)
	}
	if more := len(texts) - most; more > 0 {
		hint = hint.Words(fmt.Sprintf(" and %d more", more))
	}
	return hint
}
