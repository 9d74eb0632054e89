package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"winnow/address"
	"winnow/internal/dnstest"
	"winnow/internal/smtptest"
)

// The demo's world: a list, what DNS knows of its domains, and what its mail
// hosts would say.
var (
	//go:embed demo/contacts.csv
	demoList []byte
	//go:embed demo/allow.txt
	demoAllow []byte
	//go:embed demo/deny.txt
	demoDeny []byte
	//go:embed demo/zone.txt
	demoZone string
	//go:embed demo/dialogue.txt
	demoDialogue string
)

func demoCommand(ui *tui) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Clean a bundled list against bundled servers: no network needed",
		Long: `Starts a DNS and an SMTP server of its own on loopback, cleans a bundled list that
shows everything winnow can say, leaves the files in a folder, and ends.`,
		Example: "  winnow demo",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			defer ui.stopOnSignal()()
			return demo(cmd.Context(), ui, dir)
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "", "leave the files in `DIR` (a new folder for temporary files)")
	return cmd
}

func demo(ctx context.Context, ui *tui, dir string) error {
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "winnow-demo-"); err != nil {
			return fmt.Errorf("make a folder for the demo: %w", err)
		}
	} else if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make a folder for the demo: %w", err)
	}
	list, allow, deny := filepath.Join(dir, "contacts.csv"), filepath.Join(dir, "allow.txt"), filepath.Join(dir, "deny.txt")
	for path, data := range map[string][]byte{list: demoList, allow: demoAllow, deny: demoDeny} {
		if err := writeDemo(path, data); err != nil {
			return err
		}
	}
	kept := filepath.Join(dir, "store.db")
	if err := keepDemo(ctx, ui, kept); err != nil {
		return err
	}
	dns, err := startDNS(demoZone)
	if err != nil {
		return err
	}
	defer dns.Close()
	smtp, err := startSMTP(demoDialogue + known(string(demoList)))
	if err != nil {
		return err
	}
	defer smtp.Close()
	ui.say("winnow: a DNS server at %s and an SMTP server at %s play all of the demo's domains and mail hosts", dns.Addr(), smtp.Addr())
	ui.say("winnow: winnow clean --resolver %s --probe --helo %s --from %s --allow %s --deny %s --store %s %s", dns.Addr(), demoHelo, demoFrom, allow, deny, kept, list)

	toOurs := func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, smtp.Addr())
	}
	asks := probing{how: probeOn, helo: demoHelo, from: demoFrom, manners: "none", dial: toOurs}
	f := cleanFlags{history: remembering{store: kept}, probing: asks, asking: asking{
		resolvers: []string{dns.Addr()},
		allow:     []string{allow},
		deny:      []string{deny},
		changed:   func(flag string) bool { return flag == "resolver" },
		timeout:   2 * time.Second, // one of its domains never answers,
	}}
	err = clean(ctx, ui, list, f)
	if code := exit(0); err == nil || errors.As(err, &code) && code != exitFailed {
		ui.say("\nThe files are in %s", dir)
	}
	return err
}

// The demo's own name and sender.
const (
	demoHelo = "mail.winnow-demo.com"
	demoFrom = "news@winnow-demo.com"
)

// known makes the mailboxes of a dialogue of all that a list names: other recipients,
// such as those that a probe makes up, there are none.
func known(list string) string {
	var b strings.Builder
	for line := range strings.Lines(list) {
		for _, cell := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(", \";\n<>", r) }) {
			if a, err := address.Parse(cell); err == nil {
				fmt.Fprintf(&b, "rcpt %s 250 2.1.5 ok\n", a)
			}
		}
	}
	return b.String() + "rcpt * 550 5.1.1 no such user here\n"
}

// writeDemo writes a file of the demo, over nothing but itself.
func writeDemo(path string, data []byte) error {
	switch there, err := os.ReadFile(path); {
	case err == nil && !bytes.Equal(there, data):
		return fmt.Errorf("write the demo's files: %s is there already; name another folder", path)
	case err == nil:
		return nil
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return fmt.Errorf("write the demo's files: %w", err)
	}
	return nil
}

func startDNS(text string) (*dnstest.Server, error) {
	zone, err := dnstest.ParseZone(dnstest.Canaries + text)
	if err != nil {
		return nil, fmt.Errorf("read the demo's zone: %w", err)
	}
	server, err := dnstest.NewServer(zone)
	if err != nil {
		return nil, fmt.Errorf("start the demo's DNS server: %w", err)
	}
	return server, nil
}

func startSMTP(text string) (*smtptest.Server, error) {
	dialogue, err := smtptest.ParseDialogue(text)
	if err != nil {
		return nil, fmt.Errorf("read the demo's dialogue: %w", err)
	}
	server, err := smtptest.NewServer(dialogue)
	if err != nil {
		return nil, fmt.Errorf("start the demo's SMTP server: %w", err)
	}
	return server, nil
}
