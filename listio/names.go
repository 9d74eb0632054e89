package listio

import (
	"strings"
	"unicode"
)

// namesEmail says whether a header names a column of email addresses, in the languages that lists come in, rather
// than something about them ("email status", "email opt-in").
func namesEmail(name string) bool {
	name = strings.ToLower(name)
	// Scripts without spaces between words.
	for _, word := range []string{"メールアドレス", "eメール", "邮箱", "郵箱", "电子邮件", "電子郵件", "이메일"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	says := false
	for i, word := range words {
		switch word {
		case "emails", "mail", "mails", "emailaddress", "emailaddresses", "emailaddr", "emailid", "mailaddress",
			"emailadresse", "mailadresse", "emailadres", "mailadres", // German, Dutch
			"correo", "correos", "correio", // Spanish, Portuguese
			"courriel", "courriels", "mél", "mel", // French
			"epost", "epostadress", "epostadresse", "sähköposti", "eposta", // Nordic, Turkish
			"почта", "имейл", "пошта": // Russian, Bulgarian, Ukrainian
			says = true
		case "post", "posta", "postadress", "postadresse": // e-post, e-posta, posta elettronica; alone it is the other post
			says = says || i > 0 && words[i-1] == "e" || i+1 < len(words) && words[i+1] == "elettronica"
		case "opt", "optin", "optout", "in", "out", "consent", "permission", "allowed", "subscribed", "unsubscribed",
			"subscription", "status", "state", "verified", "confirmed", "valid", "validity", "validation", "bounced", "bounces",
			"sent", "opened", "opens", "clicked", "clicks", "count", "date", "time", "type", "label", "domain", "provider",
			"format", "frequency", "preference", "preferences", "score", "result", "quality", "hash", "md5", "sha256":
			return false
		default:
			says = says || strings.HasSuffix(word, "email")
		}
	}
	return says
}
