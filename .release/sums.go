package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// A Sum is the hash of a published file.
type Sum struct{ Path, SHA256 string }

// sumTree hashes all files below a folder, in the order of their names.
func sumTree(folder string) ([]Sum, error) {
	files, err := readTree(folder)
	if err != nil {
		return nil, err
	}
	sums := make([]Sum, 0, len(files))
	for _, f := range files {
		sums = append(sums, Sum{Path: f.Path, SHA256: sha256Hex(f.Body)})
	}
	slices.SortFunc(sums, func(a, b Sum) int { return strings.Compare(a.Path, b.Path) })
	return sums, nil
}

// writeSums writes what `sha256sum -c` reads.
func writeSums(out io.Writer, sums []Sum) error {
	w := bufio.NewWriter(out)
	for _, sum := range sums {
		fmt.Fprintf(w, "%s  %s\n", sum.SHA256, sum.Path)
	}
	return w.Flush()
}

func sha256Hex(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// inOrder are the values of a map in the order of its keys.
func inOrder[V any](m map[string]V) []V {
	values := make([]V, 0, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		values = append(values, m[key])
	}
	return values
}
