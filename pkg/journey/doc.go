// Package journey is the life of one entry: one attempt, and the decisions about it.
//
// [Judge] says what one answer of the service means and [Resolve] what one reading of the directory means. Both are pure
// functions, and no other place decides either. [Attempt] makes one call, the only one in this program that invites or
// replaces anybody: claim, send, judge, conclude. Runs, goroutines and whose turn it is are the caller's.
//
// The rules of the life:
//
//   - A 2xx is final. Whatever its body says or lacks, the entry is never sent again.
//   - A request that may have taken effect is never repeated before a reading shows that it did not: one that began late
//     enough, misses nobody and is known to be fresh enough.
//   - What would mail somebody on the word of lists that contradict themselves stops the run instead.
//   - What was refused is looked up where the refusal may mean that the person is there already.
package journey
