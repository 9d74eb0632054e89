package sender

import "fmt"

// Status is how a check ended.
type Status uint8

const (
	OK      Status = iota + 1
	Warn           // works, but not everywhere or not well
	Fail           // seen to be wrong
	Unknown        // could not be found out
	Skipped        // not looked at: an input is missing
)

var statuses = [...]string{"", "ok", "warn", "fail", "unknown", "skipped"}

// String returns the status in lower case; "" for none.
func (s Status) String() string {
	if int(s) >= len(statuses) {
		return ""
	}
	return statuses[s]
}

// Result is what one check found of one thing.
type Result struct {
	Check  string // its permanent code, such as "spf"
	About  string // an address, a domain, a name; "" for the whole set-up
	Status Status
	Found  string // what was seen, for people, a sentence without a full stop
	Todo   string // what to do; "" if nothing
}

func ok(about, format string, args ...any) Result {
	return Result{About: about, Status: OK, Found: fmt.Sprintf(format, args...)}
}

func warn(about, todo, format string, args ...any) Result {
	return Result{About: about, Status: Warn, Todo: todo, Found: fmt.Sprintf(format, args...)}
}

func fail(about, todo, format string, args ...any) Result {
	return Result{About: about, Status: Fail, Todo: todo, Found: fmt.Sprintf(format, args...)}
}

// unknown is the result where an answer a is Temporary.
func unknown(about string, a Answer) Result {
	return Result{About: about, Status: Unknown, Found: "could not be found out: " + a.Detail, Todo: askAgain}
}

const askAgain = "ask again later, or another resolver (--resolver)"
