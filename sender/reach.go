package sender

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/textproto"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/publicsuffix"
)

// MailHost is a domain whose mail host is connected to.
type MailHost struct {
	Domain string
	Greets []string // domains that its greeting may name beside its mail host's own
}

// MailHosts returns those that are asked where Options names none: big ones, of
// different companies, whose greeting names them.
func MailHosts() []MailHost {
	return []MailHost{
		{Domain: "gmail.com", Greets: []string{"google.com"}},
		{Domain: "outlook.com"},
		{Domain: "yahoo.com", Greets: []string{"yahoo.com"}},
		{Domain: "gmx.net"},
	}
}

// contact is what came of connecting to one mail host by one family of addresses.
type contact struct {
	MailHost
	host     string
	to       netip.Addr
	from     netip.Addr // our end of the connection
	greeting string     // first line, "" if none came
	seen     netip.Addr // what the host says our address is
	err      error      // why there is no connection, or no greeting
	answer   Answer     // of DNS, where it ended there: then there is nothing else
}

func (c *contact) accepts() bool { return strings.HasPrefix(c.greeting, "220") }

// itself reports whether the greeting names the host or its company.
func (c *contact) itself() bool {
	name := greeter(c.greeting)
	return slices.ContainsFunc(append(c.Greets, c.host), func(of string) bool {
		return organisation(name) == organisation(of)
	})
}

// greeter is the name behind the code: RFC 5321 section 4.2 ("220 domain text").
func greeter(greeting string) string {
	if len(greeting) < 4 {
		return ""
	}
	name, _, _ := strings.Cut(greeting[4:], " ")
	return strings.ToLower(strings.Trim(name, "."))
}

// organisation is the part of a name that somebody registered; the name itself if it
// has none.
func organisation(name string) string {
	if org, err := publicsuffix.EffectiveTLDPlusOne(name); err == nil {
		return org
	}
	return name
}

// reach connects to all mail hosts beside each other, by IPv4 and IPv6.
func (v *survey) reach() []contact {
	contacts := make([]contact, 2*len(v.o.Hosts))
	var running sync.WaitGroup
	for i, h := range v.o.Hosts {
		for j, t := range []Type{A, AAAA} {
			c := &contacts[2*i+j]
			c.MailHost = h
			running.Go(func() { v.connect(c, t) })
		}
	}
	running.Wait()
	return slices.DeleteFunc(contacts, func(c contact) bool { return !c.to.IsValid() && c.answer.absent() })
}

// connect finds the mail host of c, greets it, and parts.
func (v *survey) connect(c *contact, t Type) {
	if c.answer = v.dns.ask(c.Domain, MX); c.answer.Outcome != Records {
		return
	}
	c.host = byPreference(c.answer)[0].Name
	if c.answer = v.dns.ask(c.host, t); c.answer.Outcome != Records {
		return
	}
	to := c.answer.Records[0].Addr
	if !v.o.Routable(to) {
		c.answer = Answer{Outcome: Temporary, Detail: fmt.Sprintf("%s has the address %s, where no mail can be sent to", c.host, to)}
		return
	}
	c.to = to
	ctx, cancel := context.WithTimeout(v.ctx, v.o.Timeout)
	defer cancel()
	conn, err := v.o.Dial(ctx, "tcp", net.JoinHostPort(to.String(), strconv.Itoa(int(v.o.Port))))
	if err != nil {
		c.err = err
		return
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	if own, is := netip.ParseAddrPort(conn.LocalAddr().String()); is == nil {
		c.from = own.Addr().Unmap()
	}
	c.talk(conn, v.HELO)
}

// talk greets the host with helo, and hears what it calls our address.
func (c *contact) talk(conn net.Conn, helo string) {
	text := textproto.NewConn(conn)
	lines, err := readReply(text)
	if err != nil {
		c.err = fmt.Errorf("connected, but no greeting: %w", err)
		return
	}
	c.greeting = lines[0]
	if !c.accepts() {
		return
	}
	if faultOf(helo) != "" { // RFC 5321 section 4.1.3; and what is no name has no business on the wire
		switch {
		case c.from.Is6():
			helo = "[IPv6:" + c.from.String() + "]"
		case c.from.Is4():
			helo = "[" + c.from.String() + "]"
		default:
			helo = "[127.0.0.1]"
		}
	}
	if text.PrintfLine("EHLO %s", helo) != nil {
		return
	}
	if lines, err = readReply(text); err == nil {
		c.seen = literal(lines[0])
	}
	if text.PrintfLine("QUIT") == nil {
		_, _ = readReply(text) // a polite end; what it says matters to nobody
	}
}

// readReply reads the lines of a reply: RFC 5321 section 4.2.1. There is one at least.
func readReply(text *textproto.Conn) ([]string, error) {
	const mostLines, mostBytes = 64, 1000
	var lines []string
	for len(lines) < mostLines {
		line, err := readLine(text, mostBytes)
		switch {
		case err != nil:
			return nil, err
		case len(line) < 3 || strings.Trim(line[:3], "0123456789") != "":
			return nil, fmt.Errorf("%.60q is no reply of a mail server", line)
		}
		lines = append(lines, line)
		if len(line) == 3 || line[3] != '-' {
			return lines, nil
		}
	}
	return nil, errors.New("a reply without an end")
}

func readLine(text *textproto.Conn, most int) (string, error) {
	var line []byte
	for len(line) < most {
		b, err := text.R.ReadByte()
		if err != nil {
			return "", err
		}
		if b == '\n' {
			return strings.ToValidUTF8(strings.TrimRight(string(line), "\r"), "?"), nil
		}
		line = append(line, b)
	}
	return "", errors.New("a line without an end")
}

var inBrackets = regexp.MustCompile(`[\[(]([0-9A-Fa-f:.]+)[\])]`)

// literal finds the address that an answer to EHLO calls ours, as most big hosts do:
// "250-mx.google.com at your service, [192.0.2.7]".
func literal(line string) netip.Addr {
	line = strings.ReplaceAll(strings.ReplaceAll(line, "IPv6:", ""), "ipv6:", "")
	for _, m := range inBrackets.FindAllStringSubmatch(line, -1) {
		if addr, err := netip.ParseAddr(m[1]); err == nil {
			return addr.Unmap()
		}
	}
	return netip.Addr{}
}
