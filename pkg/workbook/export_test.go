package workbook

// Hurry lowers the limits that take long to reach, until restore is called.
func Hurry() (restore func()) {
	text, sheet, total, tokens, growth := maxText, maxSheet, maxTotal, maxTokens, maxGrowth
	maxText, maxSheet, maxTotal, maxTokens, maxGrowth = text/20, sheet/20, total/20, tokens/20, growth/20
	return func() { maxText, maxSheet, maxTotal, maxTokens, maxGrowth = text, sheet, total, tokens, growth }
}

// Shifted returns a formula as it is for a cell so many rows below and columns to the right.
func Shifted(formula string, rows, columns int) string { return shifted(formula, rows, columns) }

// FormulaWithout returns a formula of a sheet, or of another one, once rows of the sheet are gone.
func FormulaWithout(formula, sheet string, own bool, rows ...int) string {
	return gone(rows).formula(formula, sheet, own)
}
