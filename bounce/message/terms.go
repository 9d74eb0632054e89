package message

import "winnow/bounce"

// The words by which reports are known, in lower case. A line more here is how a
// server that writes otherwise is taken in; what its replies mean stands in the
// rules of package bounce.

// daemons write bounces: parts of their names and addresses.
var daemons = [...]string{
	"mailer-daemon", "mailerdaemon", "mail-daemon", "maildaemon", "mail daemon", "mailer daemon", "mdaemon@", "postmaster", "post_master", "mail delivery s", "mail deliver s", "mail.delivery.system",
	"delivery subsystem", "system administrator", "mail administrator", "mail system", "mail-system", "microsoft outlook", "microsoftexchange", "maildelivery", "mailmaster", "delivery notification",
	"email system", "bounce@", "bounces@", "mail server", "mailserver", "mail router", "content-filter", "interscan",
}

// surely are those of daemons that no person writes under.
var surely = [...]string{
	"mailer-daemon", "mailerdaemon", "mail-daemon", "maildaemon", "mail daemon", "mailer daemon", "mdaemon@", "post_master", "mail delivery s", "mail deliver s", "mail.delivery.system", "delivery subsystem", "microsoftexchange", "interscan",
}

// forms are sentences of programs that return mail, as those print them.
var forms = [...]string{
	"this message was undeliverable due to the following reason", "the following recipients did not receive", "this is the mail system at host", "created automatically by mail delivery software", "this is the qmail-send program", "this is the postfix program", "the following addresses had permanent",
	"did not reach the following recipient", "delivery to the following recipients failed", "automatically generated delivery status", "transcript of session follows", "diagnostic information for administrators", "failed addresses follow", "remote host said", "could not be delivered to the following", "not listed in domino directory",
}

// robots are parts of addresses that are no person's.
var robots = [...]string{"-admin@", "-owner@", "owner-", "-request@", "-bounces@", "majordomo", "listserv", "noreply", "no-reply", "no_reply", "donotreply", "do-not-reply"}

// replies begin the subjects of answers, and of what somebody hands on: in English,
// German, the languages of Scandinavia, French, Spanish, Portuguese, Italian, Dutch,
// Polish, Czech, Hungarian, Turkish, Welsh, Estonian, Romanian, Greek, Russian,
// Hebrew, Arabic, Chinese, Japanese and Korean.
var replies = [...]string{
	"re", "fw", "fwd", "forward", "forwarded", "aw", "antw", "antwort", "wg", "weitergeleitet", "sv", "svar", "vs", "vl", "vb", "vid", "vidb", "videresend", "tr", "réf", "ref", "rép", "rep", "réponse", "rv", "res", "resp", "respuesta", "resposta", "renv", "enc", "r", "i", "rif", "inoltro", "inoltrato",
	"antw", "doorst", "doorgestuurd", "odp", "pd", "dot", "na", "přeposláno", "předáno", "odpověď", "atb", "ymm", "ynt", "ilt", "yan", "ha", "továbbítás", "válasz", "sf", "edasi", "atsakymas", "απ", "σχετ", "πρθ", "отв", "ответ", "на", "пер", "пересл", "переслано", "переадресация", "відп", "תגובה", "השב", "הועבר", "رد", "إعادة توجيه",
	"回复", "回覆", "答复", "答覆", "转发", "轉寄", "轉發", "转寄", "返信", "転送", "답장", "회신", "전달", "trả lời", "chuyển tiếp", "ตอบกลับ", "ส่งต่อ", "bls", "trs", "balas", "terusan",
}

// tags stand before all else in the subjects of what came from outside.
var tags = [...]string{"external", "extern", "externe", "externo", "esterno", "ext", "spam", "caution", "warning", "outside"}

