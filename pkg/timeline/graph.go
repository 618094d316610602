package timeline

// liveColumns is how wide the picture in a live line is: its words need the rest.
const liveColumns = 12

// Graph draws a run while it is under way, and all of it in the end. Nil draws nothing.
type Graph struct {
	// Pieces returns what is known by now, Columns how wide the terminal is.
	Pieces  func() []Piece
	Columns func() int
	// ASCII draws without other characters.
	ASCII bool
}

// Live returns a picture that fits into a live line, empty if there is nothing to draw yet.
func (g *Graph) Live() string {
	if g == nil {
		return ""
	}
	pieces := g.Pieces()
	if len(pieces) == 0 {
		return ""
	}
	return Spark(pieces[len(pieces)-1], liveColumns, g.ASCII)
}

// Whole returns the lines of the whole picture, narrower than the terminal.
func (g *Graph) Whole() []string {
	if g == nil {
		return nil
	}
	return Lines(g.Pieces(), Picture{Columns: g.Columns() - 1, ASCII: g.ASCII})
}
