package browsertest

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Weight is what a page costs to show.
type Weight struct {
	Requests int
	Bytes    int // as they travel: compressed, with their headers
}

// Weight returns what was asked for since the last [Page.Open], and how much came back. It waits until all is there but streams,
// which have no end. What the browser has kept from earlier costs no bytes: see
// [Page.FirstView].
func (p *Page) Weight() Weight {
	p.tb.Helper()
	var w Weight
	p.until("all parts of the page", func() (bool, string, error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		w = Weight{Requests: len(p.traffic.asked), Bytes: int(p.traffic.bytes)}
		for _, waits := range p.traffic.asked {
			if waits {
				return false, "some are still to come", nil
			}
		}
		return true, "", nil
	})
	return w
}

// FirstView opens a page as a browser does that has never seen it but for its cookies, and returns what that costs.
func (p *Page) FirstView(address string) Weight {
	p.tb.Helper()
	p.once("forget what was kept", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, network.ClearBrowserCache, cdp.Empty{})
		return err
	})
	p.Open(address)
	return p.Weight()
}
