package validate

import "winnow/verdict"

// row passes on what the list itself said of a row: its kinds are found by
// whoever reads the list.
func row() Check {
	return Check{
		Kinds:   []verdict.Kind{RowNoAddress, RowShifted, ListDuplicate, ListLikelyDuplicate, RowRagged},
		Mailbox: func(_ *Domain, m *Mailbox) verdict.Set { return m.Row },
	}
}
