// Package probe answers one question: would this host take mail for this address?
//
// It asks the domain's mail hosts with RCPT (RFC 5321) and never sends DATA. A yes
// counts only where the same host has refused a recipient that was made up; a no
// counts where it is final and about the recipient. What the host refuses because of
// us, or for now, says nothing of the address.
//
// Gathering and judging are apart: a [Prober] gathers [Evidence], and [Read] says
// what it means. docs/decisions/probe.md says how it goes about it, and why.
//
// RFC 5321 (SMTP), RFC 2920 (PIPELINING), RFC 3207 (STARTTLS), RFC 6531 (SMTPUTF8),
// RFC 2034 and RFC 3463 (enhanced status codes), RFC 1928 (SOCKS).
package probe
