package bounce

import (
	"crypto/sha256"
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"

	"winnow/provider"
)

// Rule is a rule as it stands in a file. What is left out holds always; of words,
// one is enough.
type Rule struct {
	ID        string   `toml:"id"`
	Reason    string   `toml:"reason"`
	Stages    []string `toml:"stages"`    // connect, helo, mail, rcpt, data; a reply of unknown stage fits all
	Codes     []string `toml:"codes"`     // the beginning of one is enough: "5", "55", "550"
	Enhanced  []string `toml:"enhanced"`  // "5.1.1", or "x.1.1" for any class
	Providers []string `toml:"providers"` // who runs the host, in the words of `winnow lists`
	Words     []string `toml:"words"`     // one of these phrases, see matcher
	With      []string `toml:"with"`      // and one of these
	Without   []string `toml:"without"`   // and none of these
	Regexp    string   `toml:"regexp"`    // on the text as it came, where phrases do not do
	Catches   []string `toml:"catches"`   // replies that it must decide
	Leaves    []string `toml:"leaves"`    // replies that it must not fit
	Source    string   `toml:"source"`    // where such replies are documented or were seen
	Date      string   `toml:"date"`      // when it was written or looked at last
}

// Rules are rules that can be asked. They do not change: [Rules.With] makes others.
type Rules struct {
	files   []ruleFile // the first speaks first
	rules   []rule
	lists   map[string][]string
	matcher *matcher
	uses    []use   // by phrase
	needs   []uint8 // by rule: the marks that it cannot do without
	keep    map[string]bool
}

type ruleFile struct {
	Source string              `toml:"source"`
	Date   string              `toml:"date"`
	Lists  map[string][]string `toml:"lists"`
	Rules  []Rule              `toml:"rule"`
	sum    [sha256.Size]byte   // of its bytes
}

type rule struct {
	Rule
	reason    Reason
	providers []provider.ID
	regexp    *regexp.Regexp
}

// use is where a phrase stands.
type use struct {
	rule int32
	mark uint8
}

const (
	markWords uint8 = 1 << iota
	markWith
	markWithout
)

// noStatus stands in a rule for replies without an enhanced code.
const noStatus = "none"

// blocklists is the list whose words are kept where they stand in a host's name.
const blocklists = "blocklist"

//go:embed rules/*.toml
var embedded embed.FS

// embeddedOrder is the order in which the files speak.
var embeddedOrder = [...]string{"words", "whom", "provider", "report", "sender", "recipient", "system"}

