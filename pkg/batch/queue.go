package batch

import (
	"container/heap"
	"time"

	"rollcall/pkg/journey"
)

// queue holds entries until their next attempt is due. It is not safe for concurrent use.
type queue struct{ items waitingEntries }

func (q *queue) push(w journey.Work, due time.Time) { heap.Push(&q.items, waitingEntry{w, due}) }

func (q *queue) empty() bool { return len(q.items) == 0 }

// due returns when the next entry is due. The queue must not be empty.
func (q *queue) due() time.Time { return q.items[0].due }

// pop returns the entry that has been due for longest, if there is one.
func (q *queue) pop(now time.Time) (w journey.Work, ok bool) {
	if q.empty() || q.due().After(now) {
		return journey.Work{}, false
	}
	next, _ := heap.Pop(&q.items).(waitingEntry)
	return next.work, true
}

type waitingEntry struct {
	work journey.Work
	due  time.Time
}

// waitingEntries implement heap.Interface, the entry that is due first on top.
type waitingEntries []waitingEntry

func (w waitingEntries) Len() int           { return len(w) }
func (w waitingEntries) Less(i, j int) bool { return w[i].due.Before(w[j].due) }
func (w waitingEntries) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }

func (w *waitingEntries) Push(x any) {
	if item, ok := x.(waitingEntry); ok {
		*w = append(*w, item)
	}
}

func (w *waitingEntries) Pop() any {
	last := (*w)[len(*w)-1]
	(*w)[len(*w)-1] = waitingEntry{}
	*w = (*w)[:len(*w)-1]
	return last
}
