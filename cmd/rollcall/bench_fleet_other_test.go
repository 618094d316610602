//go:build !linux

package main_test

import "testing"

// fleet measures nothing: a fleet of processes is tried out on Linux.
func (s *scales) fleet(*testing.B) {}
