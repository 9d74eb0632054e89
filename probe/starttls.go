package probe

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"time"

	"winnow/bounce"
)

// secure changes to TLS (RFC 3207) and says hello again: what was offered before does
// not count any more. A host that offers STARTTLS and then refuses is asked in clear;
// one whose handshake fails is connected to once more, without.
func (s *session) secure(ctx context.Context) bool {
	r, err := s.say(bounce.StageHelo, "STARTTLS")
	if err != nil {
		return s.fail(err, "waiting for the answer of "+s.host+" to STARTTLS")
	}
	if r.Code == 421 {
		return s.refuse(r)
	}
	if r.Code/100 != 2 {
		s.tls.Problem = "STARTTLS was refused"
		return true
	}
	if s.in.Buffered() > 0 { // somebody put words in before the handshake
		return s.failTLS("more than one answer to STARTTLS")
	}
	c := tls.Client(s.conn, &tls.Config{
		ServerName:         s.host,
		MinVersion:         tls.VersionTLS10, // any encryption is better than none, and nothing is sent that is secret
		InsecureSkipVerify: true,             // noted below, not required: RFC 7435
		ClientSessionCache: s.p.tickets,
	})
	s.conn.SetDeadline(s.limit())
	if err := c.HandshakeContext(ctx); err != nil {
		return s.failTLS("the handshake failed")
	}
	s.conn.SetDeadline(time.Time{})
	s.conn, s.in, s.out = c, bufio.NewReader(c), bufio.NewWriter(c)
	s.tls.observe(c.ConnectionState(), s.host, s.p.o.Roots)
	s.note(s.tls.Version + " " + s.tls.Subject + " " + s.tls.Problem)
	return s.hello()
}

func (s *session) failTLS(problem string) bool {
	s.tlsFailed, s.tls.Problem = true, problem
	s.failure, s.detail = Dropped, problem
	s.note(problem)
	return false
}

// observe notes what a handshake came to. A nil roots is the system's.
func (t *TLS) observe(state tls.ConnectionState, host string, roots *x509.CertPool) {
	t.Version = tls.VersionName(state.Version)
	if len(state.PeerCertificates) == 0 {
		t.Problem = "no certificate"
		return
	}
	cert, others := state.PeerCertificates[0], x509.NewCertPool()
	for _, c := range state.PeerCertificates[1:] {
		others.AddCert(c)
	}
	if t.Subject = cert.Subject.CommonName; len(cert.DNSNames) > 0 {
		t.Subject = cert.DNSNames[0]
	}
	t.Problem = ""
	if _, err := cert.Verify(x509.VerifyOptions{DNSName: host, Roots: roots, Intermediates: others}); err != nil {
		t.Problem = err.Error()
	}
}
