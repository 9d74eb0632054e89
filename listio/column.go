package listio

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ours is what the names of our own columns begin with.
const ours = "winnow_"

// A ColumnError says that the address column is not known, and what columns there are to choose from.
type ColumnError struct {
	Problem string      // `several columns hold addresses`
	Columns []Candidate // the columns that could be meant; all of them, where none stands out
	Rows    int         // how many were looked at
}

// A Candidate is a column that could hold the addresses.
type Candidate struct {
	Number    int    // from 1, as --column takes it
	Name      string // in the header, "" if it has none
	Addresses int    // how many rows of the sample hold an address there
}

// Error lists the columns and names the flag that settles it.
func (e *ColumnError) Error() string {
	const most = 20
	var b strings.Builder
	fmt.Fprintf(&b, "%s; say which it is with --column: ", e.Problem)
	for i, c := range e.Columns[:min(len(e.Columns), most)] {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Itoa(c.Number))
		if c.Name != "" {
			fmt.Fprintf(&b, " %q", c.Name)
		}
		fmt.Fprintf(&b, " (addresses in %d of %d rows)", c.Addresses, e.Rows)
	}
	if more := len(e.Columns) - most; more > 0 {
		fmt.Fprintf(&b, " and %d more", more)
	}
	return b.String()
}

// holdsWrapped tells whether a cell holds an address in angle brackets, behind a name perhaps.
func holdsWrapped(cell string) bool {
	cell = strings.TrimSpace(cell)
	open := strings.LastIndexByte(cell, '<')
	return open >= 0 && strings.HasSuffix(cell, ">") && holdsAddress(cell[open+1:len(cell)-1])
}

// holdsAddress takes a cheap look: one @ with something on both sides, and no space inside.
func holdsAddress(cell string) bool {
	if strings.IndexByte(cell, '@') < 0 {
		return false
	}
	cell = strings.TrimSpace(cell)
	at := strings.IndexByte(cell, '@')
	return at > 0 && at < len(cell)-1 &&
		strings.IndexByte(cell[at+1:], '@') < 0 &&
		!strings.ContainsAny(cell, " \t\r\n") &&
		!strings.Contains(cell[:at], "://") // medium.com/@jane is a page
}

// findColumn sets Column, ColumnName and Why from the data rows of a sample, or as asked.
func (l *List) findColumn(rows []string, asked string) error {
	columns, filled := l.survey(rows, holdsAddress)
	if !slices.ContainsFunc(columns, func(c Candidate) bool { return c.Addresses > 0 }) {
		columns, filled = l.survey(rows, holdsWrapped)
	}
	problem := func(problem string, of []Candidate) error {
		return &ColumnError{Problem: problem, Columns: of, Rows: len(rows)}
	}
	if asked = oneLine(asked); asked != "" {
		return l.takeColumn(asked, columns, problem)
	}
	most := 0
	for _, c := range columns {
		most = max(most, c.Addresses)
	}
	var found, named []Candidate
	for i, c := range columns {
		if namesEmail(c.Name) {
			named = append(named, c)
		}
		// A column of notes in which an address stands now and then is none of addresses.
		byContents := 2*c.Addresses >= filled[i] && 10*c.Addresses >= most
		if c.Addresses > 0 && (namesEmail(c.Name) || byContents) {
			found = append(found, c)
		}
	}
	if most == 0 {
		found = named
	}
	if len(found) == 0 && len(columns) == 1 && strings.Contains(strings.Join(rows, ""), "@") {
		l.setColumn(columns[0])
		l.Why = "it is the only one"
		return nil
	}
	switch len(found) {
	case 0:
		return problem("no column is clearly the one of the email addresses", columns)
	case 1:
		l.setColumn(found[0])
	default:
		return problem("several columns could be the one of the email addresses", found)
	}
	l.Why = fmt.Sprintf("%d of the first %d rows hold an address there", found[0].Addresses, len(rows))
	if namesEmail(found[0].Name) {
		l.Why = "its header says " + l.ColumnName
	} else if l.Header != nil {
		l.Why += "; the first row is taken for the header"
	}
	return nil
}

// takeColumn sets the column that was asked for by name or number.
func (l *List) takeColumn(asked string, columns []Candidate, problem func(string, []Candidate) error) error {
	var same []Candidate
	for _, c := range columns {
		if strings.EqualFold(c.Name, asked) {
			same = append(same, c)
		}
	}
	if number, err := strconv.Atoi(asked); err == nil && len(same) == 0 {
		for _, c := range columns {
			if c.Number == number {
				same = append(same, c)
			}
		}
	}
	switch {
	case len(same) == 0 && strings.HasPrefix(asked, ours):
		return problem(fmt.Sprintf("column %q is one of our own", asked), columns)
	case len(same) == 0:
		return problem(fmt.Sprintf("there is no column %q", asked), columns)
	case len(same) > 1:
		return problem(fmt.Sprintf("%d columns are called %q", len(same), asked), same)
	}
	l.setColumn(same[0])
	l.Why = "it was asked for"
	return nil
}

// oneLine is how a name is shown and compared: a header may hold line breaks.
func oneLine(name string) string { return strings.Join(strings.Fields(name), " ") }

func (l *List) setColumn(c Candidate) {
	l.Column, l.ColumnName = c.Number-1, c.Name
	if c.Name == "" {
		l.ColumnName = "column " + strconv.Itoa(c.Number)
	}
}

// survey returns the columns that are not of our own making, and how many cells of each are not empty.
func (l *List) survey(rows []string, holds func(cell string) bool) (columns []Candidate, filled []int) {
	place := make([]int, l.Cells) // of a column in columns, -1 if it is of our own
	for i := range place {
		place[i] = -1
		if l.old == nil || !l.old[i] {
			place[i] = len(columns)
			c := Candidate{Number: i + 1}
			if l.Header != nil {
				c.Name = oneLine(l.Header[i])
			}
			columns = append(columns, c)
		}
	}
	filled = make([]int, len(columns))
	for _, row := range rows {
		for i, raw := range rawCells(bodyOf(row), l.Dialect.Comma) {
			if i >= l.Cells {
				break
			}
			if p := place[i]; p >= 0 && raw != "" {
				cell := unquote(raw)
				if strings.TrimSpace(cell) != "" {
					filled[p]++
				}
				if holds(cell) {
					columns[p].Addresses++
				}
			}
		}
	}
	return columns, filled
}
