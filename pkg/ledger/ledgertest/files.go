package ledgertest

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// fileTests are about the lists of rows to correct.
var fileTests = []conformance{
	{"remembers the files that were written", func(b *bench) {
		keep := func(scope record.Scope, f ledger.File) {
			b.Helper()
			if err := b.KeepFile(b.Context(), scope, f); err != nil {
				b.Fatal(err)
			}
		}
		b.same("of a scope without any", collect(b, b.Files(b.Context(), here)), []ledger.File(nil))
		first := ledger.File{Path: "/srv/a.todo.csv", Roster: [32]byte{1}, Digest: [32]byte{31: 2}}
		second := ledger.File{Path: "/srv/b.todo.csv", Roster: [32]byte{3}, Digest: [32]byte{4}}
		keep(here, second)
		keep(here, first)
		keep(elsewhere, first)
		b.reopen()
		b.same("files", collect(b, b.Files(b.Context(), here)), []ledger.File{first, second})
		first.Digest = [32]byte{5}
		keep(here, first)
		keep(here, ledger.File{Path: second.Path})
		keep(here, ledger.File{Path: "/srv/nothing.todo.csv"})
		b.same("files", collect(b, b.Files(b.Context(), here)), []ledger.File{first})
		first.Digest = [32]byte{31: 2}
		b.same("files elsewhere", collect(b, b.Files(b.Context(), elsewhere)), []ledger.File{first})
	}},
	{"keeps no file once it is closed", func(b *bench) {
		if err := b.Close(); err != nil {
			b.Fatal(err)
		}
		b.refused("KeepFile", b.KeepFile(context.Background(), here, ledger.File{Path: "a", Digest: [32]byte{1}}), ledger.ErrClosed)
		for _, err := range b.Files(context.Background(), here) {
			b.refused("Files", err, ledger.ErrClosed)
		}
	}},
}

// KeepFile implements [ledger.Ledger].
func (m *Memory) KeepFile(ctx context.Context, scope record.Scope, f ledger.File) error {
	return m.write(ctx, "keep", func(s *state) error {
		files := s.scope(scope).files
		if f.Digest == (ledger.File{}).Digest {
			delete(files, f.Path)
			return nil
		}
		files[f.Path] = f
		return nil
	})
}

// Files implements [ledger.Ledger].
func (m *Memory) Files(ctx context.Context, scope record.Scope) iter.Seq2[ledger.File, error] {
	return func(yield func(ledger.File, error) bool) {
		var files []ledger.File
		if err := m.read(ctx, func(s *state) error {
			for _, f := range s.scope(scope).files {
				files = append(files, f)
			}
			return nil
		}); err != nil {
			yield(ledger.File{}, err)
			return
		}
		slices.SortFunc(files, func(x, y ledger.File) int { return cmp.Compare(x.Path, y.Path) })
		for _, f := range files {
			if !yield(f, nil) {
				return
			}
		}
	}
}
