# Needs Go, make and git; race also a C compiler. `make` alone says what there is.

GO       ?= go
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS   = -X main.version=$(VERSION)
PLATFORMS = linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64

# Of fuzz: how long a target, and after how many seconds no further one is begun (0: never).
FUZZTIME   ?= 10s
FUZZBUDGET ?= 0

# Of bench-list and bench-clean: the list, and how long it is made.
ROWS ?= 10000000
LIST ?= $(or $(TMPDIR),/tmp)/winnow-bench/list$(patsubst %000000,%m,$(ROWS)).csv

# Of bench-dns: how many domains, and more flags (go run ./internal/benchdns -h).
DOMAINS  ?= 200000
DNSFLAGS ?=

# Of bench-probe: how many addresses, and more flags (go run ./internal/benchprobe -h).
PROBES     ?= 20000
PROBEFLAGS ?=

.DEFAULT_GOAL := help
.PHONY: help build dist test race fuzz bench bench-list bench-clean bench-dns bench-probe bench-start lint check lists lists-update lists-check docs generated clean FORCE

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

build: bin/winnow ## bin/winnow

bin/winnow: FORCE
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $@ ./cmd/winnow

dist: ## static binaries for all platforms in dist/, with their SHA-256 sums
	rm -rf dist
	mkdir dist
	@set -e; for platform in $(PLATFORMS); do \
	  os=$${platform%/*} arch=$${platform#*/} suffix=; \
	  if [ $$os = windows ]; then suffix=.exe; fi; \
	  echo "dist/winnow-$(VERSION)-$$os-$$arch$$suffix"; \
	  CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch $(GO) build -trimpath -ldflags '-s -w $(LDFLAGS)' \
	    -o "dist/winnow-$(VERSION)-$$os-$$arch$$suffix" ./cmd/winnow; \
	done
	cd dist && if command -v sha256sum >/dev/null; then sha256sum winnow-*; else shasum -a 256 winnow-*; fi >sha256sums

test: ## all tests
	$(GO) test ./...

race: ## all tests, with the race detector
	$(GO) test -race ./...

# A worker that is late when the time is up fails with nothing but "context deadline
# exceeded": that is no finding. A finding has lines of its own.
fuzz: ## each fuzz target for FUZZTIME=10s
	@targets=$$($(GO) test -list '^Fuzz' ./...) || { echo "$$targets"; exit 1; }; \
	started=$$(date +%s); \
	echo "$$targets" | awk '/^Fuzz/ { t[n++] = $$1 } $$1 == "ok" { for (i = 0; i < n; i++) print $$2, t[i] } !/^Fuzz/ { n = 0 }' | \
	while read -r package target; do \
	  if [ $(FUZZBUDGET) -gt 0 ] && [ $$(($$(date +%s) - started)) -ge $(FUZZBUDGET) ]; then \
	    echo "not fuzzed, FUZZBUDGET=$(FUZZBUDGET) is spent: $$package $$target"; continue; \
	  fi; \
	  echo "$$package $$target"; \
	  said=$$($(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package </dev/null 2>&1); ended=$$?; \
	  echo "$$said"; \
	  if [ $$ended -ne 0 ] && ! echo "$$said" | awk '/^    / && !/context deadline exceeded$$/ { other = 1 } /context deadline exceeded$$/ { late = 1 } END { exit !late || other }'; then exit 1; fi; \
	done

bench: ## all benchmarks
	$(GO) test -run '^$$' -bench . -benchmem ./...

bench-list: $(LIST) ## a list of ROWS=10000000 at LIST=FILE, unless it is there

$(LIST):
	mkdir -p '$(@D)'
	$(GO) run ./internal/biglist -rows $(ROWS) -o '$@'

bench-clean: build bench-list ## winnow clean beside wc, cat, encoding/csv and mlr, on LIST
	$(GO) build -o bin/ ./internal/benchclean ./internal/benchclean/csvcopy
	bin/benchclean -winnow bin/winnow -csvcopy bin/csvcopy '$(LIST)'

bench-dns: ## winnow's resolver beside dnsperf, net.Resolver, miekg/dns, massdns and zdns, on DOMAINS=200000
	$(GO) build -o bin/ ./internal/benchdns
	bin/benchdns -n $(DOMAINS) $(DNSFLAGS)

bench-probe: ## winnow's probe beside a connection a probe, on a real Postfix near and far, PROBES=20000
	$(GO) build -o bin/ ./internal/benchprobe
	WINNOW_INSTALL=1 bin/benchprobe -n $(PROBES) $(PROBEFLAGS)

bench-start: build ## winnow check of one address beside an empty program
	$(GO) run ./internal/benchstart -go $(GO) bin/winnow check --offline jane.smith@gmail.com

lint: ## go vet and staticcheck
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

check: lint race generated ## all that must hold before a change goes in

lists: ## fetch and rewrite the embedded lists, of the versions in the lock file
	$(GO) run ./internal/mklists

lists-update: ## the same, of the newest versions
	$(GO) run ./internal/mklists -update

lists-check: ## fetch, and fail unless the embedded lists are those of the lock file
	$(GO) run ./internal/mklists -check

docs: ## rewrite the generated pages
	$(GO) test ./validate -run TestDocs -update

generated: docs ## fail if a generated page was not current
	git diff --exit-code -- docs

clean: ## remove bin/ and dist/
	rm -rf bin dist
