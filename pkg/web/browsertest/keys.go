package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// keys are the keys with names. All others are the letter that they bear.
var keys = map[string]string{
	"Tab": kb.Tab, "Enter": kb.Enter, "Space": " ", "Escape": kb.Escape, "Backspace": kb.Backspace, "Delete": kb.Delete, "Home": kb.Home, "End": kb.End,
	"PageUp": kb.PageUp, "PageDown": kb.PageDown, "ArrowUp": kb.ArrowUp, "ArrowDown": kb.ArrowDown, "ArrowLeft": kb.ArrowLeft, "ArrowRight": kb.ArrowRight,
}

// modifiers are what is held while another key is pressed, as in "Shift+Tab".
var modifiers = map[string]kb.Modifier{"Shift": kb.ModifierShift, "Control": kb.ModifierCtrl, "Alt": kb.ModifierAlt}

// mostKeys is how often Tab is pressed at most: no page of ours has so many places to go to.
const mostKeys = 300

// Press presses keys, one after the other: "Tab", "Shift+Tab", "Enter", "Space", "a".
func (p *Page) Press(names ...string) {
	p.tb.Helper()
	for _, name := range names {
		parts := strings.Split(name, "+")
		last := parts[len(parts)-1]
		key, named := keys[last]
		if !named && utf8.RuneCountInString(last) == 1 {
			key, named = last, true
		}
		var held []kb.Modifier
		for _, part := range parts[:len(parts)-1] {
			modifier, known := modifiers[part]
			named = named && known
			held = append(held, modifier)
		}
		if !named {
			p.tb.Fatalf("there is no key %q", name)
		}
		p.acts("press "+name, func(ctx context.Context) error {
			return chromedp.Do(ctx, chromedp.KeyEvent(key, chromedp.KeyModifiers(held...)))
		})
	}
}

// Type presses the keys that write a text, into whatever has the focus.
func (p *Page) Type(text string) {
	p.tb.Helper()
	p.acts("type", func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.KeyEvent(text)) })
}

// Focus is what has the focus, as a person with a keyboard or a screen reader meets it. The zero value is nothing.
type Focus struct {
	Role, Name string // what a screen reader says
	Element    string // tag, id or class, and the beginning of its text
	Ring       bool   // it has an outline, itself or as its label
	Covered    string // the bar that lies over a part of it, or the edge of the window; empty where all of it is seen
}

// String says it in a line.
func (f Focus) String() string { return fmt.Sprintf("%s %q", f.Role, f.Name) }

// Focused returns what has the focus.
func (p *Page) Focused() Focus {
	p.tb.Helper()
	f := now[*Focus](p, "focused")
	if f == nil {
		return Focus{}
	}
	p.once("read what has the focus", func(ctx context.Context) error {
		active, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: "document.activeElement"})
		if err != nil {
			return err
		}
		tree, err := chromedp.Call(ctx, accessibility.GetPartialAXTree, accessibility.GetPartialAXTreeParams{ObjectID: active.Result.ObjectID, FetchRelatives: new(false)})
		if err != nil || len(tree.Nodes) == 0 {
			return err
		}
		f.Role, f.Name = word(tree.Nodes[0].Role), word(tree.Nodes[0].Name)
		return nil
	})
	return *f
}

// word returns the text of a property of the accessibility tree.
func word(v *accessibility.Value) (text string) {
	if v != nil {
		_ = json.Unmarshal(v.Value, &text) // what is no text has none
	}
	return text
}

// TabTo presses Tab until the focus is on what has this name, and fails the test if it never is or if it is not well seen there.
func (p *Page) TabTo(name string) Focus {
	p.tb.Helper()
	var passed []string
	for range mostKeys {
		p.Press("Tab")
		f := p.Focused()
		if f.Name == name {
			p.seen(f)
			return f
		}
		if f != (Focus{}) {
			passed = append(passed, f.String())
		}
	}
	p.fatalf("Tab never comes to %q, only to\n    %s", name, strings.Join(passed[:min(len(passed), 50)], "\n    "))
	return Focus{}
}

// Walk presses Tab from where the focus is until it leaves the page, and returns where it has been. The test fails for each
// place that has no name, shows no ring or is covered.
func (p *Page) Walk() []Focus {
	p.tb.Helper()
	var places []Focus
	for range mostKeys {
		p.Press("Tab")
		f := p.Focused()
		if f == (Focus{}) {
			return places
		}
		p.seen(f)
		places = append(places, f)
	}
	p.fatalf("after %d times Tab the focus is still in the page", mostKeys)
	return nil
}

// seen fails the test where somebody who uses the keyboard does not see where the focus is.
func (p *Page) seen(f Focus) {
	p.tb.Helper()
	if f.Name == "" {
		p.tb.Errorf("what has the focus has no name: %s %s", f.Role, f.Element)
	}
	if !f.Ring {
		p.tb.Errorf("no ring shows the focus on %s, %s", f, f.Element)
	}
	if f.Covered != "" {
		p.tb.Errorf("%s, which has the focus, is covered by %s", f, f.Covered)
	}
}

// silentRoles are roles of the accessibility tree that no screen reader says.
var silentRoles = []string{"", "generic", "none", "InlineTextBox", "LineBreak"}

// Tree returns the roles and names of what a screen reader finds, in its order: "button “Send”". It is the same at each width
// of a page that is the same for everybody.
func (p *Page) Tree() []string {
	p.tb.Helper()
	var lines []string
	p.once("read the accessibility tree", func(ctx context.Context) error {
		tree, err := chromedp.Call(ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		if err != nil {
			return err
		}
		nodes := map[accessibility.NodeID]*accessibility.Node{}
		for _, node := range tree.Nodes {
			nodes[node.NodeID] = node
		}
		var walk func(node *accessibility.Node, above string)
		walk = func(node *accessibility.Node, above string) {
			role, name := word(node.Role), word(node.Name)
			switch {
			case node.Ignored || slices.Contains(silentRoles, role) || role == "StaticText" && name == above:
			case name == "":
				lines = append(lines, role)
			default:
				lines = append(lines, role+" “"+name+"”")
			}
			for _, id := range node.ChildIDs {
				if below := nodes[id]; below != nil {
					walk(below, name)
				}
			}
		}
		if len(tree.Nodes) > 0 {
			walk(tree.Nodes[0], "")
		}
		return nil
	})
	return lines
}
