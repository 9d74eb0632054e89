package sender_test

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/sender"
)

func TestPort25(t *testing.T) {
	const gmail, outlook, yahoo, gmx = "198.20.2.1", "198.20.2.4", "198.20.2.6", "198.20.2.9"
	const google = "greeting 220 mx.google.com ESMTP"
	for _, test := range []struct {
		name   string
		hosts  map[string]string
		want   string
		status string
	}{
		{"closed", nil, "no mail host answers: gmail-smtp-in.l.google.com (198.20.2.1): dial 198.20.2.1:25: connection refused, ", "fail"},
		{"one is open", map[string]string{gmail: google}, "greeted by gmail-smtp-in", "ok"},
		{"one refuses us", map[string]string{gmail: google, gmx: "greeting 554 gmx.net Nemesis ESMTP Service not available, no SMTP service"},
			"greeted by gmail-smtp-in.l.google.com (198.20.2.1); but refused by mx00.gmx.net (198.20.2.9): 554 gmx.net", "warn"},
		{"all refuse us", map[string]string{gmail: "greeting 421-4.7.0 try again\\n421 later", gmx: "greeting 554 no"},
			"port 25 is open, but we are refused: gmail-smtp-in.l.google.com (198.20.2.1): 421-4.7.0 try again, mx00.gmx.net (198.20.2.9): 554 no", "warn"},
		{"a relay in between", map[string]string{gmail: "greeting 220 smtp.isp.net ESMTP", outlook: "greeting 220 smtp.isp.net ESMTP"},
			"something in between answers in the place of gmail-smtp-in.l.google.com (198.20.2.1): 220 smtp.isp.net ESMTP, outlook", "fail"},
		{"a firewall masks greetings", map[string]string{gmail: "greeting 220 ***************", yahoo: "greeting 220 mta1.yahoo.com ESMTP"},
			"something in between answers in the place of gmail", "warn"},
		{"no mail host", map[string]string{gmail: "close after greeting 1\ngreeting 220 mx.google.com ESMTP"}, "greeted by gmail", "ok"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newStreet(t, acme)
			for addr, dialogue := range test.hosts {
				s.smtp(addr, dialogue)
			}
			seen := s.examine(sender.Setup{})["port25"]
			require.Len(t, seen, 1)
			require.Contains(t, seen[0], test.status+": "+test.want)
		})
	}
}

// Who asks a filter for a provider's mail host must not be led to a machine of its own.
func TestPort25Pinned(t *testing.T) {
	s := newStreet(t, "gmail.com MX 5 mx.gmail.com\nmx.gmail.com A 127.0.0.1\n* !nxdomain")
	seen := s.examine(sender.Setup{})
	require.Equal(t, []string{"unknown: no mail host could be tried: gmail.com: mx.gmail.com has the address 127.0.0.1, where no mail can be sent to"}, seen["port25"])
	require.Equal(t, []string{"unknown: no connection to a mail host came about to see it by"}, seen["address"])
}

func TestPort25NoResolver(t *testing.T) {
	s := newStreet(t, "* !servfail")
	require.Contains(t, s.examine(sender.Setup{})["port25"][0], "unknown: no mail host could be tried: gmail.com: DNS: SERVFAIL, ")
	s = newStreet(t, "* !nxdomain")
	require.Equal(t, []string{"unknown: no mail host could be tried: none of them has an address"}, s.examine(sender.Setup{})["port25"])
}

// What says no SMTP is no greeting.
func TestNoMailHost(t *testing.T) {
	s := newStreet(t, acme)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
			_ = conn.Close()
		}
	}()
	s.houses["198.20.2.1:25"] = listener.Addr().String()
	require.Contains(t, s.examine(sender.Setup{})["port25"][0], `connected, but no greeting: "HTTP/1.1 400 Bad Request" is no reply of a mail server`)
}