var readEmbedded = sync.OnceValues(func() (*Rules, error) {
	var files []ruleFile
	for _, name := range embeddedOrder {
		data, err := embedded.ReadFile("rules/" + name + ".toml")
		if err != nil {
			return nil, fmt.Errorf("bounce: %w", err)
		}
		f, err := readRules(name+".toml", data)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return compile(files)
})

// Embedded returns the rules that come with winnow.
func Embedded() (*Rules, error) { return readEmbedded() }

// With returns rs with a user's file of rules laid over: they speak before all
// others, may use rs's lists or name lists of their own, and one that bears the id
// of another takes its place. name is for messages.
func (rs *Rules) With(name string, file []byte) (*Rules, error) {
	f, err := readRules(name, file)
	if err != nil {
		return nil, err
	}
	files := []ruleFile{f}
	for _, old := range rs.files {
		old.Rules = slices.DeleteFunc(slices.Clone(old.Rules), func(r Rule) bool {
			return slices.ContainsFunc(f.Rules, func(own Rule) bool { return own.ID == r.ID })
		})
		files = append(files, old)
	}
	return compile(files)
}

// All returns the rules in the order in which they speak.
func (rs *Rules) All() []Rule {
	all := make([]Rule, len(rs.rules))
	for i := range rs.rules {
		all[i] = rs.rules[i].Rule
	}
	return all
}

func readRules(name string, data []byte) (ruleFile, error) {
	var f ruleFile
	meta, err := toml.Decode(string(data), &f)
	if err != nil {
		return f, fmt.Errorf("bounce rules: %s: %w", name, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return f, fmt.Errorf("bounce rules: %s: there is no key %s", name, unknown[0])
	}
	f.sum = sha256.Sum256(data)
	for i := range f.Rules {
		r := &f.Rules[i]
		if r.Source == "" {
			r.Source = f.Source
		}
		if r.Date == "" {
			r.Date = f.Date
		}
	}
	return f, nil
}

func compile(files []ruleFile) (*Rules, error) {
	rs := &Rules{files: files, lists: map[string][]string{}, keep: map[string]bool{}}
	var order []string
	for _, f := range files {
		for name, phrases := range f.Lists {
			if _, taken := rs.lists[name]; !taken { // the first speaks
				rs.lists[name] = phrases
				order = append(order, name)
			}
		}
	}
	slices.Sort(order)
	for _, name := range rs.lists[blocklists] {
		rs.keep[name] = true
	}
	m, err := newMatcher(rs.lists, order)
	if err != nil {
		return nil, fmt.Errorf("bounce rules: %w", err)
	}
	rs.matcher = m
	ids := map[string]bool{}
	for _, f := range files {
		for _, r := range f.Rules {
			if r.ID == "" || ids[r.ID] {
				return nil, fmt.Errorf("bounce rules: the id %q is missing or not the only one", r.ID)
			}
			ids[r.ID] = true
			if err := rs.addRule(r); err != nil {
				return nil, fmt.Errorf("bounce rules: rule %s: %w", r.ID, err)
			}
		}
	}
	return rs, nil
}

func (rs *Rules) addRule(r Rule) error {
	reason, err := ParseReason(r.Reason)
	if err != nil {
		return err
	}
	c := rule{Rule: r, reason: reason}
	if len(r.Words) == 0 && len(r.Enhanced) == 0 && len(r.Codes) == 0 && r.Regexp == "" {
		return fmt.Errorf("it fits every reply: it needs words, enhanced, codes or regexp")
	}
	for _, s := range r.Stages {
		if s == "" || !slices.Contains(stageWords[:], s) {
			return fmt.Errorf("there is no stage %q", s)
		}
	}
	for _, code := range r.Codes {
		if n, err := strconv.Atoi(code); err != nil || n < 2 || n > 599 {
			return fmt.Errorf("%q is not the beginning of a reply code", code)
		}
	}
	for _, e := range r.Enhanced {
		if e != noStatus && (len(e) < 4 || strings.IndexByte("x245", e[0]) < 0) {
			return fmt.Errorf("%q is no enhanced status code such as 5.1.1 or x.1.1", e)
		}
	}
	for _, name := range r.Providers {
		id, ok := providerNamed(name)
		if !ok {
			return fmt.Errorf("there is no provider %q", name)
		}
		c.providers = append(c.providers, id)
	}
	if r.Regexp != "" {
		if c.regexp, err = regexp.Compile(r.Regexp); err != nil {
			return err
		}
	}
	need := uint8(0)
	for _, phrases := range []struct {
		of   []string
		mark uint8
	}{{r.Words, markWords}, {r.With, markWith}, {r.Without, markWithout}} {
		if len(phrases.of) > 0 && phrases.mark != markWithout {
			need |= phrases.mark
		}
		for _, phrase := range phrases.of {
			if err := rs.matcher.add(&rs.matcher.root, phrase, int32(len(rs.uses))); err != nil {
				return err
			}
			rs.uses = append(rs.uses, use{int32(len(rs.rules)), phrases.mark})
		}
	}
	rs.rules, rs.needs = append(rs.rules, c), append(rs.needs, need)
	return nil
}

// providerNamed finds a provider that runs mail hosts by its permanent name.
func providerNamed(name string) (provider.ID, bool) {
	for id := provider.ID(1); id.String() != ""; id++ {
		if id.String() == name {
			return id, true
		}
	}
	return 0, false
}

// heard returns the rules that fit the reply, the strongest first.
func (rs *Rules) heard(r *Reply) []*rule {
	if rs.matcher == nil {
		return nil
	}
	text := r.head()
	var space [256]token
	in := reader{word: func(w []byte) token { return rs.matcher.vocabulary[string(w)] }, keep: rs.keep, out: space[:0]}
	marks := make([]uint8, len(rs.rules))
	mark := func(phrase int32) {
		u := rs.uses[phrase]
		marks[u.rule] |= u.mark
	}
	for part := range voices(text) {
		from := len(in.out)
		rs.matcher.find(in.read(part)[from:], mark)
	}
	by := provider.OfHost(r.Host).ID
	var fit []*rule
	for i, need := range rs.needs {
		// Most rules are told by this, and not looked at.
		if marks[i]&(need|markWithout) != need {
			continue
		}
		if c := &rs.rules[i]; c.fits(r, by, text) {
			fit = append(fit, c)
		}
	}
	return fit
}

// fits reports whether a rule whose words are in the reply fits it.
func (c *rule) fits(r *Reply, by provider.ID, text string) bool {
	switch {
	case len(c.providers) > 0 && !slices.Contains(c.providers, by),
		len(c.Stages) > 0 && r.Stage != StageUnknown && !slices.Contains(c.Stages, r.Stage.String()),
		len(c.Codes) > 0 && !slices.ContainsFunc(c.Codes, func(p string) bool { return beginsWith(r.Code, p) }),
		len(c.Enhanced) > 0 && !slices.ContainsFunc(c.Enhanced, func(e string) bool { return sameStatus(r.Enhanced, e) }):
		return false
	}
	return c.regexp == nil || c.regexp.MatchString(text)
}

func beginsWith(code int, prefix string) bool {
	return code != 0 && strings.HasPrefix(strconv.Itoa(code), prefix)
}

// sameStatus compares an enhanced code with a rule's, which may leave the class
// open (x.1.1) or the detail (5.7.).
func sameStatus(enhanced, of string) bool {
	if of == noStatus || enhanced == "" {
		return of == noStatus && enhanced == ""
	}
	if len(enhanced) < 5 || of[0] != 'x' && enhanced[0] != of[0] {
		return false
	}
	if strings.HasSuffix(of, ".") {
		return strings.HasPrefix(enhanced[1:], of[1:])
	}
	return enhanced[1:] == of[1:]
}
