package validate_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"winnow/internal/dnstest"
	"winnow/mx"
	"winnow/validate"
)

// A sign-up form refuses only what is certain to bounce. It lets unknown pass,
// for a resolver's bad minute must cost nobody an account; and it shows a
// suggestion, but leaves it to the person to take it.
func Example_signUp() {
	dns := exampleDNS() // in real life: leave Options zero, and the system's resolvers are asked
	defer dns.Close()
	v := validate.New(validate.Options{
		Resolver: mx.New(mx.Options{Servers: []string{dns.Addr()}}),
	})

	signUp := func(address string) {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		r, err := v.Check(ctx, address)
		switch {
		case err != nil:
			fmt.Println("welcome:", address) // the visitor has gone, or the server stops
		case r.Suggestion != "":
			fmt.Printf("did you mean %s? (you typed %s)\n", r.Suggestion, address)
		case r.Status == "invalid":
			fmt.Printf("%s can not be right: %s\n", address, r.Text)
		default:
			fmt.Println("welcome:", address)
		}
	}
	signUp("annsmith@gmail.com")
	signUp("annsmith@gmai.com")
	signUp("ann@gone-corp.com")
	signUp("ann@out-of-order-corp.com")
	// Output:
	// welcome: annsmith@gmail.com
	// did you mean annsmith@gmail.com? (you typed annsmith@gmai.com)
	// ann@gone-corp.com can not be right: the domain does not exist
	// welcome: ann@out-of-order-corp.com
}

func exampleDNS() *dnstest.Server {
	zone, err := dnstest.ParseZone(dnstest.Canaries + "out-of-order-corp.com !servfail\n")
	if err != nil {
		log.Fatal(err)
	}
	server, err := dnstest.NewServer(zone)
	if err != nil {
		log.Fatal(err)
	}
	return server
}