// subjects are of bounces.
var subjects = [...]string{
	"undeliver", "undelivered", "returned mail", "returned to sender", "returning message to sender", "return to sender", "mail returned", "returned message", "message returned", "returned email",
	"delivery status", "delivery failure", "delivery failed", "delivery has failed", "delivery fail", "delivery error", "delivery problem", "delivery report", "delivery notification", "delivery delayed", "delivery incomplete",
	"failure notice", "failure delivery", "failed delivery", "failed mail", "邮件传输失败", "mail failure", "mail failed", "mail error", "mail system error", "message failure", "message delivery", "failed to deliver", "could not be delivered", "not delivered",
	"couldn't be delivered", "can't be delivered", "cannot be delivered", "unable to deliver", "non-delivery", "nondeliverable", "nondelivery", "non delivery", "non remis", "not be delivered", "delivery notice", "delivery unsuccessful",
	"warning: could not send", "warning: message", "still being retried", "delayed mail", "mail delayed", "message delayed", "email delivery", "user unknown", "unknown user", "mailbox full", "rejected", "error sending your mail", "blocked", "bounced", "not member", "not a member",
	"unzustellbar", "nicht zugestellt", "zustellung", "fehlgeschlagen", "rückläufer", "echec", "échec", "non distribu", "non remis", "pas pu être", "non recapitabile", "mancato recapito", "mancata consegna", "no se puede entregar",
	"no se ha podido", "no entregado", "error de entrega", "devuelto", "devolvid", "não entregue", "falha na entrega", "não é possível entregar", "niedostarcz", "nie dostarczono", "zwrot", "onbestelbaar", "niet bezorgd", "levering", "olevererbart",
	"не доставлен", "недоставлен", "не может быть доставлен", "ошибка доставки", "возврат", "doručen", "teslim edilemedi", "kézbesítetlen",
	"配信不能", "配信エラー", "送信エラー", "メールエラー", "届きません", "届けられません", "配達不能", "未配達", "戻り", "返送", "配信できません", "送信できません", "メッセージを配信", "エラーメール", "配送",
	"退信", "退回", "投递失败", "无法投递", "未送达", "發送失敗", "无法送达", "無法傳遞", "传递失败", "發送不成功", "전달 실패", "반송", "배달", "전송 실패",
}

// others are the subjects of what such machines write besides.
var others = [...]string{"quarantine", "digest", "report domain:", "quarantäne", "quarantaine", "cuarentena", "quarantena", "карантин", "隔離", "隔离"}

// openings stand in the words of bounces.
var openings = [...]string{
	"was not delivered", "not be delivered", "wasn't delivered", "couldn't be delivered", "can't be delivered", "cannot be delivered", "could not deliver", "couldn't deliver", "unable to deliver", "not able to deliver", "wasn't able to deliver", "was undeliverable", "undeliverable", "undelivered",
	"delivery failed", "failed to deliver", "delivery to the following", "delevery to the following", "deliver the mail to", "delivering your message", "delivering your mail", "trouble delivering", "error delivering", "deliver a message", "delivery error", "delivery failure",
	"did not reach", "were rejected", "was rejected", "has been rejected", "had permanent fatal errors", "permanent delivery problems", "had delivery problems", "had delivery errors", "permanent error", "fatal error", "transcript of session", "addresses failed", "address failed", "not relayed to",
	"returned to sender", "returned to you", "returning your message", "error message below", "reason for failure", "failure reason", "failed recipient", "non-delivered", "delivery has been delayed", "has been delayed", "not yet been delivered", "not been delivered", "will be retried",
	"delivery to this recipient", "user unknown", "unknown user", "no such user", "mailbox exceeds", "mailbox is full", "mailbox full", "not listed in", "host unknown", "message could not", "mail could not", "the following errors", "are not a member", "not a member of",
	"service unavailable", "this message is undeliverable", "group you tried to contact", "sending your message",
	"konnte nicht", "nicht zugestellt", "unzustellbar", "fehlgeschlagen", "n'a pas pu", "n'a pu", "n'ont pas pu", "non è stato possibile", "impossibile", "non è stato recapitato", "no se pudo", "no se ha podido", "no ha podido", "no puede ser", "não foi possível", "não pôde", "nie mogła", "nie można", "nie został",
	"niet worden", "kunde inte", "kunne ikke", "не может быть", "не удалось", "не было доставлено", "не доставлено",
	"送信できませんでした", "配信できませんでした", "送信できません", "届けできません", "届けること", "配送できません", "配信することができません", "送信不能",
	"无法送达", "无法投递", "无法发送", "退回", "退信", "投递失败", "发送失败", "無法傳遞", "無法送達", "傳送失敗",
}

