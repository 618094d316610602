//go:build !race

package onboard_test

// raceDetector says that the race detector is at work, which takes ten times as long.
const raceDetector = false
