//go:build linux || darwin

package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"winnow/internal/realdns"
)

// kind is what a domain has.
type kind uint8

const (
	withMX  kind = iota
	onlyA        // implicit MX
	missing      // NXDOMAIN
	null         // null MX
	bare         // a TXT record: NODATA for what mail asks
	failing      // SERVFAIL
	dead         // no answer, ever
)

// Of 1,000 domains 750 have MX, 100 only A, and so on: as lists of customers have them.
func kindOf(i int) kind {
	switch share := i % 1000; {
	case share < 750:
		return withMX
	case share < 850:
		return onlyA
	case share < 900:
		return missing
	case share < 940:
		return null
	case share < 990:
		return bare
	case share < 995:
		return failing
	default:
		return dead
	}
}

// The zones. NSD fails for one whose file it cannot load, and leaves no
// question unanswered: there, dead domains are bare ones.
var zoneNames = []string{"com", "net", "dead", "bad"}

const badZone = "bad."

func nameOf(i int) string {
	switch kindOf(i) {
	case failing:
		return fmt.Sprintf("d%d.%s", i, badZone)
	case dead:
		return fmt.Sprintf("d%d.dead.", i)
	}
	return fmt.Sprintf("d%d.com.", i)
}

// record is one of the zones' records; data is in zone file form.
type record struct{ name, rrtype, data string }

const mailHosts = 300

// records yields the n domains' records, those of their mail hosts and of the
// big providers, by which winnow knows an honest resolver.
func records(n int, yield func(record)) {
	for _, provider := range []string{"gmail.com.", "outlook.com.", "yahoo.com."} {
		yield(record{provider, "MX", "10 mx0.hosts.net."})
	}
	for i := range mailHosts {
		yield(record{fmt.Sprintf("mx%d.hosts.net.", i), "A", fmt.Sprintf("198.51.99.%d", i%250+1)})
	}
	for i := range n {
		name := nameOf(i)
		switch kindOf(i) {
		case withMX:
			for j := range i%3 + 1 {
				yield(record{name, "MX", fmt.Sprintf("%d mx%d.hosts.net.", 10*(j+1), (i/7+j)%mailHosts)})
			}
		case onlyA:
			yield(record{name, "A", "198.51.99.9"})
		case null:
			yield(record{name, "MX", "0 ."})
		case bare, dead:
			yield(record{name, "TXT", "parked"})
		}
	}
}

// writeZones writes what NSD is to load.
func writeZones(dir string, n int) ([]realdns.Zone, error) {
	var zones []realdns.Zone
	files := map[string]*bufio.Writer{}
	var closers []io.Closer
	for _, zone := range zoneNames {
		z := realdns.Zone{Name: zone, File: filepath.Join(dir, zone+".zone")}
		zones = append(zones, z)
		if zone+"." == badZone {
			continue
		}
		f, err := os.Create(z.File)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		closers = append(closers, f)
		files[zone+"."] = bufio.NewWriter(f)
		fmt.Fprintf(files[zone+"."], "%s. 300 SOA ns.%s. hostmaster.%s. 1 3600 600 86400 300\n%s. 300 NS ns.%s.\nns.%s. 300 A 127.0.0.1\n",
			zone, zone, zone, zone, zone, zone)
	}
	records(n, func(r record) {
		zone := r.name[strings.LastIndexByte(r.name[:len(r.name)-1], '.')+1:]
		fmt.Fprintf(files[zone], "%s 300 %s %s\n", r.name, r.rrtype, r.data)
	})
	for _, w := range files {
		if err := w.Flush(); err != nil {
			return nil, err
		}
	}
	for _, c := range closers {
		if err := c.Close(); err != nil {
			return nil, err
		}
	}
	return zones, nil
}

// writeNames writes the first of the n names, shuffled, each with behind.
func writeNames(file string, n, first int, behind string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	for _, i := range rand.New(rand.NewPCG(5, 6)).Perm(n)[:min(first, n)] {
		fmt.Fprintf(w, "%s%s\n", strings.TrimSuffix(nameOf(i), "."), behind)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}
