package provider

import "testing"

// The table is built once a process: this is its share of a cold start.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		parse(providersText, hostsText)
	}
}