func TestOwnAddress(t *testing.T) {
	const greet = "greeting 220 mx.google.com ESMTP\nehlo 250-mx.google.com at your service, "
	for _, test := range []struct {
		name, dialogue, want string
		given                []netip.Addr
		routable             func(netip.Addr) bool
	}{
		{name: "as Gmail sees it", dialogue: greet + `[198.51.99.7]\n250 SIZE 1`, want: "ok: 198.51.99.7"},
		{name: "IPv6", dialogue: greet + `[2A0F:DB8::7]\n250 SIZE 1`, want: "ok: 2a0f:db8::7"},
		{name: "as Outlook words it", dialogue: "greeting 220 mx.google.com ESMTP\nehlo 250 mx.google.com Hello [198.51.99.7]", want: "ok: 198.51.99.7"},
		{name: "a private one is no news", dialogue: greet + "[10.0.0.1]\\n250 SIZE 1", want: "unknown: connections leave from 127.0.0.1, which"},
		{name: "another host's word counts for nothing", dialogue: "greeting 220 smtp.isp.net ESMTP\nehlo 250 smtp.isp.net [198.51.99.66]", want: "unknown: connections leave from 127.0.0.1"},
		{name: "given", dialogue: greet + "[198.51.99.7]\\n250 SIZE 1", given: addrs("198.51.99.7"), want: "ok: 198.51.99.7, as given"},
		{name: "given, but private", dialogue: greet + "[198.51.99.7]\\n250 SIZE 1", given: addrs("10.0.0.1"), want: "fail: 10.0.0.1 leads nowhere outside: it is private or special"},
		{name: "another than given", dialogue: greet + "[198.51.99.7]\\n250 SIZE 1", given: addrs("198.51.99.9"), want: "warn: mail hosts see us come from 198.51.99.7, which --ip does not name"},
		{name: "our end of the connection", dialogue: "greeting 220 mx.google.com ESMTP", want: "ok: 127.0.0.1",
			routable: func(netip.Addr) bool { return true }},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newStreet(t, acme)
			s.smtp("198.20.2.1", test.dialogue)
			o := s.options()
			o.Routable = test.routable
			require.Contains(t, s.examineWith(sender.Setup{HELO: "mail.acme.com", Addrs: test.given}, o)["address"][0], test.want)
		})
	}
}

// Only a name goes over the wire.
func TestGreetingIsAName(t *testing.T) {
	for _, helo := range []string{"", "localhost", "mail.acme.com\r\nmail from:<a@b.c>"} {
		s := newStreet(t, acme)
		gmail := s.smtp("198.20.2.1", "greeting 220 mx.google.com ESMTP")
		s.examine(sender.Setup{HELO: helo})
		require.Equal(t, []string{"EHLO [127.0.0.1]", "QUIT"}, gmail.Transcript())
	}
}

// A tarpit holds nobody up for longer than the time that was set.
func TestLateGreeting(t *testing.T) {
	s := newStreet(t, acme)
	s.smtp("198.20.2.1", "greeting 220 mx.google.com ESMTP\ndelay greeting 1h")
	s.smtp("198.20.2.4", "greeting 220 a.outlook.com ESMTP\ndelay ehlo 1h")
	o := s.options()
	o.Timeout = 300 * time.Millisecond
	require.Equal(t, []string{"ok: greeted by outlook-com.olc.protection.outlook.com (198.20.2.4); no greeting by gmail-smtp-in.l.google.com (198.20.2.1): no answer, " +
		"mta5.am0.yahoodns.net (198.20.2.6): dial 198.20.2.6:25: connection refused, mx00.gmx.net (198.20.2.9): dial 198.20.2.9:25: connection refused"}, s.examineWith(sender.Setup{}, o)["port25"])
}

// A host that accepts and says nothing is given up.
func TestSilentHost(t *testing.T) {
	s := newStreet(t, acme)
	o := s.options()
	o.Timeout = 1 // a nanosecond
	o.Dial = func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		t.Cleanup(func() { _ = far.Close() })
		return near, nil
	}
	require.Contains(t, s.examineWith(sender.Setup{}, o)["port25"][0], "fail: no mail host answers: gmail-smtp-in.l.google.com (198.20.2.1): no answer, ")
}
