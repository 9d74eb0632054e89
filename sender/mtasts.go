package sender

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// stsPolicy is the file of RFC 8461 section 3.2.
type stsPolicy struct {
	mode   string // enforce, testing, none
	hosts  []string
	maxAge time.Duration
}

// parseSTS reads a policy file. The error says why it counts for nothing.
func parseSTS(text string) (stsPolicy, error) {
	var p stsPolicy
	version, age := "", ""
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		name, value, is := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch {
		case !is:
			return p, fmt.Errorf("%.60q is no NAME: VALUE", line)
		case name == "version" && version == "":
			version = value
		case name == "mode" && p.mode == "":
			p.mode = value
		case name == "max_age" && age == "":
			age = value
		case name == "mx":
			p.hosts = append(p.hosts, strings.ToLower(strings.TrimSuffix(value, ".")))
		}
	}
	seconds, err := strconv.ParseUint(age, 10, 32)
	p.maxAge = time.Duration(seconds) * time.Second
	switch {
	case version != "STSv1":
		return p, errors.New("version is not STSv1")
	case !slices.Contains([]string{"enforce", "testing", "none"}, p.mode):
		return p, fmt.Errorf("mode %q is none of enforce, testing, none", p.mode)
	case err != nil || seconds > 31557600:
		return p, fmt.Errorf("max_age %q is no number of seconds up to a year", age)
	case len(p.hosts) == 0 && p.mode != "none":
		return p, errors.New("it names no mail host (mx)")
	}
	return p, nil
}

// covers: RFC 8461 section 4.1; * stands for one label.
func (p stsPolicy) covers(host string) bool {
	return slices.ContainsFunc(p.hosts, func(pattern string) bool {
		if rest, wild := strings.CutPrefix(pattern, "*."); wild {
			_, above, _ := strings.Cut(host, ".")
			return above == rest
		}
		return pattern == host
	})
}

var isSTS = begins("STSv1")

func transportPolicy(v *survey) []Result {
	about, at := v.Domain, "_mta-sts."+v.Domain
	records, a := v.dns.texts(at, isSTS)
	switch {
	case a.Outcome == Temporary:
		return []Result{unknown(about, a)}
	case len(records) == 0:
		return []Result{ok(about, "no policy; it is optional, and about mail to you: bounces and replies")}
	case len(records) > 1:
		return []Result{fail(about, "leave one record at "+at, "%d records at %s, and so none counts", len(records), at)}
	}
	if list, err := parseTags(records[0]); err != nil || !isID(list.value("id", "")) {
		return []Result{fail(about, "write \"v=STSv1; id=…\", the id of up to 32 letters and digits", "no record of MTA-STS: %s", records[0])}
	}
	text, r := v.fetch("mta-sts." + v.Domain)
	if r.Status != 0 {
		return []Result{r}
	}
	p, err := parseSTS(text)
	if err != nil {
		return []Result{fail(about, "mend the policy file: senders ignore it", "the policy file counts for nothing: %s", err)}
	}
	hosts := v.dns.ask(v.Domain, MX)
	if hosts.Outcome == Temporary {
		return []Result{unknown(about, hosts)}
	}
	var left []string
	for _, h := range hosts.Records {
		if !p.covers(h.Name) {
			left = append(left, h.Name)
		}
	}
	leftOut := list(left, func(s string) string { return s })
	switch {
	case p.mode == "none":
		return []Result{ok(about, "mode none: switched off")}
	case len(left) > 0 && p.mode == "enforce":
		return []Result{fail(about, "add them to the policy file (mx:), then change the id in DNS", "mail to %s is held back: the policy enforces, and does not name them", leftOut)}
	case len(left) > 0:
		return []Result{warn(about, "add them to the policy file (mx:), then change the id in DNS", "the policy does not name %s", leftOut)}
	case p.maxAge < 24*time.Hour:
		return []Result{warn(about, "let max_age be a week or more (604800)", "mode %s, but for %s only", p.mode, p.maxAge)}
	case p.mode == "testing":
		return []Result{ok(about, "mode testing, and names all mail hosts; enforce it when the reports (TLS-RPT) are clean")}
	}
	return []Result{ok(about, "mode enforce, and names all mail hosts")}
}

func isID(id string) bool {
	letters := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
	}
	return id != "" && len(id) <= 32 && strings.IndexFunc(id, func(r rune) bool { return !letters(r) }) < 0
}

