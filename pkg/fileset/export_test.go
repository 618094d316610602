package fileset

// Folded is for tests, since letter case counts on most machines that run them.
var Folded = folded
