package roster

// Nearest returns the candidate that the word is most likely a slip of the pen for, "" if none is near.
func Nearest(word string, candidates []string) string { return nearest(word, candidates) }
