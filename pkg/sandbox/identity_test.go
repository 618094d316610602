package sandbox

import (
	"testing"

	"github.com/google/uuid"
)

func TestIdentityCarriesItsNumber(t *testing.T) {
	seen := make(map[uuid.UUID]bool)
	for _, seed := range []uint64{0, 1, 1<<64 - 1} {
		for _, kind := range []kind{invitationKind, invitationTokenKind, userKind, teamKind} {
			for _, n := range []uint32{0, 1, 2, 999_999, 1<<32 - 1} {
				id := identity(seed, kind, n)
				if id.Version() != 4 || id.Variant() != uuid.RFC4122 || seen[id] {
					t.Errorf("%s: version %s, variant %s, seen %t", id, id.Version(), id.Variant(), seen[id])
				}
				seen[id] = true
				if got, ok := number(seed, kind, id); got != n || !ok {
					t.Errorf("%s: number %d, %t, want %d", id, got, ok, n)
				}
				if _, ok := number(seed+1, kind, id); ok {
					t.Errorf("%s: accepted under another seed", id)
				}
				if _, ok := number(seed, kind+1, id); ok {
					t.Errorf("%s: accepted as another kind", id)
				}
			}
		}
	}
	for _, text := range []string{"", "x", "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}", "6ba7b8109dad11d180b400c04fd430c8"} {
		if _, ok := parseID(text); ok {
			t.Errorf("%q was read as an identifier", text)
		}
	}
}
