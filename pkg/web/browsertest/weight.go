package browsertest

// Weight is what a page costs to show.
type Weight struct {
	Requests int
	Bytes    int // as they travel: compressed, with their headers
}

// Weight returns what was asked for since the last [Page.Open], and how much came back. It waits until all is there but streams,
// which have no end. What the browser has kept from earlier costs no bytes: ask a fresh browser about the first view.
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