// delays and givenUp tell a warning from the end.
var (
	delays = [...]string{
		"warning message only", "has been delayed", "delivery delayed", "delayed mail", "mail delayed", "message delayed", "not yet been delivered", "will be retried", "will continue to try", "will keep trying", "still being retried", "delivery attempts will continue", "could not send message for past",
		"(delay)", "do not need to resend", "is delayed", "not been delivered yet", "still trying", "verzögert", "wird weiter versucht", "retardé", "se ha retrasado", "in ritardo", "отложен", "遅延",
	}
	givenUp = [...]string{"given up", "giving up", "permanent error", "not going to try again", "failed permanently", "permanent fatal", "will not be retried", "will no longer be", "too long in the queue", "in the queue too long"}
)

// labels stand before the address of who was mailed to.
var labels = [...]string{
	"recipient", "recipients", "recipient address", "final-recipient", "original-recipient", "failed recipient", "failed address", "undeliverable address", "generated from", "expanded from", "dda:smtp", "did not receive your message", "intended recipient", "recipient(s)", "rcpt to address", "error recipient", "the following message to", "your message to", "your mail to", "your email to", "message to", "mail delivery to",
	"delivering your mail to", "delivering your message to", "undeliverable to", "could not be delivered to", "could not deliver mail to", "unable to deliver to", "failed address", "delivery to", "deliver to", "addressed to", "returned permanent errors", "allowed size", "attempts", "error_address", "email address", "e-mail address", "was addressed",
	"unknown user", "user unknown", "no such user", "unknown local user", "was not delivered to", "not relayed to", "empfänger", "destinataire", "destinatario", "destinatário", "получатель", "受信者", "宛先", "收件人", "收信人",
}

// helping words stand before the address of whom to ask.
var helping = [...]string{
	"contact", "contact us at", "contact us", "please write to", "write to", "help", "assistance", "support", "helpdesk", "help desk", "questions", "administrator", "postmaster", "administrator at", "system contact", "reply to", "send mail to", "send an email to",
	"wenden sie sich an", "kontakt", "contacter", "contactez", "contacte con", "contattare", "entre em contato com", "обратитесь", "お問い合わせ先", "请联系", "請聯絡",
}

// failing words stand in a sentence with the address that failed.
var failing = [...]string{
	"deliver", "undeliver", "fail", "reject", "refus", "unknown", "not exist", "does not", "doesn't", "invalid", "not found", "unable", "could not", "couldn't", "cannot", "can't", "not listed", "gateway for", "full", "quota", "exceed", "disabled", "blocked", "not accept", "no such", "member of", "error", "did not",
}

// continuing lines go on with what was said of an address, over an empty line.
var continuing = [...]string{
	"technical details", "the error that", "reason:", "reason for", "because", "error message", "remote host said", "said:", "diagnostic", "the reason", "for the following reason", "transcript of session", "giving up", "non-delivered", "error was", "tried to deliver", "server returned", "the recipient server",
}

// stages are words for the command that was answered.
var stages = [...]struct {
	words string
	stage bounce.Stage
}{
	{"did not like our rcpt", bounce.StageRcpt}, {"did not like our mail", bounce.StageMail}, {"did not like our final data", bounce.StageData}, {"did not like our data", bounce.StageData}, {"did not like our ehlo", bounce.StageHelo}, {"did not like our helo", bounce.StageHelo},
	{"rcpt command", bounce.StageRcpt}, {"mail command", bounce.StageMail}, {"data command", bounce.StageData}, {"text command", bounce.StageData}, {"[rcpt_to]", bounce.StageRcpt}, {"[mail_from]", bounce.StageMail}, {"[data]", bounce.StageData},
	{"does not like recipient", bounce.StageRcpt}, {"sender was rejected", bounce.StageMail}, {"after i sent the message", bounce.StageData}, {"failed on data command", bounce.StageData}, {"greeting failed", bounce.StageConnect}, {"refused to talk to me", bounce.StageConnect}, {"name was rejected", bounce.StageHelo},
}

