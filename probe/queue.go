package probe

import "encoding/binary"

// queue holds what is to be asked of one domain: the caller's number and the local part
// of each address, in the order in which they came. It takes some bytes more than the local parts
// themselves: lists of millions wait in these. The zero queue is empty.
type queue struct {
	packed []byte // for each: number, length, local part
	head   int    // where the first begins
	n      int
}

func (q *queue) push(id int, local string) {
	if q.head > 0 && len(q.packed) == cap(q.packed) && q.head >= len(q.packed)/2 {
		q.packed = q.packed[:copy(q.packed, q.packed[q.head:])]
		q.head = 0
	}
	q.packed = binary.AppendVarint(q.packed, int64(id))
	q.packed = binary.AppendUvarint(q.packed, uint64(len(local)))
	q.packed = append(q.packed, local...)
	q.n++
}

// pop takes the first off; ok is false if there is none.
func (q *queue) pop() (id int, local string, ok bool) {
	if q.n == 0 {
		return 0, "", false
	}
	number, k := binary.Varint(q.packed[q.head:])
	q.head += k
	size, k := binary.Uvarint(q.packed[q.head:])
	q.head += k
	local = string(q.packed[q.head : q.head+int(size)])
	q.head += int(size)
	if q.n--; q.n == 0 {
		*q = queue{}
	}
	return int(number), local, true
}
