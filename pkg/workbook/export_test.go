package workbook

// Hurry lowers the limits that take long to reach, until restore is called.
func Hurry() (restore func()) {
	text, sheet, total, tokens, known := maxText, maxSheet, maxTotal, maxTokens, maxKnown
	maxText, maxSheet, maxTotal, maxTokens, maxKnown = text/20, sheet/20, total/20, tokens/20, known/20
	return func() { maxText, maxSheet, maxTotal, maxTokens, maxKnown = text, sheet, total, tokens, known }
}
