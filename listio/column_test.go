package listio_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/listio"
)

func TestFindsTheAddressColumn(t *testing.T) {
	for _, test := range []struct {
		name, list, asked string
		column            int
		called, why       string
	}{
		{name: "by its header", list: "id,E-mail,city\n1,a@example.com,x\n", column: 1, called: "E-mail", why: "its header says E-mail"},
		{name: "by its header, although few rows have one", list: "id,email\n1,\n2,x\n3,y\n4,a@example.com\n", column: 1, called: "email", why: "its header says email"},
		{name: "by what it holds", list: "id,contact,city\n1,a@example.com,x\n2,b@example.com,y\n3,none,z\n", column: 1, called: "contact", why: "2 of the first 3 rows hold an address there; the first row is taken for the header"},
		{name: "a status column is none", list: "email status,login\nok,a@example.com\n", column: 1, called: "login", why: "1 of the first 1 rows hold an address there; the first row is taken for the header"},
		{name: "a name that holds none while another does", list: "email,contact\n,a@example.com\n", column: 1, called: "contact", why: "1 of the first 1 rows hold an address there; the first row is taken for the header"},
		{name: "pages are no addresses", list: "blog,mail\nhttps://example.com/@jane,a@example.com\n", column: 1, called: "mail", why: "its header says mail"},
		{name: "Google's contacts", list: "Name,E-mail 1 - Type,E-mail 1 - Value\nJ,* Home,a@example.com\n", column: 2, called: "E-mail 1 - Value", why: "its header says E-mail 1 - Value"},
		{name: "asked for by name", list: "email,owner email\na@example.com,b@example.com\n", asked: " OWNER Email ", column: 1, called: "owner email", why: "it was asked for"},
		{name: "asked for by number", list: "email,owner email\na@example.com,b@example.com\n", asked: "2", column: 1, called: "owner email", why: "it was asked for"},
		{name: "a name that is a number goes first", list: "2,3\na@example.com,b@example.com\n", asked: "2", column: 0, called: "2", why: "it was asked for"},
		{name: "asked for without a header", list: "a@example.com,b@example.com\n", asked: "2", column: 1, called: "column 2", why: "it was asked for"},
		{name: "a column without a name", list: "id,\n1,a@example.com\n", column: 1, called: "column 2", why: "1 of the first 1 rows hold an address there; the first row is taken for the header"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := list(t, test.list, listio.Options{Column: test.asked})
			require.Equal(t, test.column, l.Column)
			require.Equal(t, test.called, l.ColumnName)
			require.Equal(t, test.why, l.Why)
		})
	}
}

func TestColumnError(t *testing.T) {
	for _, test := range []struct {
		name, list, asked string
		says              string
		columns           []listio.Candidate
	}{
		{
			name: "several", list: "email,name,owner\na@example.com,x,b@example.com\n,y,b@example.com\n",
			says: `several columns could be the one of the email addresses; say which it is with --column: ` +
				`1 "email" (addresses in 1 of 2 rows), 3 "owner" (addresses in 2 of 2 rows)`,
			columns: []listio.Candidate{{Number: 1, Name: "email", Addresses: 1}, {Number: 3, Name: "owner", Addresses: 2}},
		},
		{
			name: "several, without a header", list: "a@example.com,b@example.com\n",
			says:    `--column: 1 (addresses in 1 of 1 rows), 2 (addresses in 1 of 1 rows)`,
			columns: []listio.Candidate{{Number: 1, Addresses: 1}, {Number: 2, Addresses: 1}},
		},
		{
			name: "none", list: "name,winnow_status,note\nx,valid,\n",
			says:    `no column is clearly the one of the email addresses; say which it is with --column: 1 "name"`,
			columns: []listio.Candidate{{Number: 1, Name: "name"}, {Number: 3, Name: "note"}},
		},
		{
			name: "two names and no address", list: "email,work email\n,\n",
			says:    "several columns",
			columns: []listio.Candidate{{Number: 1, Name: "email"}, {Number: 2, Name: "work email"}},
		},
		{
			name: "an unknown name", list: "email\na@example.com\n", asked: "mail",
			says:    `there is no column "mail"`,
			columns: []listio.Candidate{{Number: 1, Name: "email", Addresses: 1}},
		},
		{
			name: "a number too high", list: "email\na@example.com\n", asked: "2",
			says:    `there is no column "2"`,
			columns: []listio.Candidate{{Number: 1, Name: "email", Addresses: 1}},
		},
		{
			name: "one name twice", list: "Email,email\na@example.com,\n", asked: "email",
			says:    `2 columns are called "email"`,
			columns: []listio.Candidate{{Number: 1, Name: "Email", Addresses: 1}, {Number: 2, Name: "email"}},
		},
		{
			name: "one of ours", list: "email,winnow_suggestion\na@example.con,a@example.com\n", asked: "winnow_suggestion",
			says:    `column "winnow_suggestion" is one of our own`,
			columns: []listio.Candidate{{Number: 1, Name: "email", Addresses: 1}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := listio.Open(source(t, test.list, "list.csv"), listio.Options{Column: test.asked})
			var wrong *listio.ColumnError
			require.ErrorAs(t, err, &wrong)
			require.ErrorContains(t, err, test.says)
			require.Equal(t, test.columns, wrong.Columns)
		})
	}
	t.Run("a hundred columns are not all said", func(t *testing.T) {
		_, err := listio.Open(source(t, strings.Repeat("x,", 99)+"x\n"+strings.Repeat("y,", 99)+"y\n", "list.csv"), listio.Options{})
		require.ErrorContains(t, err, "and 80 more")
	})
}

// Each name stands above a column without any address, so that only the name can choose it.
func TestNamesOfAddressColumns(t *testing.T) {
	for _, name := range []string{
		"email", "Email", "E-Mail", "e_mail", "mail", "EMAIL ADDRESS", "emailaddress", "EmailAddress", "userEmail", "Email ID",
		"E-Mail-Adresse", "Mailadresse", "correo", "Correo electrónico", "courriel", "Adresse e-mail", "Adresse mail", "mail address",
		"メールアドレス", "邮箱", "电子邮件地址", "이메일", "email 1", "E-mail 1 - Value", "work email", "Primary Email", "contact_email",
		"E-post", "E-postadress", "posta elettronica", "E-posta", "sähköposti", "Электронная почта", "  email  ", "email (work)",
	} {
		t.Run(name, func(t *testing.T) {
			l := list(t, fmt.Sprintf("a,%s,b\n1,,2\n", name), listio.Options{})
			require.Equal(t, 1, l.Column)
		})
	}
	for _, name := range []string{
		"name", "Email opt-in", "email_status", "Email verified", "E-mail 1 - Type", "emailOptIn", "mailing street", "Postadress",
		"mail sent", "last email date", "e", "posta", "blackmailer",
	} {
		t.Run("not "+name, func(t *testing.T) {
			_, err := listio.Open(source(t, fmt.Sprintf("a,%s,b\n1,,2\n", name), "list.csv"), listio.Options{})
			var wrong *listio.ColumnError
			require.ErrorAs(t, err, &wrong)
		})
	}
}
