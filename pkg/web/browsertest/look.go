package browsertest

import (
	"context"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// look is how somebody looks at a page.
type look struct {
	scheme        string // light or dark
	width, height int64  // CSS pixels
	scale         float64
	forced, still bool // forced colours, reduced motion
	name          string
}

// Looks does something in each of four looks: light and dark, 1280 and 390 pixels wide. Afterwards the page is light and wide
// again.
func (p *Page) Looks(do func(look string)) {
	p.tb.Helper()
	for _, scheme := range []string{"light", "dark"} {
		for _, size := range []struct{ width, height int64 }{{1280, 800}, {390, 844}} {
			l := look{scheme: scheme, width: size.width, height: size.height, name: fmt.Sprintf("%s-%d", scheme, size.width)}
			p.in(l, func() { do(l.name) })
		}
	}
}

// ForcedColors does something while the system has taken over all colours, as for people who need high contrast.
func (p *Page) ForcedColors(do func()) {
	p.tb.Helper()
	p.in(look{scheme: "dark", width: 1280, height: 800, forced: true, name: "forced-colors"}, do)
}

// ReducedMotion does something while the system asks for less motion.
func (p *Page) ReducedMotion(do func()) {
	p.tb.Helper()
	p.in(look{scheme: "light", width: 1280, height: 800, still: true, name: "reduced-motion"}, do)
}

// Zoom200 does something while the page is enlarged to 200 %: a window of 1280 pixels then has room for 640.
func (p *Page) Zoom200(do func()) {
	p.tb.Helper()
	p.in(look{scheme: "light", width: 640, height: 400, scale: 2, name: "zoom-200"}, do)
}

// Phone does something at 390 pixels.
func (p *Page) Phone(do func()) {
	p.tb.Helper()
	p.in(look{scheme: "light", width: 390, height: 844, name: "light-390"}, do)
}

// in does something in a look, and returns to the one before.
func (p *Page) in(l look, do func()) {
	p.tb.Helper()
	before := *p.look
	p.setLook(l)
	defer p.setLook(before)
	do()
}

// setLook changes the look, and waits until the page has it and has stopped to move.
func (p *Page) setLook(l look) {
	p.tb.Helper()
	if l.scale == 0 {
		l.scale = 1
	}
	p.look = &l
	p.once("look "+l.name, func(ctx context.Context) error {
		features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.scheme}}
		if l.forced {
			features = append(features, &emulation.MediaFeature{Name: "forced-colors", Value: "active"})
		}
		if l.still {
			features = append(features, &emulation.MediaFeature{Name: "prefers-reduced-motion", Value: "reduce"})
		}
		if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
			return err
		}
		_, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: l.width, Height: l.height, ScreenWidth: l.width, ScreenHeight: l.height, DeviceScaleFactor: l.scale, Mobile: l.width < 600,
		})
		return err
	})
	p.until("look "+l.name, func() (bool, string, error) {
		ok, err := ask[bool](p, "looks", l.scheme, l.width, l.forced, l.still)
		return ok, "the page does not have it", err
	})
}

// Fits fails the test where the page is wider than the window, so that a person would have to scroll sideways.
func (p *Page) Fits() {
	p.tb.Helper()
	if wide := now[[]string](p, "wide", p.look.width); len(wide) > 0 {
		p.tb.Errorf("%s: the page is wider than %d px by %s\n%s", p.look.name, p.look.width, strings.Join(wide, "\n    "), p.evidence())
	}
}

// NoScript turns the scripts of all further pages off. Steps work as before, [Page.Axe] excepted.
func (p *Page) NoScript() {
	p.tb.Helper()
	p.once("turn scripts off", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	})
}

// Language sets the languages that further pages are asked for in, as in the header Accept-Language.
func (p *Page) Language(accept string) {
	p.tb.Helper()
	p.once("ask for "+accept, func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": accept}})
		return err
	})
}

// Picture puts pictures of the whole page into the folder that ROLLCALL_PICTURES names: one of the present look inside of
// [Page.Looks] and its kin, else one of each of the four. Without the variable it does nothing.
func (p *Page) Picture(name string) {
	p.tb.Helper()
	shoot := func(look string) {
		p.tb.Helper()
		p.once("picture "+name, func(ctx context.Context) error {
			path, err := p.shoot(ctx, name+"-"+look)
			if path != "" {
				p.tb.Log("picture ", path)
			}
			return err
		})
	}
	switch {
	case pictures() == "":
	case p.look.name != "":
		shoot(p.look.name)
	default:
		p.Looks(shoot)
	}
}

// shoot saves a picture of the whole page, if pictures are wanted.
func (p *Page) shoot(ctx context.Context, name string) (string, error) {
	if pictures() == "" {
		return "", nil
	}
	got, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatPng, CaptureBeyondViewport: new(true)})
	if err != nil {
		return "", err
	}
	return save(name, got.Data)
}