// announcements begin a line below which stands the mail that is given back.
var announcements = [...]string{
	"original message", "original mail", "original email", "original e-mail", "original letter", "below this line is", "below is a copy", "below is the original", "this is a copy of", "copy of the message", "copy of your message", "a copy of your", "a copy of the original", "enclosed is a copy", "the following is a copy", "the original message follows", "the header of the original",
	"the headers of the original", "the original header", "the original message header", "header of the original", "headers of the original", "message header", "mail header", "returned message", "returned mail follows", "unsent message", "undelivered message", "unsent mail", "your original message",
	"your message header", "your message reads", "your mail reads", "start of returned", "begin returned", "text of message", "message text follows", "message follows", "message contents follow", "rfc822 header", "rfc 822 header", "original headers", "the first lines of", "the header and", "the headers and", "header and top", "first part of the message", "the body of the", "message body follows",
	"ursprüngliche nachricht", "original-nachricht", "kopie der", "kopfzeilen", "message d'origine", "message original", "en-tête", "mensaje original", "messaggio originale", "mensagem original", "исходное сообщение", "текст исходного", "oorspronkelijk", "treść oryginaln",
	"元のメッセージ", "送信メッセージ", "元のメール", "原始邮件", "原邮件", "原始信件", "原信件", "附件中的内容是原", "附件是原",
}

// answers begin the subjects of what a machine answers.
var answers = [...]string{
	"auto reply", "auto-reply", "autoreply", "auto response", "auto-response", "autoresponse", "auto respond", "autoresponder", "automatic reply", "automatic response", "automated reply", "automated response", "automatic answer", "out of office", "out-of-office", "out of the office", "ooo", "vacation", "vacation reply", "vacation response", "on vacation", "away from", "i am away", "i'm away", "on leave", "on holiday",
	"auto:", "re: auto", "[auto", "automatische antwort", "automatische reactie", "abwesenheit", "abwesenheitsnotiz", "abwesenheitsnachricht", "abwesend", "nicht im büro", "réponse automatique", "reponse automatique", "absence du bureau", "absent du bureau", "absence", "message d'absence", "respuesta automática", "respuesta automatica", "fuera de la oficina", "ausente", "resposta automática", "resposta automatica", "fora do escritório", "ausência",
	"risposta automatica", "risposta automatico", "fuori sede", "fuori ufficio", "assente", "autosvar", "automatiskt svar", "automatisk svar", "frånvaro", "automatická odpověď", "automaattinen vastaus", "autoodpowiedź", "odpowiedź automatyczna", "poza biurem", "nieobecność", "afwezig", "afwezigheid", "automatikus válasz", "otomatik yanıt", "автоответ", "автоматический ответ", "вне офиса", "нет на работе",
	"自動返信", "自動応答", "不在通知", "不在", "自动回复", "自動回覆", "自动答复", "外出", "부재중", "자동 응답", "자동회신", "자동응답",
}

// challenges are subjects, and challenging words of the mails, that ask a sender to
// prove that it is human.
var (
	challenges = [...]string{
		"please verify your email to me", "verify your message", "challenge response", "challenge/response", "sender verification", "sender address verification", "please confirm your message", "confirm your email to", "your message is awaiting", "your email requires verification", "message awaiting your confirmation",
		"verification of your mail", "spam arrest", "boxbe", "[verify", "email verification required: your message",
	}
	challenging = [...]string{
		"to have your message delivered, please click", "verify that you are human", "prove that you are human", "prove you are human", "prove that you are a human", "confirm that you are not a spammer", "you are not on my approved", "added to my approved senders", "approved sender list, please", "your message has been quarantined until you",
		"is protected by a challenge", "uses a challenge", "challenge-response", "spamarrest.com", "waiting for verification of your", "verify that you're a real person", "be added to the guest list",
	}
)
