package workbook

// Hurry lowers the limits that take long to reach, until restore is called.
func Hurry() (restore func()) {
	text, sheet, total, tokens := maxText, maxSheet, maxTotal, maxTokens
	maxText, maxSheet, maxTotal, maxTokens = text/20, sheet/20, total/20, tokens/20
	return func() { maxText, maxSheet, maxTotal, maxTokens = text, sheet, total, tokens }
}
