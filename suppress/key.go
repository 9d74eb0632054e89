package suppress

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"regexp"
	"strings"
	"sync"

	"winnow/address"
	"winnow/provider"
)

// Customs returns by what customs addresses of a domain are told apart here: those
// of its provider, by which one mailbox has one form however it is written. Only a
// disposable form of Yahoo's ("base-keyword") stands for itself: its owner deletes
// one and keeps the others, so that a bounce of one says nothing of them.
//
// Letters are compared without case everywhere (RFC 5321 section 2.4 lets a host
// tell them apart; none that people use does).
func Customs(domain string) provider.Customs {
	id := provider.OfDomain(domain)
	if id == provider.Yahoo {
		id = provider.Unknown
	}
	return id.Customs(domain)
}

// appendMailbox appends the form by which an address is looked up.
func appendMailbox(dst []byte, a address.Address) []byte {
	c := Customs(a.Domain)
	return c.AppendCanonical(dst, a.Local)
}

// keyer makes the keys that stand for mailboxes in the store: their forms or, with
// a secret, HMAC-SHA-256 of them (RFC 2104). It is safe for concurrent use.
type keyer struct{ mac *sync.Pool } // nil: in clear

const (
	keySize   = 16 // of the 32 bytes of the hash: by chance, two in 2^64 addresses have one
	weakest   = 16 // of a secret, in bytes
	inClear   = "clear"
	markSaid  = "winnow: the addresses of this store"
	maxForm   = 320 // local part, @, domain (RFC 5321 section 4.5.3.1)
	eventOnce = 8   // bytes that tell an event from others of its mailbox
)

func newKeyer(secret []byte) (keyer, error) {
	switch {
	case secret == nil:
		return keyer{}, nil
	case len(secret) < weakest:
		return keyer{}, ErrWeak
	}
	return keyer{&sync.Pool{New: func() any { return hmac.New(sha256.New, secret) }}}, nil
}

// mark is what tells one secret from another, and says nothing of either.
func (k keyer) mark() string {
	if k.mac == nil {
		return inClear
	}
	return hex.EncodeToString(k.append(nil, []byte(markSaid)))
}

// append appends the key of a form to dst.
func (k keyer) append(dst, form []byte) []byte {
	if k.mac == nil {
		return append(dst, form...)
	}
	mac := k.mac.Get().(hash.Hash)
	defer k.mac.Put(mac)
	mac.Reset()
	mac.Write(form)
	var sum [sha256.Size]byte
	return append(dst, mac.Sum(sum[:0])[:keySize]...)
}

// of returns the key of an address.
func (k keyer) of(a address.Address) []byte {
	var form [maxForm]byte
	return k.append(nil, appendMailbox(form[:0], a))
}

// key reads an address as somebody gives it.
func (l *Ledger) key(text string) ([]byte, address.Address, error) {
	a, err := address.Parse(strings.TrimSpace(text))
	if err != nil {
		return nil, a, fmt.Errorf("%w: %w", ErrNoAddress, err)
	}
	return l.keys.of(a), a, nil
}

// once returns what tells an event from others of its mailbox.
func once(parts ...string) []byte {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return h.Sum(nil)[:eventOnce]
}

var anyAddress = regexp.MustCompile(`[^\s<>()\[\]"':;,=]+@[^\s<>()\[\]"':;,]+`)

// masked is text without addresses, and without the name of this one.
func masked(text string, a address.Address) string {
	if strings.Contains(text, "@") {
		text = anyAddress.ReplaceAllString(text, "<address>")
	}
	return a.WithoutName(text, "<name>")
}
