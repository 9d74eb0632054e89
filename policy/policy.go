// Package policy answers one question: what does this user want done with what
// was found?
//
// A policy file is TOML; the command line's flags are laid over it. A key that
// is not known is an error that names its line.
//
//	[grades]
//	"role.function" = "risky"
//
//	[clean]
//	keep        = ["role", "unknown"]
//	duplicates  = "first"
//	max-removed = "20%"
//	fail-on     = ["invalid>5%"]
//
//	[lists]
//	allow = ["customers.txt"]
//	deny  = ["competitors.txt"]
//
//	[dns]
//	resolvers = ["192.0.2.53:53", "tls://dns.example"]
//	timeout   = "5s"
//
//	[suppress]                  # what becomes of addresses that bounced; see package suppress
//	soft-events     = 3
//	recent-delivery = "90d"
//	from-domain     = "news.acme.com"
//
//	[probe]                     # of mail hosts; see package probe
//	mode          = "off"       # on, or try: go on without where port 25 is closed
//	helo          = "mail.acme.com"
//	from          = "news@acme.com"
//	patience      = "20m"
//	budget        = 0
//	catch-all-for = "30d"
//	answers-for   = "1d"        # 0: whoever was asked lately is asked anew
package policy

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"winnow/mx"
	"winnow/suppress"
	"winnow/validate"
	"winnow/verdict"
)

// Policy is what a policy file says. [Default] gives what holds without one.
type Policy struct {
	Grades     map[verdict.Kind]verdict.Grade
	Keep       []string // groups and codes whose rows go to the clean part; see [Policy.AddKeep]
	Duplicates Duplicates
	MaxRemoved Share // of the judged rows; [NoBrake] is no brake
	FailOn     []Gate
	Allow      []string      // files of what is always let through; see [validate.Own]
	Deny       []string      // files of what is never sent to
	Resolvers  []string      // as in mx.Options.Servers; nil means the system's
	Timeout    time.Duration // of one DNS question; 0 means mx's own
	Suppress   suppress.Policy
	Probe      Probe
	Store      string // the file that keeps what became of earlier mail, or "none"; "" means the user's own
	HashKey    string // the file that has the key of hashed addresses; "" means that they are in clear
}

// Default returns the policy that holds where nothing else is said.
func Default() Policy { return Policy{MaxRemoved: 0.20, Probe: Probe{CatchAllFor: catchAllFor}} }

// Grade returns the grade of k under p.
func (p Policy) Grade(k verdict.Kind) verdict.Grade {
	if g, ok := p.Grades[k]; ok {
		return g
	}
	return validate.Info(k).Grade
}

// Validate returns the part of p that package validate wants. It reads the files of
// Allow and Deny.
func (p Policy) Validate() (validate.Options, error) {
	o := validate.Options{Grades: p.Grades}
	for _, of := range []struct {
		files []string
		to    **validate.Own
	}{{p.Allow, &o.Allow}, {p.Deny, &o.Deny}} {
		list := &validate.Own{}
		for _, file := range of.files {
			if err := list.Load(file); err != nil {
				return o, err
			}
		}
		*of.to = list
	}
	return o, nil
}

// MX returns the part of p that package mx wants.
func (p Policy) MX() mx.Options { return mx.Options{Servers: p.Resolvers, Timeout: p.Timeout} }

// Duplicates says where the later rows of a mailbox go.
type Duplicates uint8

const (
	DuplicatesFirst Duplicates = iota // to a part of their own
	DuplicatesKeep                    // nowhere: they are not looked for
	DuplicatesFlag                    // where they would go anyhow, with the flag
)

// ParseDuplicates reads first, keep or only-flag.
func ParseDuplicates(s string) (Duplicates, error) {
	switch s {
	case "first":
		return DuplicatesFirst, nil
	case "keep":
		return DuplicatesKeep, nil
	case "only-flag":
		return DuplicatesFlag, nil
	}
	return 0, fmt.Errorf("duplicates: %q is none of first, keep, only-flag", s)
}

// file is the shape of a policy file.
type file struct {
	Grades map[string]string `toml:"grades"`
	Clean  struct {
		Keep       []string `toml:"keep"`
		Duplicates *string  `toml:"duplicates"`
		MaxRemoved *string  `toml:"max-removed"`
		FailOn     []string `toml:"fail-on"`
	} `toml:"clean"`
	Lists struct {
		Allow []string `toml:"allow"`
		Deny  []string `toml:"deny"`
	} `toml:"lists"`
	DNS struct {
		Resolvers []string `toml:"resolvers"`
		Timeout   *string  `toml:"timeout"`
	} `toml:"dns"`
	Suppress suppressTable `toml:"suppress"`
	Probe    probeTable    `toml:"probe"`
}

// Load reads the policy file at path over [Default]. Files that it names are
// looked for in its own folder.
func Load(path string) (Policy, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Policy{}, fmt.Errorf("read the policy: %w", err)
	}
	p, err := Parse(string(text))
	if err != nil {
		return Policy{}, fmt.Errorf("read the policy %s: %w", path, err)
	}
	beside := func(file *string) {
		if *file != "" && !filepath.IsAbs(*file) {
			*file = filepath.Join(filepath.Dir(path), *file)
		}
	}
	for _, files := range [][]string{p.Allow, p.Deny} {
		for i := range files {
			beside(&files[i])
		}
	}
	if p.Store != NoStore {
		beside(&p.Store)
	}
	beside(&p.HashKey)
	return p, nil
}

