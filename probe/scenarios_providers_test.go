package probe_test

// providers are the replies of big providers, as they publish them or as they are seen
// (https://smtp.codes has most), each at its hosts.
func providers() []scenario {
	at := func(name, host, addrs, dialogue, want string) scenario {
		domains := map[string]string{}
		for _, d := range []string{"gmail.com", "acme.com", "outlook.com", "yahoo.com", "aol.com", "icloud.com", "mail.ru", "duck.com", "gmx.net", "orange.fr", "comcast.net", "zoho.com", "yandex.ru", "qq.com"} {
			domains[d] = host
		}
		return scenario{name: name, ask: addrs, dialogue: dialogue, want: want, mx: domains, change: impatient}
	}
	const (
		gmail     = "gmail-smtp-in.l.google.com"
		workspace = "aspmx.l.google.com"
		outlook   = "outlook-com.olc.protection.outlook.com"
		m365      = "acme-com.mail.protection.outlook.com"
		yahoo     = "mta5.am0.yahoodns.net"
		aol       = "mx-aol.mail.gm0.yahoodns.net"
		icloud    = "mx01.mail.icloud.com"
		mimecast  = "eu-smtp-inbound-1.mimecast.com"
		proofpt   = "mxa-00112201.gslb.pphosted.com"
		mailru    = "mxs.mail.ru"
	)
	gsmtp := `rcpt known@* 250 2.1.5 OK a1-20020 - gsmtp
		rcpt off@* 550-5.2.1 The email account that you tried to reach is inactive. For more\n550-5.2.1 information, go to\n550 5.2.1  https://support.google.com/mail/?p=DisabledUser a1 - gsmtp
		rcpt full@* 452-4.2.2 The recipient's inbox is out of storage space. Please direct the\n452-4.2.2 recipient to\n452 4.2.2  https://support.google.com/mail/?p=OverQuotaTemp a1 - gsmtp
		rcpt busy@* 450-4.2.1 The user you are trying to contact is receiving mail at a rate that\n450-4.2.1 prevents additional messages from being delivered.\n450 4.2.1 https://support.google.com/mail/?p=ReceivingRate a1 - gsmtp
		rcpt * 550-5.1.1 The email account that you tried to reach does not exist. Please try\n550-5.1.1 double-checking the recipient's email address for typos or\n550-5.1.1 unnecessary spaces. For more information, go to\n550 5.1.1  https://support.google.com/mail/?p=NoSuchUser a1 - gsmtp`
	return []scenario{
		at("Gmail", gmail, "known@gmail.com off@gmail.com full@gmail.com busy@gmail.com gone@gmail.com", gsmtp,
			"ok; mailbox-disabled; full 24h0m0s; recipient-rate 4h0m0s; recipient-unknown"),
		at("Google Workspace", workspace, "known@acme.com gone@acme.com", gsmtp, "ok; recipient-unknown"),
		at("Gmail: our reputation", gmail, "known@gmail.com gone@gmail.com",
			`greeting 421-4.7.0 [203.0.113.1] Our system has detected that this message is\n421-4.7.0 suspicious due to the very low reputation of the sending IP address.\n421 4.7.0 https://support.google.com/mail/answer/188131 - gsmtp`,
			"ip-reputation; ip-reputation"),
		at("Gmail: our rate", gmail, "known@gmail.com",
			`rcpt * 421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from\n421-4.7.28 your IP address. To protect our users from spam, mail has been temporarily\n421 4.7.28 rate limited. https://support.google.com/mail/?p=UnsolicitedRateLimitError - gsmtp`,
			"sender-rate 1h0m0s"),
		at("Outlook.com", outlook, "known@outlook.com gone@outlook.com",
			`rcpt known@* 250 2.1.5 Recipient OK
			rcpt * 550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302). [DB5EUR01FT014.eop-EUR01.prod.protection.outlook.com]`,
			"ok; recipient-unknown"),
		at("Outlook.com: blocked", outlook, "known@outlook.com gone@outlook.com",
			`mail * 550 5.7.1 Unfortunately, messages from [203.0.113.1] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150). You can also refer your provider to http://mail.live.com/mail/troubleshooting.aspx#errors. [DB5EUR01FT014.eop-EUR01.prod.protection.outlook.com]`,
			"ip-reputation; ip-reputation"),
		at("Outlook.com: rate by reputation", outlook, "known@outlook.com",
			`rcpt * 451 4.7.650 The mail server [203.0.113.1] has been temporarily rate limited due to IP reputation. For e-mail delivery information, see https://postmaster.live.com (S775) [DB5EUR01FT014.eop-EUR01.prod.protection.outlook.com]`,
			"ip-reputation"),
		at("Microsoft 365", m365, "known@acme.com gone@acme.com list@acme.com",
			`rcpt known@* 250 2.1.5 Recipient OK
			rcpt list@* 550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; Delivery restriction check failed because the sender was not authenticated when sending to this group
			rcpt * 550 5.4.1 Recipient address rejected: Access denied. For more information see https://aka.ms/EXOSmtpErrors [DB5EUR03FT010.eop-EUR03.prod.protection.outlook.com 2026-01-01T00:00:00.000Z 08DD]`,
			"ok; recipient-unknown; restricted"),
		at("Microsoft 365: 5.1.10", m365, "gone@acme.com",
			`rcpt * 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient gone@acme.com not found by SMTP address lookup`, "recipient-unknown"),
		at("Microsoft 365: banned", m365, "known@acme.com gone@acme.com",
			`rcpt * 550 5.7.606 Access denied, banned sending IP [203.0.113.1]. To request removal from this list please visit https://sender.office.com/ and follow the directions.`,
			"ip-reputation; ip-reputation"),
		at("Microsoft 365: busy", m365, "known@acme.com",
			`rcpt * 451 4.7.500 Server busy. Please try again later from [203.0.113.1]. (S77714) [DB5EUR03FT010.eop-EUR03.prod.protection.outlook.com]`,
			"ip-reputation"),
		at("Yahoo: its yes means nothing", yahoo, "known@yahoo.com", "rcpt * 250 recipient <x> ok", "unreliable"),
		at("Yahoo: its no counts", yahoo, "gone@yahoo.com known@yahoo.com",
			`rcpt gone@* 552 1 Requested mail action aborted, mailbox not found
			rcpt * 250 recipient ok`, "recipient-unknown; unreliable"),
		at("Yahoo: deferred", yahoo, "known@yahoo.com",
			`greeting 421 4.7.0 [TSS04] Messages from 203.0.113.1 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes`,
			"sender-rate 1h0m0s"),
		at("Yahoo: a listed address", yahoo, "known@yahoo.com",
			`greeting 553 5.7.1 [BL21] Connections will not be accepted from 203.0.113.1, because the ip is in Spamhaus's list; see https://postmaster.yahooinc.com/error-codes`, "blocked"),
		at("AOL", aol, "known@aol.com", "rcpt * 250 recipient ok", "unreliable"),
		at("iCloud", icloud, "known@icloud.com gone@icloud.com full@icloud.com",
			`rcpt known@* 250 2.1.5 Ok
			rcpt full@* 552 5.2.2 <full@icloud.com>: user is overquota
			rcpt * 550 5.1.1 <x@icloud.com>: user does not exist`, "ok; recipient-unknown; full 24h0m0s"),
		at("iCloud: too many errors", icloud, "known@icloud.com", `rcpt * 421 4.7.0 me.com Error: too many errors`, "sender-rate 1h0m0s"),
		at("Mimecast", mimecast, "known@acme.com gone@acme.com",
			`rcpt known@* 250 Recipient accepted [x1y2] - https://community.mimecast.com/docs/DOC-1369#250
			rcpt * 550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550 [x1y2]`, "ok; recipient-unknown"),
		at("Mimecast: greylisting", mimecast, "known@acme.com",
			`rcpt * 451 Internal resources are temporarily unavailable - https://community.mimecast.com/docs/DOC-1369#451 [x1y2]`, "deferred-system 1h0m0s"),
		at("Mimecast: our sender", mimecast, "known@acme.com",
			`rcpt * 550 Administrative prohibition - envelope blocked - https://community.mimecast.com/docs/DOC-1369#550 [x1y2]`, "policy"),
		at("Proofpoint", proofpt, "known@acme.com gone@acme.com",
			`rcpt known@* 250 2.1.5 <x>... Recipient ok
			rcpt * 550 5.1.1 <x>... User unknown`, "ok; recipient-unknown"),
		at("Proofpoint: blocked", proofpt, "known@acme.com",
			`rcpt * 554 5.7.1 Service unavailable; client [203.0.113.1] blocked using prs.proofpoint.com`, "ip-reputation"),
		at("mail.ru: its yes means nothing", mailru, "known@mail.ru", "rcpt * 250 OK", "unreliable"),
		at("mail.ru: its no counts", mailru, "gone@mail.ru off@mail.ru",
			`rcpt off@* 550 Message was not accepted -- invalid mailbox.  Local mailbox off@mail.ru is unavailable: account is disabled
			rcpt * 550 Message was not accepted -- invalid mailbox.  Local mailbox x@mail.ru is unavailable: user not found`, "recipient-unknown; mailbox-disabled"),
		at("a relay's yes means nothing", "mx1.simplelogin.co", "known@acme.com", "rcpt * 250 ok", "unreliable"),
		at("Orange: too many connections", "smtp-in.orange.fr", "known@orange.fr",
			`greeting 421 opmta1mti30nd1 smtp.orange.fr Trop de connexions, veuillez verifier votre configuration. Too many connections, slow down. OFR004_104 [104]`, "sender-rate 1h0m0s"),
		at("Comcast", "mx1a1.comcast.net", "gone@comcast.net", "rcpt * 550 5.1.1 <gone@comcast.net> recipient mailbox unallocated", "recipient-unknown"),
		at("Postfix after its yes for another", "mx.acme.com", "known@acme.com gone@acme.com",
			`rcpt known@* 250 2.1.5 Ok
			rcpt * 550 5.1.1 <x>: Recipient address rejected: User unknown in virtual mailbox table`, "ok; recipient-unknown"),
		at("Exim", "mx.acme.com", "known@acme.com gone@acme.com",
			`rcpt known@* 250 Accepted
			rcpt * 550 Unrouteable address`, "ok; domain-invalid"),
	}
}