// fetch gets the policy file of a host: RFC 8461 section 3.3. The result is there
// where the file is not.
func (v *survey) fetch(host string) (string, Result) {
	about, file := v.Domain, "https://"+host+"/.well-known/mta-sts.txt"
	publish := "publish the policy at " + file + ", with a certificate for that name, or take the record at _mta-sts." + v.Domain + " away"
	addrs := v.dns.addrs(host)
	switch {
	case addrs.Outcome == Temporary:
		return "", unknown(about, addrs)
	case addrs.absent():
		return "", fail(about, publish, "there is a record, but %s has no address: the policy cannot be fetched", host)
	case !slices.ContainsFunc(addrs.Records, func(r Record) bool { return v.o.Routable(r.Addr) }):
		return "", fail(about, publish, "%s has only addresses that nobody outside can reach", host)
	}
	client := http.Client{
		Timeout:       v.o.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // they count as failures
		Transport: &http.Transport{
			DisableKeepAlives: true,
			TLSClientConfig:   &tls.Config{RootCAs: v.o.Roots, MinVersion: tls.VersionTLS12},
			DialContext: func(ctx context.Context, network, _ string) (conn net.Conn, err error) {
				for _, r := range addrs.Records {
					if !v.o.Routable(r.Addr) {
						continue
					}
					if conn, err = v.o.Dial(ctx, network, net.JoinHostPort(r.Addr.String(), "443")); err == nil {
						return conn, nil
					}
				}
				return nil, err
			},
		},
	}
	request, err := http.NewRequestWithContext(v.ctx, http.MethodGet, file, nil)
	if err != nil {
		return "", fail(about, publish, "%s", err)
	}
	response, err := client.Do(request)
	var certificate *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	switch {
	case errors.As(err, &certificate):
		return "", fail(about, publish, "the certificate of %s is not good: %s", host, certificate.Err)
	case errors.As(err, &authority):
		return "", fail(about, publish, "the certificate of %s is not good: %s", host, authority)
	case err != nil:
		return "", Result{About: about, Status: Unknown, Todo: askAgain + "; see whether " + file + " opens in a browser", Found: "the policy could not be fetched: " + short(err)}
	}
	defer response.Body.Close()
	const most = 64 << 10 // RFC 8461 section 3.3 lets senders stop there
	body, err := io.ReadAll(io.LimitReader(response.Body, most))
	media, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	switch {
	case response.StatusCode >= 500:
		return "", Result{About: about, Status: Unknown, Todo: askAgain, Found: file + " answers " + response.Status}
	case response.StatusCode != http.StatusOK:
		return "", fail(about, publish, "%s answers %s", file, response.Status)
	case media != "text/plain":
		return "", fail(about, "have the file served as text/plain", "%s is served as %q", file, media)
	case err != nil:
		return "", Result{About: about, Status: Unknown, Todo: askAgain, Found: "the policy could not be fetched: " + short(err)}
	}
	return string(body), Result{}
}

var isTLSRPT = begins("TLSRPTv1")

// transportReports: RFC 8460 section 3.
func transportReports(v *survey) []Result {
	at := "_smtp._tls." + v.Domain
	records, a := v.dns.texts(at, isTLSRPT)
	sts, b := v.dns.texts("_mta-sts."+v.Domain, isSTS)
	switch {
	case a.Outcome == Temporary:
		return []Result{unknown(v.Domain, a)}
	case len(records) == 0 && b.Outcome == Temporary:
		return []Result{unknown(v.Domain, b)}
	case len(records) == 0 && len(sts) > 0:
		return []Result{warn(v.Domain, "publish TXT \"v=TLSRPTv1; rua=mailto:…\" at "+at, "there is an MTA-STS policy, but nobody is told when it holds mail back")}
	case len(records) == 0:
		return []Result{ok(v.Domain, "no address; it is optional")}
	case len(records) > 1:
		return []Result{warn(v.Domain, "leave one record at "+at, "%d records at %s, and so none counts", len(records), at)}
	}
	list, err := parseTags(records[0])
	rua := ""
	if err == nil {
		rua = list.value("rua", "")
	}
	if !strings.HasPrefix(rua, "mailto:") && !strings.HasPrefix(rua, "https://") {
		return []Result{warn(v.Domain, "write rua=mailto:ADDRESS", "no address for reports: %s", records[0])}
	}
	return []Result{ok(v.Domain, "%s", rua)}
}