// Parse reads a policy's text over [Default].
func Parse(text string) (Policy, error) {
	p := Default()
	var f file
	meta, err := toml.Decode(text, &f)
	if err != nil {
		var at toml.ParseError
		if errors.As(err, &at) {
			return p, fmt.Errorf("line %d: %s", at.Position.Line, at.Message)
		}
		// A value of the wrong type: "toml: line 2 (last key "clean.keep"): …"
		return p, errors.New(strings.Replace(strings.TrimPrefix(err.Error(), "toml: "), " (last key ", ": (last key ", 1))
	}
	for _, table := range []string{"grades", "clean", "lists", "dns", "suppress", "probe"} {
		if meta.IsDefined(table) && meta.Type(table) != "Hash" { // toml takes some values for an empty table
			return p, fmt.Errorf("line %d: %s is a table: write [%s]", lineOf(text, toml.Key{table}), table, table)
		}
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		key := unknown[0]
		return p, fmt.Errorf("line %d: there is no setting %s", lineOf(text, key), key)
	}
	for code, grade := range f.Grades {
		if err := p.SetGrade(code + "=" + grade); err != nil {
			return p, fmt.Errorf("line %d: %w", lineOf(text, toml.Key{"grades", code}), err)
		}
	}
	say := func(key string, err error) error {
		if err != nil {
			return fmt.Errorf("line %d: %w", lineOf(text, strings.Split(key, ".")), err)
		}
		return nil
	}
	if err := p.AddKeep(f.Clean.Keep...); err != nil {
		return p, say("clean.keep", err)
	}
	if s := f.Clean.Duplicates; s != nil {
		if p.Duplicates, err = ParseDuplicates(*s); err != nil {
			return p, say("clean.duplicates", err)
		}
	}
	if s := f.Clean.MaxRemoved; s != nil {
		if p.MaxRemoved, err = ParseShare(*s); err != nil {
			return p, say("clean.max-removed", fmt.Errorf("max-removed: %w", err))
		}
	}
	for _, s := range f.Clean.FailOn {
		g, err := ParseGate(s)
		if err != nil {
			return p, say("clean.fail-on", err)
		}
		p.FailOn = append(p.FailOn, g)
	}
	p.Allow, p.Deny = f.Lists.Allow, f.Lists.Deny
	if err := p.SetResolvers(f.DNS.Resolvers); err != nil {
		return p, say("dns.resolvers", err)
	}
	if s := f.DNS.Timeout; s != nil {
		if p.Timeout, err = time.ParseDuration(*s); err != nil || p.Timeout <= 0 {
			return p, say("dns.timeout", fmt.Errorf("timeout: %q is no duration such as 5s", *s))
		}
	}
	if key, err := f.Suppress.addTo(&p); err != nil {
		return p, say("suppress."+key, err)
	}
	if key, err := f.Probe.addTo(&p); err != nil {
		return p, say("probe."+key, err)
	}
	return p, nil
}

// lineOf finds the line on which a key is set: toml tells it only for errors of
// its own.
func lineOf(text string, key toml.Key) int {
	name, table, line := key[len(key)-1], "", 0
	for l := range strings.Lines(text) {
		line++
		l = strings.TrimSpace(l)
		if rest, ok := strings.CutPrefix(l, "["); ok {
			table = strings.Trim(strings.SplitN(rest, "]", 2)[0], "[ ")
			if table == key.String() {
				return line
			}
			continue
		}
		left, _, ok := strings.Cut(l, "=")
		if ok && strings.Trim(strings.TrimSpace(left), `"'`) == name && table == strings.Join(key[:len(key)-1], ".") {
			return line
		}
	}
	return 1
}

// SetResolvers sets the resolvers to ask, each HOST, HOST:PORT, tls://HOST or
// https://HOST/PATH as in mx.Options.Servers; none means the system's.
func (p *Policy) SetResolvers(servers []string) error {
	var trimmed []string
	for _, s := range servers {
		s = strings.TrimSpace(s)
		trimmed = append(trimmed, s)
		if err := mx.CheckServer(s); err != nil {
			return fmt.Errorf("resolver: %q: %w; write it like 192.0.2.53, [2001:db8::53]:53, tls://dns.example or https://dns.example/dns-query", s, err)
		}
	}
	p.Resolvers = trimmed
	return nil
}

// SetGrade reads CODE=GRADE.
func (p *Policy) SetGrade(s string) error {
	code, word, ok := strings.Cut(s, "=")
	if !ok {
		return fmt.Errorf("grade: %q is not CODE=GRADE, such as role.function=risky", s)
	}
	k, ok := validate.KindOf(code)
	if !ok {
		return fmt.Errorf("grade: there is no code %q (winnow explain --list shows all)", code)
	}
	g, ok := verdict.ParseGrade(word)
	if !ok {
		return fmt.Errorf("grade: %q is none of valid, risky, unknown, invalid", word)
	}
	if err := validate.Regrade(k, g); err != nil {
		return fmt.Errorf("grade: %w", err)
	}
	if p.Grades == nil {
		p.Grades = make(map[verdict.Kind]verdict.Grade)
	}
	p.Grades[k] = g
	return nil
}
