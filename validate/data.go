package validate

// ListInfo says what an embedded list is, and of when.
type ListInfo struct {
	Name    string // "disposable"
	Origin  string // packages and versions, or the hand that wrote it
	Date    string // of its newest source, YYYY-MM-DD
	Licence string
	Count   int // entries
}

// Lists describes the lists that the program was built with.
func Lists() []ListInfo {
	l := embeddedLists()
	real, near, squats, tlds := newDomainSet(realText), newDomainSet(nearText), newDomainSet(squatsText), newDomainSet(tldsText)
	return []ListInfo{
		l.disposable.info(), l.free.info(), l.relay.info(), l.role.info(),
		real.info(), near.info(), squats.info(), tlds.info(),
	}
}
